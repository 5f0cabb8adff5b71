"""Files beside the trials' arrays, and two of one trial: passed over, and told."""

from __future__ import annotations

import os

import pytest

from ingest.ingesting import ingest_recordings
from tests.ingesting.damaged.damages import STRAYS
from tests.ingesting.damaged.expecting import Undamaged, a_trial, array_of, the_problem
from tests.ingesting.rows import trials_of
from tests.ingesting.worlds import World


@pytest.mark.parametrize("name", STRAYS)
def test_files_that_are_no_trials_are_passed_over(
    copy: World, sound: Undamaged, database: str, name: str | bytes
) -> None:
    (recording,) = copy.truth["recordings"]
    folder = copy.folder / recording / "data" / "videos"
    (folder / os.fsdecode(name)).write_bytes(b"\0\1\2")
    report = ingest_recordings(database, copy.folder, workers=1)
    problem = the_problem(report, database)
    assert (problem["severity"], problem["kind"], problem["action"]) == (STRAYS[name], "stray_file", "passed it over")
    assert problem["path"].startswith("data/videos/")
    assert trials_of(database) == sound.trials


def test_two_files_of_one_trial(lone: World, copy: World, sound: Undamaged, database: str) -> None:
    path = array_of(copy, "gaze", a_trial(lone))
    path.with_name(f"00{path.name}").write_bytes(path.read_bytes())
    report = ingest_recordings(database, copy.folder, workers=1)
    problem = the_problem(report, database)
    assert (problem["kind"], problem["severity"]) == ("doubled_file", "warning")
    assert trials_of(database) == sound.trials
