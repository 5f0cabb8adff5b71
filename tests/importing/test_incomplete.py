"""What is taken in where files are missing or broken: the rest keeps its names and numbers."""

from __future__ import annotations

from ingest.importing import import_metadata
from tests.importing.builder import FIRST, SECOND, PublishedFolder
from tests.importing.reading import query, video_of


def test_without_meta_basic_the_name_and_the_counts_tell(database: str, folder: PublishedFolder) -> None:
    folder.basic(SECOND).unlink()
    import_metadata(database, folder.root)
    (row,) = query(database, "SELECT * FROM recordings WHERE name = :name", name=SECOND)
    found = {key: row[key] for key in ("animal_id", "session", "scan_idx", "n_trials", "n_neurons", "sampling_freq")}
    assert found == {
        "animal_id": "22222",
        "session": "4",
        "scan_idx": "5",
        "n_trials": 3,
        "n_neurons": 3,
        "sampling_freq": 30.0,
    }


def test_without_the_csv_the_trials_come_from_their_files(database: str, folder: PublishedFolder) -> None:
    folder.trials().unlink()
    import_metadata(database, folder.root)
    (row,) = query(database, "SELECT * FROM trial_overview WHERE recording = :name AND trial = 2", name=FIRST)
    assert (row["label"], row["trial_type"], row["video_id"]) == ("Gabor", "final_test_bonus", "v000003")
    assert (row["valid_frames"], row["valid_frames_video"], row["valid_frames_response"]) == (50, 50, None)
    assert (bool(row["valid_trial"]), bool(row["valid_video"]), bool(row["valid_response"])) == (True, True, False)


def test_without_its_file_a_video_is_what_its_trial_says(database: str, folder: PublishedFolder) -> None:
    folder.video("v000004").unlink()
    import_metadata(database, folder.root)
    (video,) = video_of(database, FIRST, 3)
    assert (video["label"], video["valid_frames"], video["n_segments"]) == ("NaturalImages", 44, 3)
    spans = query(database, "SELECT * FROM video_segments WHERE video_id = 'v000004' ORDER BY segment_index")
    assert [(row["frame_start"], row["frame_end"], row["segment_id"]) for row in spans] == [
        (0, 14, None),
        (14, 30, None),
        (30, 44, None),
    ]


def test_a_neuron_keeps_its_row_when_others_are_left_out(database: str, folder: PublishedFolder) -> None:
    folder.replace_text(folder.neurons(), "\n2,-200,", "\n2,")
    import_metadata(database, folder.root)
    rows = query(
        database,
        'SELECT "row", unit_id FROM neurons JOIN recordings ON id = recording_id WHERE name = :name ORDER BY 1',
        name=FIRST,
    )
    assert rows == [{"row": 0, "unit_id": 1}, {"row": 2, "unit_id": 4}]


def test_a_segment_keeps_its_index_when_others_are_left_out(database: str, folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["segments"]["max_change"][0] = None
    import_metadata(database, folder.root)
    rows = query(
        database,
        "SELECT segment_index FROM trial_segments JOIN trial_overview ON id = trial_id "
        "WHERE recording = :name AND trial = 2",
        name=FIRST,
    )
    assert rows == [{"segment_index": 1}]
