"""Published files that are broken, missing, unknown or at odds: each found and recorded, the rest taken in."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from ingest.importing import import_metadata
from tests.importing.builder import FIRST, SECOND, PublishedFolder
from tests.importing.reading import query


def test_a_consistent_folder_has_no_problems(database: str, folder: PublishedFolder) -> None:
    report = import_metadata(database, folder.root)
    assert report.problems == []
    assert report.counts == {"trials": 7, "neurons": 6, "videos": 4, "segments": 4}
    assert query(database, "SELECT * FROM ingest_problems") == []


@dataclass(frozen=True)
class Fault:
    """What is broken, and the problem that must come of it."""

    damage: Callable[[PublishedFolder], None]
    kind: str
    severity: str
    says: tuple[str, ...]
    """What the message has to name."""
    recording: str | None = FIRST
    trial: int | None = None
    also: tuple[str, ...] = ()
    """The kinds of other problems that follow from the same fault."""


FAULTS: dict[str, Fault] = {}


def fault(
    kind: str,
    *says: str,
    severity: str = "warning",
    recording: str | None = FIRST,
    trial: int | None = None,
    also: tuple[str, ...] = (),
) -> Callable[[Callable[[PublishedFolder], None]], None]:
    """Register a way to damage a folder under its function's name."""

    def register(damage: Callable[[PublishedFolder], None]) -> None:
        FAULTS[damage.__name__] = Fault(damage, kind, severity, says, recording, trial, also)

    return register


# Files that are missing, broken or unknown.


@fault("missing_file", "meta-basic_", severity="error")
def no_meta_basic(folder: PublishedFolder) -> None:
    folder.basic().unlink()


@fault("missing_file", "meta-trials_", ".csv", severity="error")
def no_trials_csv(folder: PublishedFolder) -> None:
    folder.trials().unlink()


@fault("missing_file", "meta-neurons_", ".csv", severity="error")
def no_neurons_csv(folder: PublishedFolder) -> None:
    folder.neurons().unlink()


@fault("missing_file", "meta-trials_", ".json", severity="error")
def no_dictionary(folder: PublishedFolder) -> None:
    folder.trials(FIRST, ".json").unlink()


@fault("missing_file", "videos", severity="error")
def no_presentations(folder: PublishedFolder) -> None:
    shutil.rmtree(folder.presentation(0).parent)


@fault("missing_file", "global_meta/", severity="error", recording=None, also=("video_without_file",) * 4)
def no_global_folder(folder: PublishedFolder) -> None:
    shutil.rmtree(folder.root / "global_meta")


@fault("trial_without_json", "trial 3", "videos/3.json", severity="error", trial=3)
def one_presentation_missing(folder: PublishedFolder) -> None:
    folder.presentation(3).unlink()


@fault("trial_without_csv", "trial 2", "2.json", severity="error", trial=2)
def one_line_missing(folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.trials()) as rows:
        rows[:] = [row for row in rows if row["trial"] != "2"]


@fault("video_without_file", "v000004", "trial 3", severity="error", trial=3, also=("duplicates_differ",) * 2)
def video_missing(folder: PublishedFolder) -> None:
    folder.video("v000004").unlink()


@fault("segment_without_file", "s000003", "v000004", severity="error", recording=None)
def segment_missing(folder: PublishedFolder) -> None:
    folder.segment("s000003").unlink()


@fault("broken_json", "videos/2.json", "not valid JSON", severity="error")
def truncated_presentation(folder: PublishedFolder) -> None:
    path = folder.presentation(2)
    path.write_bytes(path.read_bytes()[:200])


@fault("broken_json", "videos/2.json", "is empty", severity="error")
def empty_presentation(folder: PublishedFolder) -> None:
    folder.presentation(2).write_bytes(b"")


@fault("broken_json", "videos/2.json", "list", severity="error")
def presentation_of_another_form(folder: PublishedFolder) -> None:
    folder.presentation(2).write_text("[1, 2]")


@fault("broken_json", "'label' stands there twice", severity="error")
def key_twice(folder: PublishedFolder) -> None:
    folder.replace_text(folder.presentation(2), '"first_label"', '"label"')


@fault("broken_json", "meta-neurons_", "Infinity", severity="error")
def dictionary_that_no_database_takes(folder: PublishedFolder) -> None:
    folder.neurons(FIRST, ".json").write_text('{"ID": 1e999}')


@fault("broken_json", "meta-basic_", severity="error")
def broken_meta_basic(folder: PublishedFolder) -> None:
    folder.basic().write_text("{")


@fault(
    "broken_json",
    "v000003",
    severity="error",
    recording=None,
    also=("video_without_file",) + ("duplicates_differ",) * 2,
)
def broken_video(folder: PublishedFolder) -> None:
    folder.video("v000003").write_text('{"label": ')


