"""Published files that contradict one another: each contradiction found and recorded, the rest taken in."""

from __future__ import annotations

import pytest

from ingest.importing import import_metadata
from tests.importing.builder import FIRST, PublishedFolder
from tests.importing.faults import Faults, assert_found
from tests.importing.reading import query

FAULTS = Faults()
fault = FAULTS.add


def test_a_consistent_folder_has_no_problems(database: str, folder: PublishedFolder) -> None:
    report = import_metadata(database, folder.root)
    assert report.problems == []
    assert report.counts == {"trials": 7, "neurons": 6, "videos": 4, "segments": 4}
    assert query(database, "SELECT * FROM ingest_problems") == []


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
    assert_found(FAULTS[name], database, folder)
