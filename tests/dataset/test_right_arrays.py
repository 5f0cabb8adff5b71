"""What is loaded is what was asked for: the right trial, the right frames, the right neurons; or it is refused."""

import re
import shutil

import numpy as np
import pytest

from catalog import SignalError
from catalog.dataset import DataSetError, combine_data
from ingest.ingesting import ingest_recordings
from ingest.simulation import SimulationOptions, simulate
from tests.ingesting.worlds import replace_array, replace_file


@pytest.fixture
def own(world, tmp_path):
    """(folder, recording): a copy of one recording of the world."""
    name = world.recordings[0]
    shutil.copytree(world.data / name, tmp_path / "data" / name)
    return tmp_path / "data", name


def array_of(folder, name, kind, trial):
    return folder / name / "data" / kind / f"{trial}.npy"


def test_all_data_has_a_row_for_each_trial(own, database, open_dataset, caplog):
    folder, name = own
    array_of(folder, name, "responses", 8).unlink()
    array_of(folder, name, "videos", 8).unlink()
    ingest_recordings(database, folder, workers=1)
    ds = open_dataset(folder, database=database)
    stacked = ds.load_all_data(name, "responses")
    assert f"{name}: there are no responses of 1 of {len(stacked)} trials (8); their rows are NaN" in caplog.text
    assert len(stacked) == ds.info[name]["n_trials"]
    for trial in ds.info[name]["trials"]:
        (place,) = ds.get_indexes_of_trials(recording=name, trial=trial)
        path = array_of(folder, name, "responses", trial)
        stored = np.load(path) if path.exists() else np.full(stacked.shape[1:], np.nan)
        np.testing.assert_array_equal(stacked[place], stored)
    # A file of a trial that the catalog does not know moves no row.
    np.save(array_of(folder, name, "responses", 10000), stacked[0])
    np.testing.assert_array_equal(ds.load_all_data(name, "responses"), stacked)


def test_whole_numbers_with_a_gap_become_floating_point(own, world, tmp_path, open_dataset):
    folder, name = own
    for path in (folder / name / "data" / "videos").iterdir():
        replace_array(path, np.nan_to_num(np.load(path)).astype(np.uint8))
    ds = open_dataset(folder, world.metadata, database=tmp_path / "catalog.db")
    whole = ds.load_all_data(name, "videos")
    assert whole.dtype == np.uint8
    array_of(folder, name, "videos", 9).unlink()
    gap = ds.load_all_data(name, "videos")
    assert gap.dtype == np.float32
    (place,) = ds.get_indexes_of_trials(recording=name, trial=9)
    assert np.isnan(gap[place]).all()
    np.testing.assert_array_equal(np.delete(gap, place, axis=0), np.delete(whole, place, axis=0))


def test_all_data_refuses_a_file_that_changed(own, database, open_dataset):
    folder, name = own
    ingest_recordings(database, folder, workers=1)
    ds = open_dataset(folder, database=database)
    path = array_of(folder, name, "responses", 9)
    replace_array(path, np.load(path) * 3)
    with pytest.raises(SignalError, match=f"the responses of trial 9 of {name}: .*9.npy changed since it was ingested"):
        ds.load_all_data(name, "responses")
    path.unlink()
    with pytest.raises(SignalError, match=f"the responses of trial 9 of {name}.*there is no"):
        ds.load_all_data(name, "responses")
    assert ds.load_all_data(name, "behavior").shape[1] == 2


@pytest.mark.parametrize("repeats", [2, 4])
def test_segments_at_the_frames_of_the_presentation(tmp_path, database, open_dataset, repeats):
    # Of two presentations, one with dropped frames, the video may have the frames of either; of four, those of most.
    options = {"seed": 3, "recordings": 3, "n_neurons": 2, "train_videos": 0, "test_videos": 0, "dtype": "float32"}
    truth = simulate(tmp_path / "data", SimulationOptions(**options, parametric_repeats=repeats))
    *others, name = truth["recordings"]
    for other in others:
        shutil.rmtree(tmp_path / "data" / other)
    ingest_recordings(database, tmp_path / "data", workers=1)
    ds = open_dataset(tmp_path / "data", database=database)
    trials = truth["recordings"][name]["trials"]
    shown = {trial: facts for trial, facts in trials.items() if facts["label"] == "NaturalImages"}
    assert len({tuple(facts["segment_starts"]) for facts in shown.values()}) == 2
    for trial, facts in shown.items():
        video = ds.load_video_by_trial(name, trial)
        assert video.segments["frame_start"].tolist() == facts["segment_starts"]
        assert video.segments["frame_end"].tolist() == facts["segment_ends"]
    segments = ds.segments_df[ds.segments_df.segment_label == "NaturalImages"].segment_ID.unique()
    assert len(segments) > 5
    for segment in map(ds.load_segment_by_id, segments):
        parent = segment.parentvideo
        facts, index = shown[parent["trial"]], parent["segment_index"]
        start, end = facts["segment_starts"][index], facts["segment_ends"][index]
        assert (parent["frame_start"], parent["frame_end"], segment.valid_frames) == (start, end, end - start)
        stored = np.load(array_of(tmp_path / "data", name, "videos", parent["trial"]))
        np.testing.assert_array_equal(segment.get_data(), stored[..., start:end])
        if repeats == 4:
            assert not facts["faults"]


