"""Tables of a DataSet equal the published files, whatever the catalog was made of."""

import json

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from catalog import Catalog
from catalog.dataset import DataSetError
from catalog.models import Neuron, Recording
from ingest.importing import import_metadata

SEGMENTS = [
    "segment_ID",
    "segment_label",
    "video_ID",
    "video_label",
    "recording",
    "trial",
    "segment_index",
    "frame_start",
    "frame_end",
]


def published_segments(metadata, trials):
    """Return a row for each time a segment was shown, from the files of videos and segments and the table of trials."""
    rows = []
    for path in (metadata / "global_meta" / "segments").glob("*.json"):
        segment = json.loads(path.read_text())
        for video_id, places in segment["duplicates"].items():
            (file,) = (metadata / "global_meta" / "videos").glob(f"*-{video_id}.json")
            video = json.loads(file.read_text())
            for index in places["segment_index"]:
                start, end = (video["segments"][key][index] for key in ("frame_start", "frame_end"))
                for row in trials[trials.video_ID == video_id].itertuples():
                    own = segment["ID"], segment["label"], video_id, video["label"]
                    rows.append((*own, row.recording, row.trial, index, start, end))
    return pd.DataFrame(rows, columns=SEGMENTS)


def sorted_rows(table):
    return sorted(map(tuple, table.to_numpy().tolist()))


def test_trials_are_the_published_table(ds, world):
    assert_frame_equal(ds.trials_df, world.trials)
    assert ds.get_trials_metadata() is ds.trials_df
    assert list(ds.get_trials_metadata_basic(set_trials_df=False).columns) == ["recording", "trial"]


def test_segments_are_the_published_occurrences(ds, world):
    expected = published_segments(world.metadata, world.trials)
    assert len(expected) > 100
    assert list(ds.segments_df.columns) == SEGMENTS
    assert sorted_rows(ds.segments_df) == sorted_rows(expected)
    assert (ds.segments_df.dtypes == expected.dtypes).all()
    assert list(ds.segments_df.index) == list(range(len(expected)))
    table = ds.segments_df.assign(number=ds.segments_df.trial.astype(int))
    in_order = table.sort_values(["segment_ID", "video_ID", "segment_index", "recording", "number"])
    assert list(in_order.index) == list(table.index)
    for segment in expected.segment_ID.unique()[:3]:
        found = ds.find_segment(segment)
        assert sorted_rows(found) == sorted_rows(expected[expected.segment_ID == segment])


def test_some_recordings_in_an_order_of_ones_own(known, world, open_dataset):
    second, first = world.recordings[1], world.recordings[0]
    both = open_dataset(world.data, database=known, recording=[second, f"{first}_30hz"])
    assert both.recording == [second, first]
    trials = world.trials
    expected = pd.concat([trials[trials.recording == second], trials[trials.recording == first]])
    assert_frame_equal(both.trials_df, expected.reset_index(drop=True))
    alone = open_dataset(world.data, database=known, recording=second)
    assert alone.recording == [second]
    assert set(alone.trials_df.recording) == set(alone.segments_df.recording) == {second}
    assert len(alone.find_segment(alone.segments_df.segment_ID[0])) == sum(
        alone.segments_df.segment_ID == alone.segments_df.segment_ID[0]
    )


@pytest.mark.parametrize(
    "subset", [["recording", "label"], ("video_ID",), {"trial_type", "label"}, ["label", "video_ID", "recording"]]
)
def test_videos_are_counted(ds, world, subset):
    columns = sorted(subset) if isinstance(subset, set) else list(subset)
    counted = ds.count_videos_across(subset)
    assert list(counted.columns) == [*columns, "count"]
    assert counted["count"].is_monotonic_decreasing
    assert sorted_rows(counted) == sorted_rows(world.trials.groupby(columns).size().reset_index())


@pytest.mark.parametrize("subset", [["segment_label", "recording"], ["segment_ID", "video_ID", "segment_index"]])
def test_segments_are_counted(ds, world, subset):
    expected = published_segments(world.metadata, world.trials).groupby(subset).size().reset_index()
    counted = ds.count_segments_across(subset)
    assert list(counted.columns) == [*subset, "count"]
    assert sorted_rows(counted) == sorted_rows(expected)


@pytest.mark.parametrize("subset", [["labell"], [], ["label", "label"], ["segment_ID"], ["valid_frames"]])
def test_what_cannot_be_counted_across(ds, subset):
    with pytest.raises(DataSetError, match="cannot count across"):
        ds.count_videos_across(subset)
    with pytest.raises(ValueError, match="'video_ID'"):
        ds.count_videos_across(["video_id"])


