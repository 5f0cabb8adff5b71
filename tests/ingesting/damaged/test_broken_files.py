"""Files that are missing or broken: each is named, and costs its trial's signal and nothing else."""

from __future__ import annotations

import os
import pickle
import shutil
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catalog.arrays import ArrayError, open_root
from ingest.ingesting import ingest_recordings
from ingest.reading.arrays import read_array
from ingest.report import RunReport
from tests.conftest import MakeDatabase
from tests.importing.reading import query
from tests.ingesting.rows import Tables, canonical, differing, problems, trials_of
from tests.ingesting.worlds import World, replace_array, replace_file

FOLDERS = {"video": "videos", "response": "responses", "behavior": "behavior", "gaze": "pupil_center"}
SIGNALS = {"video": ("video",), "response": ("response",), "behavior": ("pupil", "locomotion"), "gaze": ("gaze",)}
OF_VIDEO = {
    "label", "first_label", "peaks", "n_peaks", "segments_n_peaks", "segments_bad_n", "segments_avg_duration",
    "video_hash", "video_id", "valid_trial",
}  # fmt: skip


def missing(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    replace_file(path, b"")


def cut_in_half(path: Path) -> None:
    content = path.read_bytes()
    replace_file(path, content[: len(content) // 2])


def cut_in_the_header(path: Path) -> None:
    replace_file(path, path.read_bytes()[:20])


def pickled(path: Path) -> None:
    replace_array(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)


def bare_pickle(path: Path) -> None:
    replace_file(path, pickle.dumps([1, 2, 3]))


def text(path: Path) -> None:
    replace_array(path, np.array([["a", "b"]]))


def complex_numbers(path: Path) -> None:
    replace_array(path, np.load(path).astype(np.complex64))


def another_dimension(path: Path) -> None:
    replace_array(path, np.load(path)[None])


def without_frames(path: Path) -> None:
    replace_array(path, np.load(path)[..., :0])


def without_rows(path: Path) -> None:
    replace_array(path, np.load(path)[:0])


def header(path: Path, text: str) -> None:
    """Put another header before the same data."""
    content = path.read_bytes()
    data = content[10 + struct.unpack("<H", content[8:10])[0] :]
    encoded = text.encode("latin1") + b"\n"
    replace_file(path, b"\x93NUMPY\x01\x00" + struct.pack("<H", len(encoded)) + encoded + data)


def header_of_more(path: Path) -> None:
    shape = (*np.load(path).shape[:-1], 10**6)
    header(path, f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}}}")


def header_of_absurdly_much(path: Path) -> None:
    shape = (10**9,) * np.load(path).ndim
    header(path, f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}")


def header_of_less_than_nothing(path: Path) -> None:
    header(path, "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 4, 4)}")


def header_of_no_type(path: Path) -> None:
    header(path, "{'descr': 'nonsense', 'fortran_order': False, 'shape': (2, 2)}")


def header_of_records(path: Path) -> None:
    header(path, "{'descr': [('a', '<f4'), ('b', '<f4')], 'fortran_order': False, 'shape': (2, 2)}")


def header_that_is_code(path: Path) -> None:
    header(path, "__import__('os').getcwd()")


def header_left_open(path: Path) -> None:
    header(path, "{'descr': '<f4', 'shape': (2, 2")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def dangling_link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("nowhere.npy"))


BROKEN: dict[Callable[[Path], None], str] = {
    missing: "is missing",
    empty: "is empty (0 bytes)",
    cut_in_half: "is cut short",
    cut_in_the_header: "header is broken",
    pickled: "holds pickled Python objects, which are never loaded",
    bare_pickle: "is no .npy file",
    text: "not numbers",
    complex_numbers: "not numbers",
    another_dimension: "dimensions",
    without_frames: "has no frames",
    without_rows: "its shape is|has the shape",
    header_of_more: "is cut short",
    header_of_absurdly_much: "is cut short|impossible shape",
    header_of_less_than_nothing: "impossible shape",
    header_of_no_type: "header is broken",
    header_of_records: "not numbers",
    header_that_is_code: "header is broken",
    header_left_open: "header is broken",
    a_folder: "cannot be read: Is a directory",
    dangling_link: "is not there: it is a link to a file that is not there",
}


