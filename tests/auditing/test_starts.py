"""Segment starts as plain numbers."""

from __future__ import annotations

import pytest

from ingest.auditing.starts import found_in_part, same_starts


@pytest.mark.parametrize(
    ("theirs", "tolerance", "same"),
    [
        ((0, 100, 200), 0, True),
        ((0, 101, 200), 0, False),
        ((0, 101, 199), 1, True),
        ((0, 102, 200), 1, False),
        ((0, 100), 5, False),
    ],
)
def test_same_starts(theirs: tuple[int, ...], tolerance: int, same: bool) -> None:
    assert same_starts((0, 100, 200), theirs, tolerance) is same


@pytest.mark.parametrize(
    ("theirs", "tolerance", "missed"),
    [
        ((0, 200), 0, True),
        ((0,), 0, True),
        ((0, 201), 0, False),
        ((0, 201), 1, True),
        ((0, 150), 1, False),
        ((0, 100, 200), 0, False),
        ((0, 100, 150, 200), 0, False),
    ],
)
def test_cuts_that_were_missed(theirs: tuple[int, ...], tolerance: int, missed: bool) -> None:
    assert found_in_part((0, 100, 200), theirs, tolerance) is missed
