"""Data and metadata that are not as smooth as the others: gaps, withheld responses, a video of two names, zips."""

import csv
import shutil
import zipfile

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from catalog.arrays import open_root
from catalog.dataset.folders import raw_recordings, raw_trials
from ingest.importing import import_metadata
from ingest.ingesting import ingest_recordings
from ingest.reading.layout import find_recordings
from tests.dataset.conftest import published_trials
from tests.ingesting.publish import Published


@pytest.fixture
def metadata(world, tmp_path):
    """A copy of the published metadata, to be edited."""
    shutil.copytree(world.metadata, tmp_path / "metadata")
    return tmp_path / "metadata"


def edit_row(metadata, recording, trial, **values):
    (path,) = (metadata / recording / "trials").glob("*.csv")
    with path.open() as file:
        rows = list(csv.DictReader(file))
    next(row for row in rows if row["trial"] == trial).update(values)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def test_numbers_that_are_missing(world, metadata, database, open_dataset):
    row = world.trials.iloc[2]
    edit_row(metadata, row.recording, row.trial, valid_frames_pupil="", trial_type="")
    import_metadata(database, metadata)
    ds = open_dataset(folder_metadata=metadata, database=database)
    expected = published_trials(metadata)
    assert expected.valid_frames_pupil.dtype == "float64"
    assert_frame_equal(ds.trials_df, expected)
    assert_frame_equal(ds.filter_trials(valid_frames_pupil__ge=0), expected[expected.valid_frames_pupil >= 0])
    assert_frame_equal(ds.filter_trials(trial_type__ne="train"), expected[expected.trial_type != "train"])


def test_withheld_responses_are_returned_as_stored(world, metadata, database, open_dataset):
    row = world.trials.iloc[2]
    edit_row(metadata, row.recording, row.trial, valid_response="False")
    import_metadata(database, metadata)
    ds = open_dataset(world.data, metadata, database=database)
    stored = np.load(world.array(row.recording, "responses", row.trial))
    np.testing.assert_array_equal(ds.load_response_by_trial(row.recording, row.trial).data, stored)
    assert row.trial not in set(ds.filter_trials(recording=row.recording, valid_response=True).trial)


def test_a_video_that_was_published_under_two_names(world, tmp_path, database, open_dataset):
    raw = tmp_path / "raw.db"
    ingest_recordings(raw, world.data, workers=1)
    published = Published(str(raw))
    name = published.video_shown("PinkNoise", 3)
    odd = published.trials_of(name)[-1]
    published.trials[odd]["video_ID"] = "v999999"
    published.videos["v999999"] = published.videos[name]
    metadata = published.write(tmp_path / "metadata")
    ingest_recordings(database, world.data, metadata=metadata, workers=1)
    ds = open_dataset(world.data, metadata, database=database)
    trials = published_trials(metadata)
    assert_frame_equal(ds.trials_df, trials)
    (content,) = (identifier for identifier, shown in published.names.items() if shown == name)
    by_name = {one: [tuple(key) for key in ds.filter_trials(video_ID=one)[["recording", "trial"]].to_numpy()]
               for one in (name, "v999999", content)}  # fmt: skip
    assert by_name["v999999"] == [(odd[0], str(odd[1]))]
    assert len(by_name[name]) == len(trials[trials.video_ID == name]) > 0
    assert sorted(by_name[content]) == sorted(by_name[name] + by_name["v999999"])
    assert ds.load_video_by_id("v999999").duplicates == ds.load_video_by_id(name).duplicates
    assert ds.load_video_by_trial(*odd).ID == "v999999"


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "packed"])
def test_recordings_in_zips(world, tmp_path, open_dataset, compression, monkeypatch):
    data = tmp_path / "data"
    data.mkdir()
    name = world.recordings[0]
    with zipfile.ZipFile(data / f"{name}.zip", "w", compression) as archive:
        for path in sorted((world.data / name).rglob("*.npy")):
            archive.write(path, path.relative_to(world.data))
    opened = []
    monkeypatch.setattr("catalog.arrays.opening.open_root", lambda path: opened.append(path) or open_root(path))
    ds = open_dataset(data, world.metadata, database=tmp_path / "catalog.db")
    assert ds.recording == [name]
    row = world.trials[world.trials.recording == name].iloc[1]
    for signal, folder in ((ds.load_video_by_trial, "videos"), (ds.load_response_by_trial, "responses")):
        np.testing.assert_array_equal(signal(name, row.trial).data, np.load(world.array(name, folder, row.trial)))
    videos, table = ds.load_videos_by(recording=name)
    for video, trial in zip(videos, table.trial, strict=True):
        np.testing.assert_array_equal(video.data, np.load(world.array(name, "videos", trial)))
    # Many signals, one zip, whose list of contents is read once.
    assert len(opened) == 1
    expected = np.stack([np.load(world.array(name, "behavior", trial)) for trial in ds.info[name]["trials"]])
    np.testing.assert_array_equal(ds.load_all_data(name, "behavior"), expected)