def test_places_of_trials(ds, world):
    recording = world.recordings[0]
    files = sorted(path.name for path in (world.data / recording / "data" / "responses").iterdir())
    trials = world.trials[(world.trials.recording == recording) & (world.trials.label == "NaturalVideo")]
    expected = sorted(files.index(f"{trial}.npy") for trial in trials.trial)
    assert ds.get_indexes_of_trials(recording=recording, label="NaturalVideo") == expected
    assert ds.get_indexes_of_trials(recording=recording, query="label == 'NaturalVideo'") == expected
    assert ds.get_indexes_of_trials(recording=recording, label="nothing") == []
    for wrong in ({}, {"recording": None}, {"recording": [recording]}, {"recording": recording[:-1]}):
        with pytest.raises(DataSetError, match="expected one recording's name"):
            ds.get_indexes_of_trials(**wrong)


def test_facts_of_recordings(ds, world):
    assert list(ds.info) == ds.recording == world.recordings
    for name, facts in ds.info.items():
        basics = json.loads((world.metadata / name / f"meta-basic_{name}.json").read_text())
        keys = ["animal_id", "session", "scan_idx", "n_trials", "samples_per_trial", "n_neurons"]
        assert {key: facts[key] for key in keys} == {key: basics[key] for key in keys}
        own = world.trials[world.trials.recording == name]
        assert facts["trials"] == sorted(own.trial)
        assert facts["trial_type"] == dict(zip(own.trial, own.trial_type, strict=True))
        line = f"  - {name} with {basics['n_neurons']} neurons recorded, {basics['n_trials']} trials, and "
        assert f"{line}{basics['samples_per_trial']} samples per trial\n" in str(ds)
    assert str(ds).startswith("The dataset contains 2 recordings:\n")
    assert "2 recordings" in repr(ds)


def test_neurons(ds, world):
    for name, facts in ds.info.items():
        table = pd.read_csv(world.metadata / name / "neurons" / f"meta-neurons_{name}.csv")
        neurons = facts["neurons"]
        assert len(neurons) == len(table) > 0
        assert neurons.IDs.dtype == neurons.coord_xyz.dtype == "int64"
        assert neurons.IDs.tolist() == table["ID"].tolist()
        assert neurons.coord_xyz.tolist() == table[["coord_x", "coord_y", "coord_z"]].to_numpy().tolist()
        assert set(neurons.stats_activity) == {f"{what}_activation" for what in ("mean", "std", "min", "max")}
        for key, values in neurons.stats_activity.items():
            assert values == pytest.approx(table[key].to_numpy(), rel=1e-12)


def test_neurons_of_which_not_all_is_known(database, world, open_dataset):
    import_metadata(database, world.metadata)
    name = world.recordings[0]
    with Catalog(database) as cat, cat.session() as session:
        rows = session.query(Neuron).where(Neuron.recording == session.query(Recording).filter_by(name=name).one())
        for neuron in rows:
            neuron.std_activation = None
        rows.filter_by(row=1).one().unit_id = None
        rows.filter_by(row=2).one().coord_z = rows.filter_by(row=2).one().mean_activation = None
        session.commit()
    neurons = open_dataset(world.data, world.metadata, database=database).info[name]["neurons"]
    table = pd.read_csv(world.metadata / name / "neurons" / f"meta-neurons_{name}.csv").astype(float)
    table.loc[1, "ID"] = table.loc[2, "coord_z"] = table.loc[2, "mean_activation"] = float("nan")
    np.testing.assert_array_equal(neurons.IDs, table["ID"])
    np.testing.assert_array_equal(neurons.coord_xyz, table[["coord_x", "coord_y", "coord_z"]])
    assert neurons.stats_activity.keys() == {f"{what}_activation" for what in ("mean", "min", "max")}
    np.testing.assert_allclose(neurons.stats_activity["mean_activation"], table["mean_activation"], rtol=1e-12)


def test_a_table_of_ones_own_is_asked(own_ds):
    own_ds.trials_df = own_ds.trials_df.assign(mine=range(len(own_ds.trials_df)))
    assert list(own_ds.filter_trials(mine__lt=3)["mine"]) == [0, 1, 2]
    assert "mine" not in own_ds.get_trials_metadata(set_trials_df=False)
    assert "mine" in own_ds.trials_df
    own_ds.segments_df = own_ds.segments_df.head(2)
    assert len(own_ds.filter_segments()) == 2
    assert len(own_ds.get_segments_metadata()) > 2
    assert len(own_ds.filter_segments()) > 2
