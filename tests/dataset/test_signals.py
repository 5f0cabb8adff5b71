"""Signals that a DataSet loads are the arrays on disk, cut and normalised as published, under published attributes."""

import numpy as np
import pandas as pd
import pytest

from catalog import SignalError
from catalog.dataset import DataSetError, UnknownIdError, combine_data
from catalog.errors import QueryError
from tests.ingesting.worlds import replace_array


def row_of(world, label):
    return world.trials[world.trials.label == label].iloc[0]


def test_a_video(ds, world):
    row = row_of(world, "PinkNoise")
    stored = np.load(world.array(row.recording, "videos", row.trial))
    for trial in (row.trial, int(row.trial)):
        video = ds.load_video_by_trial(row.recording, trial)
        np.testing.assert_array_equal(video.data, stored)
        np.testing.assert_array_equal(video.get_data(), stored[:, :, : row.valid_frames])
    assert (video.recording, video.trial, video.label) == (row.recording, row.trial, "PinkNoise")
    assert (video.ID, video.valid_frames, video.sampling_freq) == (row.video_ID, row.valid_frames, 30)
    starts = ds.segments_df[(ds.segments_df.video_ID == video.ID) & (ds.segments_df.trial == row.trial)]
    starts = starts[starts.recording == row.recording].sort_values("segment_index")
    assert video.segments["frame_start"].tolist() == starts.frame_start.tolist()
    assert video.segments["frame_end"].tolist() == starts.frame_end.tolist()
    assert video.segments["segment_ID"].tolist() == starts.segment_ID.tolist()
    assert not video.segments["bad_properties"].any()
    same = world.trials[world.trials.video_ID == video.ID]
    by_recording = {name: sorted(group.trial) for name, group in same.groupby("recording")}
    assert {name: sorted(shown["trials"]) for name, shown in video.duplicates.items()} == by_recording
    assert all(shown["n"] == len(shown["trials"]) for shown in video.duplicates.values())
    assert "segment_ID" not in ds.load_videos_by(label="NaturalVideo")[0][0].segments


def test_responses_and_their_normalisations(ds, world):
    row = row_of(world, "RandomDots") if (world.trials.label == "RandomDots").any() else row_of(world, "NaturalVideo")
    stored = np.load(world.array(row.recording, "responses", row.trial))[:, : row.valid_frames].astype(np.float64)
    table = pd.read_csv(world.metadata / row.recording / "neurons" / f"meta-neurons_{row.recording}.csv")
    mean, std, low, high = (table[f"{what}_activation"].to_numpy()[:, None] for what in ("mean", "std", "min", "max"))
    own = stored.mean(axis=1, keepdims=True)
    expected = {
        None: stored,
        "by_mean": (stored - mean) / mean,
        "by_std": stored / std,
        "by_zscore": (stored - mean) / std,
        "by_minmax": (stored - low) / (high - low),
        "minmax": (stored - low) / (high - low),
        "by_max": stored / high,
        "by_mean_per_trial": (stored - own) / own,
    }
    response = ds.load_response_by_trial(row.recording, row.trial)
    for name, values in expected.items():
        found = response.get_data(normalization=name)
        assert found.shape == (5, row.valid_frames)
        np.testing.assert_allclose(found, values, rtol=1e-5)
    assert response.neurons is ds.info[row.recording]["neurons"]
    assert response.valid_frames == row.valid_frames
    with pytest.raises(QueryError, match="by_mean"):
        response.get_data(normalization="by_meen")


@pytest.mark.parametrize(
    ("behavior", "folder", "part"),
    [("pupil", "behavior", 0), ("locomotion", "behavior", 1), ("gaze", "pupil_center", slice(None))],
)
def test_behavior(ds, world, behavior, folder, part):
    row = row_of(world, "PinkNoise")
    found, table = ds.load_behavior_by(behavior.upper(), recording=row.recording, label="PinkNoise")
    assert list(table.trial) == [one.trial for one in found]
    for one, frames in zip(found, table.valid_frames, strict=True):
        stored = np.load(world.array(one.recording, folder, one.trial))[part]
        np.testing.assert_array_equal(one.data, stored)
        np.testing.assert_array_equal(one.get_data(), stored[..., :frames])
    alone = ds.load_behavior_by_trial(row.recording, row.trial, behavior_type=behavior)
    np.testing.assert_array_equal(alone.data, found[0].data)
    assert type(alone).__name__.lower() == behavior


