"""Columns, keys and values that are missing, unknown or impossible: each found and recorded, the rest taken in."""

from __future__ import annotations

import shutil

import pytest

from ingest.importing import import_metadata
from tests.importing.builder import PublishedFolder
from tests.importing.faults import Faults, assert_found

FAULTS = Faults()
fault = FAULTS.add


@fault("missing_column", "valid_gaze", severity="error")
def column_missing(folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.trials()) as rows:
        for row in rows:
            del row["valid_gaze"]


@fault("unknown_column", "'mood'")
def column_unknown(folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.trials()) as rows:
        for row in rows:
            row["mood"] = "good"


@fault("missing_key", "'n_peaks'", "videos/2.json", trial=2)
def key_missing(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        del content["n_peaks"]


@fault("unknown_key", "'mood'", "videos/2.json", trial=2)
def key_unknown(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["mood"] = "good"


@fault("unknown_key", "segments.mood", trial=2)
def list_unknown(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["segments"]["mood"] = [1, 2]


@fault("unknown_key", "'mood'", recording=None)
def video_key_unknown(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.video("v000003")) as content:
        content["mood"] = "good"


@fault("missing_key", "segments.duration", severity="error", trial=2)
def list_missing(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        del content["segments"]["duration"]


@fault("missing_key", "'sampling_freq'", "s000003", recording=None)
def segment_key_missing(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.segment("s000003")) as content:
        del content["sampling_freq"]


@fault("wrong_value", "valid_frames_gaze is 'many'", "line 3", "trial 2")
def word_for_a_number(folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.trials()) as rows:
        rows[1]["valid_frames_gaze"] = "many"


@fault("wrong_value", "valid_pupil is 'yes'", "True or False")
def word_for_a_flag(folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.trials()) as rows:
        rows[1]["valid_pupil"] = "yes"


@fault("missing_value", "trial_type is empty", "line 3")
def empty_cell(folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.trials()) as rows:
        rows[1]["trial_type"] = ""


@fault("wrong_value", "ID is '9999999999'", "an integer")
def neuron_id_beyond_32_bits(folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.neurons()) as rows:
        rows[1]["ID"] = "9999999999"


@fault("wrong_value", "mean_activation is 'nan'", "finite")
def neuron_without_a_number(folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.neurons()) as rows:
        rows[1]["mean_activation"] = "nan"


@fault("wrong_value", "n_trials is 'four'")
def count_in_words(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.basic()) as content:
        content["n_trials"] = "four"


@fault("wrong_value", "label is 7", trial=2)
def number_for_a_label(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["label"] = 7


@fault("wrong_value", "first_label is 'Ga\\x00bor'", trial=2)
def text_that_no_database_takes(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["first_label"] = "Ga\0bor"


@fault("wrong_value", "peaks is [24.5]", trial=2)
def peak_between_frames(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["peaks"] = [24.5]


@fault("wrong_value", "segment 1", "max_change is nan", "videos/2.json", severity="error", trial=2)
def descriptor_without_a_number(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["segments"]["max_change"][1] = float("nan")


@fault("wrong_value", "valid_frames is 0", "1 or more", recording=None)
def segment_without_frames(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.segment("s000003")) as content:
        content["valid_frames"] = 0


@fault("lengths_differ", "'is_static': 1", severity="error", trial=2)
def lists_of_different_length(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["segments"]["is_static"].pop()


@fault("lengths_differ", "'segment_ID': 1", severity="error", recording=None, also=("duplicates_differ",) * 2)
def segments_of_a_video_of_different_length(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.video("v000003")) as content:
        content["segments"]["segment_ID"].pop()


@fault("invalid_span", "segment 1", "frame_end is 25", severity="error", trial=2)
def span_of_no_frames(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["segments"]["frame_end"][1] = 25


@fault("invalid_span", "segment 1", "v000003", severity="error", recording=None, also=("duplicates_differ",))
def span_of_no_frames_in_a_video(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.video("v000003")) as content:
        content["segments"]["frame_end"][1] = 25


@fault("duplicate_trial", "repeats trial 2", "line 6", severity="error", trial=2)
def trial_line_twice(folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.trials()) as rows:
        rows.append(rows[1])


@fault("missing_value", "trial is empty", "line 3", severity="error", also=("trial_without_csv",))
def line_without_a_trial(folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.trials()) as rows:
        rows[1]["trial"] = ""


@fault("duplicate_trial", "videos/02.json", "trial 2", severity="error")
def presentation_twice(folder: PublishedFolder) -> None:
    shutil.copy(folder.presentation(2), folder.presentation(2).with_name("02.json"))


@fault("duplicate_neuron", "neuron ID 2", "line 4", severity="error")
def neuron_twice(folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.neurons()) as rows:
        rows[2]["ID"] = "2"


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_and_the_rest_taken_in(database: str, folder: PublishedFolder, name: str) -> None:
    assert_found(FAULTS[name], database, folder)


def test_what_a_whole_column_has_wrong_is_said_once(database: str, folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.neurons()) as rows:
        rows[:] = [{**rows[0], "ID": str(unit), "coord_x": "left"} for unit in range(50)]
    with folder.edit_json(folder.basic()) as content:
        content["n_neurons"] = 50
    (problem,) = import_metadata(database, folder.root).problems
    assert "coord_x is 'left' in line 2" in problem.message
    assert "49 other lines" in problem.message


def test_what_many_files_have_wrong_is_said_once(database: str, folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.trials()) as rows:
        rows += [{**rows[0], "trial": str(100 + number)} for number in range(30)]
    for number in range(30):
        shutil.copy(folder.presentation(0), folder.presentation(100 + number))
        with folder.edit_json(folder.presentation(100 + number)) as content:
            content["trial"] = str(100 + number)
            content["mood"] = "good"
    report = import_metadata(database, folder.root)
    (problem,) = (problem for problem in report.problems if problem.kind == "unknown_key")
    assert "29 other files" in problem.message
