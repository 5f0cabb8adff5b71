"""Everything that is wrong at once: either database takes it, and both hold the same."""

from __future__ import annotations

import os

import numpy as np

from ingest.ingesting import ingest_recordings
from tests.ingesting.damaged.damages import (
    BROKEN,
    STRAYS,
    change_array,
    larger_still,
    nan_frames,
    text_with_nul,
    too_large,
)
from tests.ingesting.damaged.expecting import FOLDERS, array_of, meta_of
from tests.ingesting.rows import canonical, differing, problems
from tests.ingesting.worlds import World


def test_either_database_takes_everything_that_is_wrong_at_once(
    lone: World, copy: World, both_databases: dict[str, str]
) -> None:
    numbers = lone.numbers()
    places = [(kind, number) for kind in FOLDERS for number in numbers]
    for damage, (kind, number) in zip(BROKEN, places[3:], strict=False):
        damage(array_of(copy, kind, number))
    change_array(array_of(copy, "video", numbers[0]), nan_frames)
    change_array(array_of(copy, "video", numbers[1]), lambda array: array.fill(np.inf))
    for name in STRAYS:
        (array_of(copy, "gaze", 0).parent / os.fsdecode(name)).write_bytes(b"")
    text_with_nul(meta_of(copy, "trials/tiers.npy"))
    too_large(meta_of(copy, "neurons/unit_ids.npy"))
    larger_still(meta_of(copy, "neurons/cell_motor_coordinates.npy"))
    found = []
    for database in both_databases.values():
        report = ingest_recordings(database, copy.folder, workers=1)
        assert len(report.problems) == len(problems(database)) > len(STRAYS) + len(places) - 3
        found.append(canonical(database))
    assert differing(*found) == {}
