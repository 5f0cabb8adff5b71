"""Arrays of the folder `meta` that are missing, broken or do not fit: each costs what it tells."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ingest.ingesting import ingest_recordings
from tests.ingesting.damaged.damages import (
    cut_in_half,
    empty,
    fractions,
    larger_still,
    missing,
    no_meta,
    not_a_number,
    numbers,
    pickled,
    repeated,
    table,
    text_with_nul,
    too_few,
    too_large,
    two_columns,
)
from tests.ingesting.damaged.expecting import FOLDERS, Undamaged, a_trial, array_of, meta_of, the_problem
from tests.ingesting.rows import canonical, problems, trials_of
from tests.ingesting.worlds import World, replace_array


def test_tiers_that_are_too_short(lone: World, copy: World, sound: Undamaged, database: str) -> None:
    last = max(number for _, _, number, _ in lone.trials())
    path = meta_of(copy, "trials/tiers.npy")
    replace_array(path, np.load(path)[:last])
    report = ingest_recordings(database, copy.folder, workers=1)
    problem = the_problem(report, database)
    assert (problem["kind"], problem["severity"]) == ("tiers_too_short", "error")
    assert problem["message"].endswith(f"none for the trials {last}")
    found = trials_of(database)
    assert found.pop((sound.name, last))["trial_type"] is None
    assert found == {key: row for key, row in sound.trials.items() if key[1] != last}


def test_a_tier_of_none_for_a_trial_with_files(lone: World, copy: World, sound: Undamaged, database: str) -> None:
    trial, path = a_trial(lone), meta_of(copy, "trials/tiers.npy")
    tiers = np.load(path)
    tiers[trial] = "none"
    replace_array(path, tiers)
    report = ingest_recordings(database, copy.folder, workers=1)
    problem = the_problem(report, database)
    assert (problem["kind"], problem["severity"]) == ("tier_none", "warning")
    assert trials_of(database)[sound.name, trial]["trial_type"] is None


def test_a_tier_for_a_trial_without_files(lone: World, copy: World, sound: Undamaged, database: str) -> None:
    trial = a_trial(lone)
    for kind in FOLDERS:
        missing(array_of(copy, kind, trial))
    report = ingest_recordings(database, copy.folder, workers=1)
    problem = the_problem(report, database)
    assert (problem["kind"], problem["severity"]) == ("missing_trial", "warning")
    assert problem["message"].endswith(f"for the trials {trial}, which have no files")
    assert trials_of(database) == {key: row for key, row in sound.trials.items() if key[1] != trial}


@pytest.mark.parametrize("damage", [no_meta, empty, cut_in_half, pickled, numbers, table, text_with_nul])
def test_tiers_that_cannot_be_read(
    copy: World, sound: Undamaged, database: str, damage: Callable[[Path], None]
) -> None:
    damage(meta_of(copy, "trials/tiers.npy"))
    report = ingest_recordings(database, copy.folder, workers=1)
    problem = the_problem(report, database)
    assert (problem["kind"], problem["path"]) == ("bad_meta", "meta/trials/tiers.npy")
    assert trials_of(database) == {key: {**row, "trial_type": None} for key, row in sound.trials.items()}


def test_tiers_as_bytes_are_text(copy: World, sound: Undamaged, database: str) -> None:
    path = meta_of(copy, "trials/tiers.npy")
    replace_array(path, np.load(path).astype("S"))
    assert ingest_recordings(database, copy.folder, workers=1).problems == []
    assert trials_of(database) == sound.trials


@pytest.mark.parametrize(
    "damage", [no_meta, empty, pickled, table, repeated, too_few, fractions, not_a_number, too_large, larger_still]
)
def test_unit_ids_that_cannot_be(copy: World, sound: Undamaged, database: str, damage: Callable[[Path], None]) -> None:
    damage(meta_of(copy, "neurons/unit_ids.npy"))
    report = ingest_recordings(database, copy.folder, workers=1)
    problem = the_problem(report, database)
    assert (problem["kind"], problem["path"]) == ("bad_meta", "meta/neurons/unit_ids.npy")
    assert problem["message"].startswith("meta/neurons/unit_ids.npy ")
    expected = [{**row, "unit_id": None} for row in sound.tables["neurons"]]
    assert sorted(canonical(database)["neurons"], key=repr) == sorted(expected, key=repr)
    assert trials_of(database) == sound.trials


@pytest.mark.parametrize("damage", [no_meta, empty, two_columns, too_few, fractions, too_large])
def test_coordinates_that_cannot_be(
    copy: World, sound: Undamaged, database: str, damage: Callable[[Path], None]
) -> None:
    damage(meta_of(copy, "neurons/cell_motor_coordinates.npy"))
    report = ingest_recordings(database, copy.folder, workers=1)
    problem = the_problem(report, database)
    assert (problem["kind"], problem["path"]) == ("bad_meta", "meta/neurons/cell_motor_coordinates.npy")
    expected = [{**row, "coord_x": None, "coord_y": None, "coord_z": None} for row in sound.tables["neurons"]]
    assert sorted(canonical(database)["neurons"], key=repr) == sorted(expected, key=repr)


# Folders that are not there.


OF_META = {
    "meta": {"meta/trials/tiers.npy", "meta/neurons/unit_ids.npy", "meta/neurons/cell_motor_coordinates.npy"},
    "meta/trials": {"meta/trials/tiers.npy"},
    "meta/neurons": {"meta/neurons/unit_ids.npy", "meta/neurons/cell_motor_coordinates.npy"},
}


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.parametrize("gone", OF_META)
def test_a_missing_folder_of_meta_costs_what_it_tells(
    copy: World, sound: Undamaged, database: str, gone: str, known: bool
) -> None:
    if known:
        ingest_recordings(database, copy.folder, workers=1)
    shutil.rmtree(copy.folder / sound.name / gone)
    report = ingest_recordings(database, copy.folder, workers=1)
    assert (report.lost, report.recordings) == ([], [sound.name])
    assert {(row["kind"], row["path"]) for row in problems(database)} == {("bad_meta", path) for path in OF_META[gone]}
    assert {row["message"].split(" ", 1)[1] for row in problems(database)} == {"is not there"}
    tierless = "meta/trials/tiers.npy" in OF_META[gone]
    expected = {key: row | ({"trial_type": None} if tierless else {}) for key, row in sound.trials.items()}
    assert trials_of(database) == expected
    assert ingest_recordings(database, copy.folder, workers=1).unchanged
