"""Sizes in the largest unit of which there is one, and numbers with their nouns."""

from __future__ import annotations

import pytest

from catalog.counts import counted
from catalog.sizes import size_text


@pytest.mark.parametrize(
    ("n_bytes", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
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


@pytest.mark.parametrize(
    ("number", "nouns", "text"),
    [
        (0, ("trial",), "0 trials"),
        (1, ("trial",), "1 trial"),
        (7145, ("trial",), "7,145 trials"),
        (1, ("mouse", "mice"), "1 mouse"),
        (5, ("mouse", "mice"), "5 mice"),
        (1, ("neuron has", "neurons have"), "1 neuron has"),
    ],
)
def test_a_number_of_things(number: int, nouns: tuple[str, ...], text: str) -> None:
    assert counted(number, *nouns) == text