@dataclass(frozen=True)
class Undamaged:
    name: str
    tables: Tables
    trials: dict[tuple[str, int], dict[str, Any]]


@pytest.fixture(scope="module")
def sound(lone: World, make_lasting_database: MakeDatabase) -> Undamaged:
    """What the recording looks like without damage."""
    database = make_lasting_database("sqlite")
    ingest_recordings(database, lone.folder, workers=1)
    return Undamaged(lone.names[0], canonical(database), trials_of(database))


@pytest.fixture
def database(make_database: MakeDatabase) -> str:
    """SQLite: what files do wrong is found out before any database is met, and both are compared once for all."""
    return make_database("sqlite")


@pytest.fixture
def copy(lone: World, scratch: Path) -> World:
    """The recording, to be damaged."""
    return lone.copy(scratch / "data")


def array_of(world: World, kind: str, trial: int) -> Path:
    (name,) = world.truth["recordings"]
    return world.folder / name / "data" / FOLDERS[kind] / f"{trial}.npy"


def meta_of(world: World, path: str) -> Path:
    (name,) = world.truth["recordings"]
    return world.folder / name / "meta" / path


def a_trial(world: World, label: str = "NaturalVideo") -> int:
    return min(number for _, _, number, trial in world.trials() if trial["label"] == label)


def columns_of(kind: str) -> set[str]:
    columns = {f"{what}_{signal}" for signal in SIGNALS[kind] for what in ("valid", "valid_frames")}
    return columns | (OF_VIDEO if kind == "video" else set())


def assert_only(sound: Undamaged, database: str, trial: int, kind: str, *more: str) -> dict[str, Any]:
    """Compare all trials with those of the sound recording: only the columns of one trial's signal may differ."""
    found, left_out = trials_of(database), {*columns_of(kind), *more}
    assert found.keys() == sound.trials.keys()
    for key, row in found.items():
        allowed = left_out if key == (sound.name, trial) else set()
        assert {k: v for k, v in row.items() if k not in allowed} == {
            k: v for k, v in sound.trials[key].items() if k not in allowed
        }
    own = {"trial_segments", "array_files"}
    here = {name: _of_others(rows, (sound.name, trial)) for name, rows in canonical(database).items() if name in own}
    assert differing(here, {name: _of_others(sound.tables[name], (sound.name, trial)) for name in own}) == {}
    return found[sound.name, trial]


def _of_others(rows: list[dict[str, Any]], trial: tuple[str, int]) -> list[dict[str, Any]]:
    return [row for row in rows if row["of_trial"] != trial]


def without_activity(tables: Tables) -> list[dict[str, Any]]:
    statistics = {"mean_activation", "std_activation", "min_activation", "max_activation"}
    return [{key: value for key, value in row.items() if key not in statistics} for row in tables["neurons"]]


def the_problem(report: RunReport, database: str) -> dict[str, Any]:
    """Return the only problem, which was told and recorded."""
    assert len(report.problems) == 1, report.problems
    (row,) = problems(database)
    assert row["message"] == report.problems[0].message
    return row


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


# Values that cannot be: NaN in the middle, all NaN, infinity, intensities beyond the screen's.


def change_array(path: Path, change: Callable[[np.ndarray], object]) -> np.ndarray:
    array = np.load(path)
    change(array)
    replace_array(path, array)
    return array


def nan_frames(array: np.ndarray) -> None:
    array[..., 40:43] = np.nan


def nan_entry(array: np.ndarray) -> None:
    array[(0,) * (array.ndim - 1) + (50,)] = np.nan


@pytest.mark.parametrize("damage", [nan_frames, nan_entry])
def test_nan_in_the_middle_of_a_video_costs_the_video(
    lone: World,
    copy: World,
    sound: Undamaged,
    database: str,
    damage: Callable[[np.ndarray], object],
) -> None:
    trial = a_trial(lone)
    change_array(array_of(copy, "video", trial), damage)
    report = ingest_recordings(database, copy.folder, workers=1)
    problem = the_problem(report, database)
    assert (problem["kind"], problem["severity"], problem["trial"]) == ("nan_inside", "error", trial)
    assert "NaN" in problem["message"]
    row = trials_of(database)[sound.name, trial]
    assert (row["video_id"], row["label"], row["valid_video"], row["valid_trial"]) == (None, None, False, False)
    frames = 297 if damage is nan_frames else 300
    assert (row["valid_frames_video"], row["valid_frames"]) == (frames, frames)