def test_an_example_whose_file_is_there(own, world, tmp_path, open_dataset):
    folder, name = own
    shown = world.trials[(world.trials.recording == name) & (world.trials.label == "PinkNoise")]
    first, second = shown.trial
    array_of(folder, name, "videos", first).unlink()
    ds = open_dataset(folder, world.metadata, database=tmp_path / "catalog.db")
    assert ds.load_video_by_id(shown.video_ID.iloc[0]).trial == second


NUMBERS = {"lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal}


@pytest.mark.parametrize("known", ["imported sqlite"], indirect=True)
@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("bound", [9, np.int64(10), 9.5])
def test_trials_compared_with_a_number(ds, world, name, bound):
    expected = world.trials[NUMBERS[name](world.trials.trial.astype(int), bound)]
    assert 0 < len(expected) < len(world.trials)
    found = ds.filter_trials(**{f"trial__{name}": bound})
    assert found.trial.tolist() == expected.trial.tolist()
    assert found.index.tolist() == expected.index.tolist()


@pytest.mark.parametrize("known", ["imported sqlite"], indirect=True)
def test_trials_given_as_floating_point(ds):
    assert set(ds.filter_trials(trial=[3.0, 4]).trial) == {"3", "4"}
    assert set(ds.filter_trials(trial=np.float64(3)).trial) == {"3"}
    assert "3" not in set(ds.filter_trials(trial__ne=3.0).trial)
    assert ds.filter_trials(trial=3.5).empty


@pytest.mark.parametrize("known", ["imported sqlite"], indirect=True)
@pytest.mark.parametrize("answer", [lambda s: s, lambda s: s.str.len(), lambda s: ["no"] * len(s)],
                         ids=["text", "numbers", "list of text"])  # fmt: skip
def test_functions_return_truth_values(ds, answer):
    with pytest.raises(DataSetError, match=r"the function for label returned .* for a row; expected a truth value"):
        ds.filter_trials(label=answer)


MISFITS = {
    "fewer neurons": (lambda values: values[:-2], DataSetError, "has 3 neurons, and the catalog knows 5"),
    "fewer frames": (lambda values: values[:, :200], DataSetError, "has 200 frames, and the catalog tells of {frames}"),
    "one axis": (lambda values: values[0], DataSetError, "holds an array of the shape"),
    "pickled": (lambda values: np.array([{}], dtype=object), SignalError, "holds pickled Python objects"),
    "empty": (None, SignalError, "is empty (0 bytes)"),
}


@pytest.mark.parametrize("misfit", MISFITS)
def test_arrays_that_are_not_what_the_metadata_tell_of(own, world, tmp_path, open_dataset, misfit):
    change, error, told = MISFITS[misfit]
    folder, name = own
    row = world.trials[(world.trials.recording == name) & (world.trials.label == "PinkNoise")].iloc[0]
    path = array_of(folder, name, "responses", row.trial)
    if change is None:
        replace_file(path, b"")
    else:
        replace_array(path, change(np.load(path)), allow_pickle=True)
    ds = open_dataset(folder, world.metadata, database=tmp_path / "catalog.db")
    message = f"{path} {told.format(frames=row.valid_frames)}"
    responses, _ = ds.load_responses_by(recording=name)
    for one in responses:
        if one.trial != row.trial:
            assert one.get_data().shape == (5, one.valid_frames)
            continue
        for ask in (one.get_data, lambda one=one: one.get_data("by_mean"), lambda one=one: one.data):
            with pytest.raises(error, match=re.escape(f"the response of trial {row.trial} of {name}: {message}")):
                ask()
    with pytest.raises(error, match=re.escape(f"the responses of trial {row.trial} of {name}: {message}")):
        ds.load_all_data(name, "responses")


@pytest.mark.parametrize("known", ["ingested sqlite"], indirect=True)
def test_responses_of_two_mice_are_not_averaged(ds, world):
    ours, theirs = (ds.load_responses_by(recording=name, label="NaturalVideo")[0][:2] for name in world.recordings)
    for one in theirs:
        one.data = np.zeros(ours[0].data.shape)
    with pytest.raises(DataSetError, match=f"responses of {' and '.join(world.recordings)} are of different neurons"):
        combine_data([*ours, *theirs])
    assert combine_data(ours).shape == ours[0].data.shape
    pupils = [ds.load_behavior_by("pupil", recording=name, label="PinkNoise")[0][0] for name in world.recordings]
    pupils[1].data = np.zeros(pupils[0].data.shape)
    np.testing.assert_allclose(combine_data(pupils), pupils[0].data / 2)