def test_all_that_match_a_filter(ds, world):
    wanted = {"label": ["PinkNoise", "NaturalVideo"], "query": "valid_frames >= 300"}
    expected = world.trials[world.trials.label.isin(wanted["label"])]
    for load in (ds.load_videos_by, ds.load_responses_by):
        found, table = load(verbose=False, raise_on_mismatch=True, load_metadata_from_trials=False, **wanted)
        pd.testing.assert_frame_equal(table, expected)
        assert [(one.recording, one.trial) for one in found] == list(zip(table.recording, table.trial, strict=True))
        assert [one.ID for one in found] == table.video_ID.tolist()
        assert [one.label for one in found] == table.label.tolist()
    nothing, table = ds.load_responses_by(label="Gabor", recording="none")
    assert nothing == []
    assert list(table.columns) == list(world.trials.columns)


def test_examples_by_id(ds, world):
    row = row_of(world, "PinkNoise")
    video = ds.load_video_by_id(row.video_ID)
    assert (video.ID, video.label) == (row.video_ID, "PinkNoise")
    shown = world.trials[(world.trials.recording == video.recording) & (world.trials.trial == video.trial)]
    assert shown.video_ID.tolist() == [row.video_ID]
    np.testing.assert_array_equal(video.data, np.load(world.array(video.recording, "videos", video.trial)))

    place = ds.segments_df[ds.segments_df.video_ID == row.video_ID].iloc[3]
    segment = ds.load_segment_by_id(place.segment_ID)
    parent = segment.parentvideo
    assert (segment.ID, segment.label, segment.sampling_freq) == (place.segment_ID, place.segment_label, 30)
    rows = ds.find_segment(place.segment_ID)
    told = tuple(parent[key] for key in ("ID", "recording", "trial", "segment_index", "frame_start", "frame_end"))
    columns = ["video_ID", "recording", "trial", "segment_index", "frame_start", "frame_end"]
    assert told in set(map(tuple, rows[columns].to_numpy().tolist()))
    stored = np.load(world.array(parent["recording"], "videos", parent["trial"]))
    frames = stored[:, :, parent["frame_start"] : parent["frame_end"]]
    np.testing.assert_array_equal(segment.get_data(), frames)
    assert segment.valid_frames == frames.shape[-1] == segment.data.shape[-1]
    assert {name: places["n"] for name, places in segment.duplicates.items()} == (
        rows.drop_duplicates(["video_ID", "segment_index"]).groupby("video_ID").size().to_dict()
    )


@pytest.mark.parametrize("known", ["ingested sqlite", "ingested postgresql"], indirect=True)
def test_examples_by_content(ds, world):
    row = row_of(world, "PinkNoise")
    content = {published: identifier for identifier, published in world.names.items()}
    by_content = content[row.video_ID]
    assert row.video_ID == ds.load_video_by_id(by_content).ID
    segment = ds.segments_df.segment_ID[0]
    by_content = content[segment]
    assert segment == ds.load_segment_by_id(by_content).ID
    assert len(ds.find_segment(by_content)) == len(ds.find_segment(segment)) > 0


def test_all_data_of_a_recording(ds, world):
    recording = world.recordings[1]
    for what in ("responses", "behavior", "pupil_center"):
        paths = [world.array(recording, what, trial) for trial in ds.info[recording]["trials"]]
        expected = np.stack([np.load(path) for path in paths])
        np.testing.assert_array_equal(ds.load_all_data(recording, what), expected)
    part = ds.load_all_data(recording, "responses", data_slice=(2, slice(None)))
    expected = ds.load_all_data(recording, "responses")
    np.testing.assert_array_equal(part, expected[:, 2])
    places = ds.get_indexes_of_trials(recording=recording, label="PinkNoise")
    trials = ds.filter_trials(recording=recording, label="PinkNoise").trial
    for place, trial in zip(places, sorted(trials), strict=True):
        np.testing.assert_array_equal(expected[place], np.load(world.array(recording, "responses", trial)))
    assert ds.get_data_list(recording) == sorted((world.data / recording / "data" / "videos").iterdir())


