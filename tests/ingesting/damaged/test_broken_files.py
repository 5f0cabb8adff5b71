"""Files that are missing or broken: each is named, and costs its trial's signal and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from catalog.arrays import ArrayError, open_root
from ingest.ingesting import ingest_recordings
from ingest.reading.arrays import read_array
from tests.ingesting.damaged.damages import (
    BROKEN,
    a_folder,
    another_dimension,
    cut_in_half,
    empty,
    header_of_more,
    missing,
    pickled,
)
from tests.ingesting.damaged.expecting import (
    FOLDERS,
    SIGNALS,
    Undamaged,
    a_trial,
    array_of,
    assert_only,
    columns_of,
    the_problem,
    without_activity,
)
from tests.ingesting.rows import canonical, differing, trials_of
from tests.ingesting.worlds import World

TYPICAL = (missing, empty, cut_in_half, pickled, another_dimension, header_of_more, a_folder)
DAMAGES = [(damage, kind) for damage in BROKEN for kind in FOLDERS if kind == "video" or damage in TYPICAL]


@pytest.mark.parametrize(("damage", "kind"), DAMAGES)
def test_a_broken_file_costs_its_signal_alone(
    lone: World,
    copy: World,
    sound: Undamaged,
    database: str,
    damage: Callable[[Path], None],
    kind: str,
) -> None:
    trial = a_trial(lone)
    path = array_of(copy, kind, trial)
    damage(path)
    report = ingest_recordings(database, copy.folder, workers=1)
    row = assert_only(sound, database, trial, kind)
    assert {row[f"valid_{signal}"] for signal in SIGNALS[kind]} == {False}
    assert {row[f"valid_frames_{signal}"] for signal in SIGNALS[kind]} == {None}
    problem = the_problem(report, database)
    named = (problem["severity"], problem["recording"], problem["trial"], problem["signal"])
    assert named == ("error", sound.name, trial, kind)
    assert problem["message"].startswith(f"data/{FOLDERS[kind]}/{trial}.npy ")
    assert any(words in problem["message"] for words in BROKEN[damage].split("|"))
    assert without_activity(canonical(database)) == without_activity(sound.tables)


def test_repaired_files_leave_no_trace(lone: World, copy: World, sound: Undamaged, database: str) -> None:
    for kind in FOLDERS:
        cut_in_half(array_of(copy, kind, a_trial(lone)))
    assert len(ingest_recordings(database, copy.folder, workers=1).problems) == len(FOLDERS)
    assert ingest_recordings(database, lone.folder, workers=1).problems == []
    assert differing(canonical(database), sound.tables) == {}


@pytest.mark.parametrize("kind", FOLDERS)
def test_a_missing_folder_costs_its_signal_in_all_trials(
    copy: World, sound: Undamaged, database: str, kind: str
) -> None:
    (name,) = copy.truth["recordings"]
    (copy.folder / name / "data" / FOLDERS[kind]).rename(copy.folder / "elsewhere")
    report = ingest_recordings(database, copy.folder / name, workers=1)
    problem = the_problem(report, database)
    assert problem["message"] == f"the folder data/{FOLDERS[kind]} is missing"
    left_out = columns_of(kind)
    found = trials_of(database)
    assert found.keys() == sound.trials.keys()
    for key, row in found.items():
        assert {row[f"valid_{signal}"] for signal in SIGNALS[kind]} == {False}
        assert {k: v for k, v in row.items() if k not in left_out} == {
            k: v for k, v in sound.trials[key].items() if k not in left_out
        }
    assert without_activity(canonical(database)) == without_activity(sound.tables)


def test_a_trial_without_any_readable_file_is_still_a_trial(
    lone: World, copy: World, sound: Undamaged, database: str
) -> None:
    trial = a_trial(lone)
    for kind in FOLDERS:
        empty(array_of(copy, kind, trial))
    report = ingest_recordings(database, copy.folder, workers=1)
    assert len(report.problems) == 4
    row = trials_of(database)[sound.name, trial]
    assert (row["valid_frames"], row["video_id"], row["trial_type"]) == (
        None,
        None,
        sound.trials[sound.name, trial]["trial_type"],
    )


def test_bytes_of_any_kind_are_an_array_or_an_error_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "0.npy"
    np.save(path, np.zeros((2, 3), np.float32))
    sound = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(1500):
        content = bytearray(sound)
        for place in rng.integers(0, 80, rng.integers(1, 4)):
            content[place] = rng.integers(0, 256) if rng.random() < 0.5 else rng.choice(list(b"0123456789()[]{}',:<f"))
        path.write_bytes(content)
        try:
            assert read_array(open_root(path.parent), path.name).values.dtype.kind in "fiu"
        except ArrayError as error:
            assert str(error)  # noqa: PT017 (either outcome is right)