@pytest.mark.parametrize(
    ("kind", "row", "signal"),
    [("response", None, "response"), ("behavior", 0, "pupil"), ("behavior", 1, "locomotion"), ("gaze", None, "gaze")],
)
def test_nan_in_the_middle_of_other_signals_is_told_and_not_counted(
    lone: World, copy: World, sound: Undamaged, database: str, kind: str, row: int | None, signal: str
) -> None:
    trial = a_trial(lone)
    change_array(array_of(copy, kind, trial), lambda array: nan_frames(array if row is None else array[row]))
    report = ingest_recordings(database, copy.folder, workers=1)
    problem = the_problem(report, database)
    assert (problem["kind"], problem["severity"], problem["signal"]) == ("nan_inside", "warning", signal)
    found, before = trials_of(database)[sound.name, trial], sound.trials[sound.name, trial]
    assert (found[f"valid_{signal}"], found[f"valid_frames_{signal}"]) == (True, 297)
    same = set(before) - {f"valid_frames_{signal}", "valid_frames"}
    assert {key: found[key] for key in same} == {key: before[key] for key in same}
    assert found["valid_frames"] == (297 if signal == "response" else 300)


@pytest.mark.parametrize("kind", ["response", "gaze"])
def test_single_nan_in_other_signals_is_told_and_costs_nothing(
    lone: World, copy: World, sound: Undamaged, database: str, kind: str
) -> None:
    trial = a_trial(lone)
    change_array(array_of(copy, kind, trial), nan_entry)
    report = ingest_recordings(database, copy.folder, workers=1)
    assert the_problem(report, database)["kind"] == "nan_inside"
    assert trials_of(database) == sound.trials


def test_a_video_of_nan_is_no_video(lone: World, copy: World, sound: Undamaged, database: str) -> None:
    trial = a_trial(lone)
    change_array(array_of(copy, "video", trial), lambda array: array.fill(np.nan))
    report = ingest_recordings(database, copy.folder, workers=1)
    problem = the_problem(report, database)
    assert (problem["kind"], problem["message"]) == ("no_frames", f"data/videos/{trial}.npy holds only NaN")
    row = assert_only(sound, database, trial, "video", "valid_frames")
    assert (row["valid_frames_video"], row["valid_frames"], row["video_id"]) == (0, 0, None)


@pytest.mark.parametrize("kind", ["response", "behavior", "gaze"])
def test_other_signals_of_nan_are_invalid_as_in_published_data(
    lone: World, copy: World, sound: Undamaged, database: str, kind: str
) -> None:
    trial = a_trial(lone)
    change_array(array_of(copy, kind, trial), lambda array: array.fill(np.nan))
    assert ingest_recordings(database, copy.folder, workers=1).problems == []
    row = trials_of(database)[sound.name, trial]
    for signal in SIGNALS[kind]:
        assert (row[f"valid_{signal}"], row[f"valid_frames_{signal}"]) == (False, 0)


@pytest.mark.parametrize("values", [[np.inf], [-np.inf], [np.inf, -np.inf]], ids=["plus", "minus", "both"])
@pytest.mark.parametrize(
    ("kind", "signal"), [("video", "video"), ("response", "response"), ("behavior", "locomotion"), ("gaze", "gaze")]
)
def test_infinite_values_cost_the_signal(
    lone: World,
    copy: World,
    sound: Undamaged,
    database: str,
    kind: str,
    signal: str,
    values: list[float],
) -> None:
    def damage(array: np.ndarray) -> None:
        for frame, value in enumerate(values):
            array[-1, ..., 10 + frame] = value

    trial = a_trial(lone)
    change_array(array_of(copy, kind, trial), damage)
    report = ingest_recordings(database, copy.folder, workers=1)
    problem = the_problem(report, database)
    assert (problem["kind"], problem["severity"], problem["signal"]) == ("not_finite", "error", signal)
    row = assert_only(sound, database, trial, kind)
    assert row[f"valid_{signal}"] is False or row[f"valid_{signal}"] == 0
    if kind == "behavior":
        assert row["valid_pupil"]
    for neuron in canonical(database)["neurons"]:
        assert np.isfinite([neuron["mean_activation"], neuron["std_activation"], neuron["max_activation"]]).all()