def test_averages(ds, world):
    pupils, table = ds.load_behavior_by("pupil", recording=world.recordings[0], label="NaturalVideo")
    stored = np.stack([np.load(world.array(one.recording, "behavior", one.trial))[0] for one in pupils])
    np.testing.assert_allclose(ds.combine_data(pupils), stored.mean(axis=0), rtol=1e-6)
    weights = np.arange(1, len(pupils) + 1)
    np.testing.assert_allclose(combine_data(pupils, weights), np.average(stored, axis=0, weights=weights), rtol=1e-6)
    with pytest.raises(DataSetError, match="nothing to combine"):
        combine_data([])
    with pytest.raises(DataSetError, match="1 weight for"):
        combine_data(pupils, [1])
    with pytest.raises(DataSetError, match="sum 0"):
        combine_data(pupils[:2], [1, -1])
    with pytest.raises(DataSetError, match="shapes"):
        combine_data([pupils[0], *ds.load_behavior_by("gaze", recording=world.recordings[0], trial=table.trial[:1])[0]])


def test_copies_and_changes(ds, world):
    row = row_of(world, "PinkNoise")
    pupil = ds.load_behavior_by_trial(row.recording, row.trial)
    with pytest.raises(ValueError, match="read-only"):
        pupil.data[0] = 0
    own = pupil.copy(deep=True)
    own.data[0] = -1
    assert own.get_data()[0] == -1
    assert pupil.get_data()[0] != -1
    frames = np.arange(row.valid_frames)
    values = pupil.get_data().astype(float)
    slope, start = np.polyfit(frames, values, 1)
    assert pupil.detrend() is pupil
    np.testing.assert_allclose(pupil.get_data(), values - slope * frames - start, atol=1e-4)
    response = ds.load_response_by_trial(row.recording, row.trial)
    doubled = response.copy(deep=True)
    doubled.data *= 2
    np.testing.assert_allclose(doubled.get_data("by_std"), 2 * response.get_data("by_std"), rtol=1e-5)
    np.testing.assert_array_equal(response.copy().get_data(), response.get_data())
    whole = response.get_data()
    response.valid_frames = 100
    np.testing.assert_array_equal(response.get_data(), whole[:, :100])


def test_pictures(ds, world, tmp_path):
    row = row_of(world, "PinkNoise")
    video = ds.load_video_by_trial(row.recording, row.trial)
    clip = video.display_video_clip(save_path=tmp_path / "clip.webp")
    assert len(clip.frames) == row.valid_frames
    assert (tmp_path / "clip.webp").stat().st_size > 0
    assert video.display_video_clip(display=False) is None
    response = ds.load_response_by_trial(row.recording, row.trial)
    pupil, gaze, running = (ds.load_behavior_by_trial(row.recording, row.trial, name) for name in
                            ("pupil", "gaze", "locomotion"))  # fmt: skip
    segment = ds.load_segment_by_id(ds.segments_df.segment_ID[0])
    assert len(segment.display_video_clip().frames) == segment.valid_frames
    assert video.compute_time_change().shape == (row.valid_frames - 1,)
    drawn = [
        video.plot_changes(), video.plot_frame(3), video.plot_frames([0, 5, 9]), video.plot_intensity_hist_all(),
        video.plot_intensity_hist(2), segment.plot_frame(0), segment.plot_frames([0, 1]),
        response.plot_responses_raster([0, 2], normalization="by_std"), response.plot_active_raster([1], 0.5),
        response.plot_responses([0, 1], plot_thresh=1.0), response.neurons.plot_coordinates(),
        pupil.plot(), pupil.plot_power_spectrum(), gaze.plot(), running.plot(),
    ]  # fmt: skip
    for figure, axes in drawn:
        assert all(ax.figure is figure for ax in np.ravel(axes))
    frequencies, power = pupil.compute_power_spectrum()
    assert frequencies[0] == 0
    assert frequencies.shape == power.shape
    with pytest.raises(DataSetError, match="segment=99"):
        video.plot_intensity_hist(99)


def test_unknown_names(ds, world):
    row = row_of(world, "PinkNoise")
    with pytest.raises(UnknownIdError, match="Did you mean"):
        ds.load_video_by_id(f"{row.video_ID[:-1]}x")
    with pytest.raises(UnknownIdError, match="no segment"):
        ds.load_segment_by_id("s")
    with pytest.raises(ValueError, match="no segment"):
        ds.find_segment(3)
    with pytest.raises(UnknownIdError, match="has no trial '999'"):
        ds.load_video_by_trial(row.recording, 999)
    with pytest.raises(UnknownIdError, match="has no trial 'x'"):
        ds.load_response_by_trial(row.recording, "x")
    with pytest.raises(DataSetError, match=f"Did you mean '{row.recording}'"):
        ds.load_video_by_trial(row.recording[:-1], row.trial)
    with pytest.raises(DataSetError, match=r"unknown behavior 'pupils'\. Did you mean 'pupil'"):
        ds.load_behavior_by("pupils")
    with pytest.raises(DataSetError, match=r"unknown kind of data 'response'\. Did you mean 'responses'"):
        ds.load_all_data(row.recording, "response")
    with pytest.raises(DataSetError, match="no recording is called 'x'"):
        ds.load_all_data("x", "responses")
    with pytest.raises(TypeError, match="Did you mean 'raise_on_mismatch'"):
        ds.load_video_by_trial(row.recording, row.trial, raise_on_mismatches=True)
    with pytest.raises(AttributeError, match="'DataSet' object has no attribute 'classify_videos': `catalog ingest"):
        ds.classify_videos()
    with pytest.raises(AttributeError, match="'DataSet' object has no attribute 'trial_df'"):
        _ = ds.trial_df