def test_a_recording_that_is_the_folder_itself(world, tmp_path, open_dataset):
    name = world.recordings[0]
    ds = open_dataset(world.data / name, world.metadata, database=tmp_path / "catalog.db")
    assert ds.recording == [name]
    assert ds.load_all_data(name, "pupil_center").shape[0] == ds.info[name]["n_trials"]


def test_behavior_spelled_in_another_way(world, tmp_path, open_dataset):
    name = world.recordings[0]
    shutil.copytree(world.data / name / "data" / "behavior", tmp_path / "data" / name / "data" / "bahavior")
    ds = open_dataset(tmp_path / "data", world.metadata, database=tmp_path / "catalog.db", check=False)
    trial = ds.info[name]["trials"][0]
    stored = np.load(world.array(name, "behavior", trial))
    np.testing.assert_array_equal(ds.load_behavior_by_trial(name, trial, "locomotion").data, stored[1])
    assert ds.load_all_data(name, "behavior").shape == (ds.info[name]["n_trials"], *stored.shape)
    assert isinstance(ds.count_videos_across(["label"]), pd.DataFrame)


def test_what_is_in_a_data_folder_is_what_ingesting_finds(world, tmp_path):
    first, second = world.recordings
    data = tmp_path / "data"
    shutil.make_archive(str(tmp_path / "packed"), "zip", world.data, first)
    data.mkdir()
    shutil.copy(tmp_path / "packed.zip", data / "download.zip")
    shutil.make_archive(str(tmp_path / "bare"), "zip", world.data / second)
    shutil.copy(tmp_path / "bare.zip", data / f"{second}_30hz.ZIP")
    (data / "_made" / "data" / "videos").mkdir(parents=True)
    (data / "notes.zip").write_text("no zip")
    (data / f"dynamic1-2-3-Video-{'0' * 32}.zip").write_text("no zip")
    (data / "empty").mkdir()
    (data / "spelled" / "data" / "bahavior").mkdir(parents=True)
    found, _ = find_recordings(data)
    assert {one.name: one.path for one in found} == {name: root.path for name, root in raw_recordings(data).items()}
    assert [one.name for one in found] == ["_made", first, second, "spelled"]
    assert all(set(map(str, one.files)) == raw_trials(raw_recordings(data)[one.name]) for one in found)


def test_whole_arrays_are_looked_for_where_each_file_is(world, tmp_path, open_dataset):
    name = world.recordings[0]
    ingest_recordings(tmp_path / "catalog.db", world.data, workers=1)
    elsewhere = tmp_path / "part" / name / "data"
    elsewhere.mkdir(parents=True)
    shutil.copytree(world.data / name / "data" / "behavior", elsewhere / "behavior")
    ds = open_dataset(tmp_path / "part", database=tmp_path / "catalog.db", check=False)
    trials = ds.info[name]["trials"]
    assert [path.stem for path in ds.get_data_list(name, "responses")] == trials
    assert ds.get_data_list(name, "behavior")[0].parents[2] == elsewhere.parent
    (elsewhere / "behavior" / f"{trials[0]}.npy").unlink()
    assert ds.get_data_list(name, "behavior")[0] == world.array(name, "behavior", trials[0])
    expected = np.stack([np.load(world.array(name, "responses", trial)) for trial in trials])
    np.testing.assert_array_equal(ds.load_all_data(name, "responses"), expected)