def test_intensities_beyond_the_range_are_told(lone: World, copy: World, sound: Undamaged, database: str) -> None:
    trial = a_trial(lone)
    change_array(array_of(copy, "video", trial), lambda array: array.__imul__(2))
    report = ingest_recordings(database, copy.folder, workers=1)
    problem = the_problem(report, database)
    assert (problem["kind"], problem["severity"]) == ("pixel_range", "warning")
    assert trials_of(database)[sound.name, trial]["video_id"] is not None


# Sizes that do not fit the other trials.


@pytest.mark.parametrize("rows", [1, 4, 9])
def test_another_number_of_neurons_costs_the_response(
    lone: World, copy: World, sound: Undamaged, database: str, rows: int
) -> None:
    trial = a_trial(lone)
    path = array_of(copy, "response", trial)
    replace_array(path, np.resize(np.load(path), (rows, 324)))
    report = ingest_recordings(database, copy.folder, workers=1)
    problem = the_problem(report, database)
    assert problem["message"] == f"data/responses/{trial}.npy has {rows} neurons, the other trials 5"
    row = assert_only(sound, database, trial, "response")
    assert not row["valid_response"]
    assert without_activity(canonical(database)) == without_activity(sound.tables)


def test_another_length_is_told(lone: World, copy: World, database: str) -> None:
    trial = a_trial(lone)
    path = array_of(copy, "gaze", trial)
    replace_array(path, np.load(path)[:, :310])
    report = ingest_recordings(database, copy.folder, workers=1)
    problem = the_problem(report, database)
    assert (problem["kind"], problem["trial"]) == ("lengths_differ", trial)
    assert f"data/pupil_center/{trial}.npy 310" in problem["message"]


def test_a_whole_trial_of_another_length_is_told(lone: World, copy: World, sound: Undamaged, database: str) -> None:
    trial = a_trial(lone)
    for kind in FOLDERS:
        path = array_of(copy, kind, trial)
        replace_array(path, np.load(path)[..., :310])
    report = ingest_recordings(database, copy.folder, workers=1)
    assert the_problem(report, database)["kind"] == "lengths_differ"
    assert trials_of(database) == sound.trials
    assert query(database, "SELECT samples_per_trial FROM recordings") == [{"samples_per_trial": 324}]


# Files beside the trials.


STRAYS: dict[str | bytes, str] = {
    ".DS_Store": "notice",
    "._5.npy": "notice",
    "12.npy.tmp": "warning",
    "12.npy.part": "warning",
    "trial.npy": "warning",
    "-5.npy": "warning",
    "\N{ARABIC-INDIC DIGIT FIVE}.npy": "warning",
    "99999999999.npy": "warning",
}
if sys.platform != "darwin":  # where names of files are always text
    STRAYS[b"\xff\xfe.npy"] = "warning"


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


# The folder `meta`.


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


def no_meta(path: Path) -> None:
    path.unlink()


def numbers(path: Path) -> None:
    replace_array(path, np.arange(20))


def table(path: Path) -> None:
    replace_array(path, np.load(path)[None])


def text_with_nul(path: Path) -> None:
    tiers = np.load(path)
    tiers[0] = "tr\0ain"
    replace_array(path, tiers)


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


def repeated(path: Path) -> None:
    replace_array(path, np.array([1, 2, 3, 3, 5]))


def too_few(path: Path) -> None:
    replace_array(path, np.load(path)[:-1])


def fractions(path: Path) -> None:
    replace_array(path, np.load(path) + 0.5)


def not_a_number(path: Path) -> None:
    replace_array(path, np.load(path) * np.nan)


def too_large(path: Path) -> None:
    replace_array(path, np.load(path) + 2**40)


def larger_still(path: Path) -> None:
    replace_array(path, np.load(path) + np.uint64(2**63))


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


def two_columns(path: Path) -> None:
    replace_array(path, np.load(path)[:, :2])


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


def test_either_database_takes_everything_that_is_wrong_at_once(
    lone: World, copy: World, both_databases: dict[str, str]
) -> None:
    numbers = sorted(number for _, _, number, _ in lone.trials())
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


# Folders below meta/ that are not there.

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
