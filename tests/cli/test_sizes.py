"""Sizes in the largest unit of which there is one."""

from __future__ import annotations

import pytest

from catalog.sizes import size_text


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (28_800, "28.8 kB"),
        (999_949, "999.9 kB"),
        (999_950, "1.0 MB"),
        (12_345_678, "12.3 MB"),
        (999_960_000, "1.0 GB"),
        (150_000_000_000, "150.0 GB"),
    ],
)
def test_a_size(n_bytes: int, text: str) -> None:
    assert size_text(n_bytes) == text
