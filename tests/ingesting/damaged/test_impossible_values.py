"""Arrays that hold what cannot be: NaN, infinity, intensities beyond the screen's, or another size than the others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from ingest.ingesting import ingest_recordings
from tests.importing.reading import query
from tests.ingesting.damaged.damages import change_array, nan_entry, nan_frames
from tests.ingesting.damaged.expecting import (
    FOLDERS,
    SIGNALS,
    Undamaged,
    a_trial,
    array_of,
    assert_only,
    the_problem,
    without_activity,
)
from tests.ingesting.rows import canonical, trials_of
from tests.ingesting.worlds import World, replace_array


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