@fault("unreadable_file", "videos/2.json", severity="error")
def folder_in_place_of_a_file(folder: PublishedFolder) -> None:
    folder.presentation(2).unlink()
    folder.presentation(2).mkdir()


@fault("not_utf8", "meta-trials_", "0xe9", severity="error")
def trials_in_latin_1(folder: PublishedFolder) -> None:
    path = folder.trials()
    path.write_bytes(path.read_bytes().replace(b"Gabor", b"Gab\xe9r"))


@fault("broken_csv", "meta-neurons_", severity="error")
def neurons_with_an_open_quote(folder: PublishedFolder) -> None:
    folder.replace_text(folder.neurons(), "\n4,", '\n"4,')


@fault("broken_csv", "is empty", severity="error")
def empty_neurons(folder: PublishedFolder) -> None:
    folder.neurons().write_text("")


@fault("broken_csv", "column twice", severity="error")
def column_twice(folder: PublishedFolder) -> None:
    folder.replace_text(folder.neurons(), "coord_y", "coord_x")


@fault("wrong_row_length", "line 4", "3 cells", "8", severity="error", also=("count_differs",))
def truncated_neurons(folder: PublishedFolder) -> None:
    path = folder.neurons()
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:-1], ",".join(lines[-1].split(",")[:3])]))


@fault("unknown_file", "videos/12.json.tmp")
def left_over_file(folder: PublishedFolder) -> None:
    folder.presentation(12).with_suffix(".json.tmp").write_text("{}")


@fault("unknown_file", "notes/", recording=None)
def unknown_folder(folder: PublishedFolder) -> None:
    (folder.root / "notes").mkdir()


@fault("misnamed_file", "meta-trials_other.csv", "meta-trials_")
def csv_named_for_another_recording(folder: PublishedFolder) -> None:
    folder.trials().rename(folder.trials().with_name("meta-trials_other.csv"))


@fault("misnamed_file", "Gabor-v000003", "Gabor-v999999", recording=None)
def video_under_another_name(folder: PublishedFolder) -> None:
    folder.video("v000003").rename(folder.video("v000003").with_name("Gabor-v999999.json"))


@fault("duplicate_id", "v000003", severity="error", recording=None, also=("misnamed_file",))
def video_twice(folder: PublishedFolder) -> None:
    shutil.copy(folder.video("v000003"), folder.video("v000003").with_name("Gabor-v999999.json"))


# Columns, keys and values.


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


# Contradictions.


@fault("recording_differs", "'somewhere'", "4 lines")
def csv_of_another_recording(folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.trials()) as rows:
        for row in rows:
            row["recording"] = "somewhere"