@pytest.fixture
def damaged(world, tmp_path, known, open_dataset):
    """A DataSet over a copy of the data folder, one trial of which is damaged by the test."""
    row = row_of(world, "PinkNoise")
    folder = tmp_path / "data"
    for path in (world.data / row.recording).rglob("*.npy"):
        if path.stem in (row.trial, "tiers", "unit_ids", "cell_motor_coordinates"):
            copy = folder / path.relative_to(world.data)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    return open_dataset(folder, database=known, check=False), row, folder / row.recording / "data"


@pytest.mark.parametrize("known", ["imported sqlite"], indirect=True)
def test_a_response_that_is_nan(damaged, caplog):
    ds, row, data = damaged
    values = np.load(data / "responses" / f"{row.trial}.npy")
    values[1, 7] = np.nan
    replace_array(data / "responses" / f"{row.trial}.npy", values)
    response = ds.load_response_by_trial(row.recording, row.trial)
    with pytest.raises(DataSetError, match=f"1 neuron has NaN among the responses of trial {row.trial}"):
        response.get_data(normalization="by_std")
    assert np.isnan(response.get_data(raise_on_nan=False)[1, 7])
    assert "1 neuron has NaN" in caplog.text


@pytest.mark.parametrize("known", ["imported sqlite", "imported postgresql"], indirect=True)
def test_files_that_are_not_there_or_damaged(damaged, world):
    ds, row, data = damaged
    stored = np.load(data / "videos" / f"{row.trial}.npy")
    np.testing.assert_array_equal(ds.load_video_by_trial(row.recording, row.trial).data, stored)
    (data / "pupil_center" / f"{row.trial}.npy").unlink()
    with pytest.raises(SignalError, match=f"gaze of trial {row.trial} of {row.recording}"):
        ds.load_behavior_by_trial(row.recording, row.trial, "gaze").get_data()
    other = next(trial for trial in ds.info[row.recording]["trials"] if trial != row.trial)
    with pytest.raises(SignalError, match=f"response of trial {other} of {row.recording}"):
        ds.load_response_by_trial(row.recording, other).get_data()
    for number in (row.trial, other):
        frames = world.trials[(world.trials.recording == row.recording) & (world.trials.trial == number)].valid_frames
        replace_array(data / "responses" / f"{number}.npy", np.zeros((5, frames.iloc[0] + int(number == other))))
    with pytest.raises(DataSetError, match="cannot be stacked"):
        ds.load_all_data(row.recording, "responses")
    file = data / "videos" / f"{row.trial}.npy"
    file.write_bytes(file.read_bytes()[:-4000])
    with pytest.raises(SignalError, match=f"video of trial {row.trial} of {row.recording}.*cut short"):
        _ = ds.load_video_by_trial(row.recording, row.trial).data
    with pytest.raises(SignalError, match="cut short"):
        ds.load_all_data(row.recording, "videos")


@pytest.mark.parametrize("known", ["ingested sqlite"], indirect=True)
def test_a_data_folder_that_differs_from_what_was_ingested(damaged, world):
    # The folder that the user names comes first; where it is not what it was, the catalog's own place is right.
    ds, row, data = damaged
    file = data / "videos" / f"{row.trial}.npy"
    original = np.load(file)
    replace_array(file, original[:, :, :10])
    video = ds.load_video_by_trial(row.recording, row.trial)
    np.testing.assert_array_equal(video.data, original)
    other = next(trial for trial in ds.info[row.recording]["trials"] if trial != row.trial)
    np.testing.assert_array_equal(
        ds.load_response_by_trial(row.recording, other).data,
        np.load(world.array(row.recording, "responses", other)),
    )