@fault("recording_differs", "'somewhere'", "videos/2.json", trial=2)
def presentation_of_another_recording(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["recording"] = "somewhere"


@fault("recording_differs", "animal_id is '99999'", "'11111'")
def another_animal(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.basic()) as content:
        content["animal_id"] = "99999"


@fault("trial_differs", "trial is '9'", "videos/2.json", trial=2)
def presentation_of_another_trial(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["trial"] = "9"


@fault("label_differs", "'PinkNoise'", "'Gabor'", "videos/2.json", trial=2)
def label_of_the_presentation(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["label"] = "PinkNoise"


@fault("label_differs", "'PinkNoise'", "'Gabor'", "v000003", trial=2, also=("label_differs",))
def label_of_the_line(folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.trials()) as rows:
        rows[1]["label"] = "PinkNoise"


@fault("label_differs", "s000001", "'PinkNoise'", recording=None, also=("misnamed_file",))
def label_of_the_segment(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.segment("s000001")) as content:
        content["label"] = "PinkNoise"


@fault("trial_type_differs", "'train'", "'final_test_bonus'", trial=2)
def trial_type_of_the_presentation(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["trial_type"] = "train"


@fault("video_id_differs", "'v000001'", "'v000003'", trial=2)
def video_of_the_presentation(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["ID"] = "v000001"


@fault("valid_frames_differ", "49", "50", "videos/2.json", trial=2)
def frames_of_the_presentation(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["valid_frames"] = 49


@fault("valid_frames_differ", "40", "smaller of video and response, 50", trial=2)
def frames_of_the_trial(folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.trials()) as rows:
        rows[1]["valid_frames"] = "40"


@fault("valid_frames_differ", "samples_per_trial", "49", trial=0, also=("valid_frames_differ",) * 2)
def frames_beyond_the_samples(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.basic()) as content:
        content["samples_per_trial"] = 49


@fault("valid_frames_differ", "50 valid frames", "53", "v000003", trial=2, also=("valid_frames_differ",) * 2)
def frames_of_the_video(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.video("v000003")) as content:
        content["valid_frames"] = 53


@fault("segmentation_differs", "3 segments", "2 in global_meta", trial=0)
def another_number_of_segments(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(0)) as content:
        content["peaks"] = [49, 99]
        content |= {"n_peaks": 2, "segments_n_peaks": 3, "segments_avg_duration": 100.0}
        for values in content["segments"].values():
            values.append(values[-1])
        content["segments"] |= {"frame_start": [0, 50, 100], "frame_end": [50, 100, 300], "duration": [50, 50, 200]}


@fault("segmentation_differs", "segment 0", "0 to 103", "0 to 100", trial=0)
def other_cuts(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(0)) as content:
        content["segments"] |= {"frame_start": [0, 103], "frame_end": [103, 300], "duration": [103, 197]}


@fault("segmentation_differs", "ends at frame 50", "has 48", recording=None)
def segments_beyond_the_video(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.video("v000003")) as content:
        content["valid_frames"] = 48


@fault("segmentation_differs", "s000001", "lasts 25", "28", recording=None)
def frames_of_the_segment(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.segment("s000001")) as content:
        content["valid_frames"] = 28


@fault("sampling_freq_differs", "25.0", "videos/2.json", trial=2, also=("sampling_freq_differs",))
def frequency_of_the_presentation(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["sampling_freq"] = 25


@fault("validity_differs", "valid_trial of trial 2 is False", trial=2)
def trial_invalid_with_a_valid_video(folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.trials()) as rows:
        rows[1]["valid_trial"] = "False"


@fault("validity_differs", "valid_video of trial 2 is True", "1 bad segment", trial=2)
def video_valid_with_a_bad_segment(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["segments"]["bad_properties"][0] = True
        content["segments_bad_n"] = 1


@fault("count_differs", "n_trials", "is 9", "4 trials")
def number_of_trials(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.basic()) as content:
        content["n_trials"] = 9


@fault("count_differs", "n_neurons", "is 9", "3 neurons")
def number_of_neurons(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.basic()) as content:
        content["n_neurons"] = 9


@fault("count_differs", "n_peaks is 9", trial=2)
def number_of_peaks(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["n_peaks"] = 9


@fault("count_differs", "segments_n_peaks is 9", trial=2)
def number_of_pieces(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["segments_n_peaks"] = 9


@fault("count_differs", "segments_bad_n is 9", trial=2, also=("validity_differs",))
def number_of_bad_segments(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["segments_bad_n"] = 9


@fault("count_differs", "segments_avg_duration is 9.5", trial=2)
def average_duration(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["segments_avg_duration"] = 9.5


@fault("count_differs", "duration", "1 segment", "[1]", trial=2, also=("count_differs",))
def duration_of_a_segment(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["segments"]["duration"][1] = 9


@fault("count_differs", "n is 9", "its list has 2", recording=None)
def number_of_duplicates(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.video("v000003")) as content:
        content["duplicates"][FIRST]["n"] = 9


@fault("duplicates_differ", "lack trial 7", "v000003")
def duplicates_without_a_trial(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.video("v000003")) as content:
        content["duplicates"][FIRST] = {"trials": ["2"], "n": 1}


@fault("duplicates_differ", "name trial 66", "v000003")
def duplicates_with_an_unknown_trial(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.video("v000003")) as content:
        content["duplicates"][FIRST] = {"trials": ["2", "7", "66"], "n": 3}


@fault("duplicates_differ", "dynamic3-3-3", "not there", recording=None)
def duplicates_in_an_unknown_recording(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.video("v000003")) as content:
        content["duplicates"]["dynamic3-3-3"] = {"trials": ["2"], "n": 1}


@fault("missing_key", "duplicates", "v000003", recording=None)
def duplicates_of_another_form(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.video("v000003")) as content:
        content["duplicates"] = ["2", "7"]


@fault("duplicates_differ", "name segment 5 of v000004", recording=None)
def duplicates_with_an_unknown_segment(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.segment("s000003")) as content:
        content["duplicates"]["v000004"] = {"segment_index": [1, 5], "n": 2}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_and_the_rest_taken_in(database: str, folder: PublishedFolder, name: str) -> None:
    fault = FAULTS[name]
    fault.damage(folder)
    report = import_metadata(database, folder.root)
    found = [problem for problem in report.problems if problem.kind == fault.kind]
    matching = [problem for problem in found if all(words in problem.message for words in fault.says)]
    assert matching, report.problems
    problem = matching[0]
    assert (problem.severity, problem.recording, problem.trial) == (fault.severity, fault.recording, fault.trial)
    assert problem.topic == "import"
    assert problem.action
    others = sorted(other.kind for other in report.problems if other is not problem)
    assert others == sorted(fault.also)
    stored = query(database, "SELECT * FROM ingest_problems ORDER BY id")
    assert [{key: row[key] for key in vars(problem)} for row in stored] == [vars(other) for other in report.problems]
    counts = query(
        database,
        "SELECT name, (SELECT count(*) FROM trials WHERE recording_id = recordings.id) AS n FROM recordings ORDER BY 1",
    )
    assert counts == [{"name": FIRST, "n": 4}, {"name": SECOND, "n": 3}]
    assert import_metadata(database, folder.root).unchanged
