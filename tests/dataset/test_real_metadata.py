"""The real published metadata: what a DataSet answers equals what pandas makes of the published files."""

import json

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from catalog import DataSet
from ingest.importing import import_metadata
from tests.conftest import BACKENDS
from tests.dataset.conftest import named, published_trials
from tests.dataset.test_tables import SEGMENTS, sorted_rows


@pytest.fixture(scope="module", params=BACKENDS)
def real(request, published_metadata, make_lasting_database):
    database = make_lasting_database(request.param)
    import_metadata(database, published_metadata)
    with DataSet(folder_metadata=published_metadata, database=database, check=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def trials(published_metadata):
    return published_trials(published_metadata)


@pytest.fixture(scope="module")
def listed(published_metadata):
    """Occurrences of segments as the files of videos list them, trials in their lists of duplicates."""
    videos = {}
    for path in (published_metadata / "global_meta" / "videos").glob("*.json"):
        video = json.loads(path.read_text())
        videos[video["ID"]] = video
    rows = []
    for path in (published_metadata / "global_meta" / "segments").glob("*.json"):
        segment = json.loads(path.read_text())
        for name, places in segment["duplicates"].items():
            for index in places["segment_index"]:
                span = videos[name]["segments"]["frame_start"][index], videos[name]["segments"]["frame_end"][index]
                for recording, shown in videos[name]["duplicates"].items():
                    own = segment["ID"], segment["label"], name, videos[name]["label"], recording
                    rows += [(*own, str(trial), index, *span) for trial in shown["trials"]]
    return pd.DataFrame(rows, columns=SEGMENTS)


def test_trials(real, trials):
    assert len(trials) == 4267
    assert_frame_equal(real.trials_df, trials)


def test_segments(real, trials, listed):
    found = real.segments_df
    # The lists miss trials of which the tables tell, and name recordings that this copy leaves out.
    here = listed[listed.recording.isin(real.recording)]
    extra = set(sorted_rows(found)) - set(sorted_rows(here))
    assert set(sorted_rows(here)) <= set(sorted_rows(found))
    shown = set(zip(trials.recording, trials.trial, trials.video_ID, strict=True))
    assert {(row[4], row[5], row[2]) for row in extra} <= shown
    assert len(extra) < 0.01 * len(found)


QUESTIONS = [
    ({"label": "Gabor", "valid_frames__ge": 300}, lambda t: t[(t.label == "Gabor") & (t.valid_frames >= 300)]),
    ({"recording__contains": "29513"}, lambda t: t[t.recording.str.contains("29513")]),
    ({"trial_type": ["oracle", "train"], "valid_response": True},
     lambda t: t[t.trial_type.isin(["oracle", "train"]) & t.valid_response]),
    ({"video_ID": ["v657206", "v011459"]}, lambda t: t[t.video_ID.isin(["v657206", "v011459"])]),
    ({"label__startswith": "Natural", "trial_type__endswith": "bonus"},
     lambda t: t[t.label.str.startswith("Natural") & t.trial_type.str.endswith("bonus")]),
    ({"valid_frames": lambda s: s > 324}, lambda t: t[t.valid_frames > 324]),
    ({"query": "label == 'RandomDots' and valid_frames_response < 300"},
     lambda t: t[(t.label == "RandomDots") & (t.valid_frames_response < 300)]),
]  # fmt: skip


@pytest.mark.parametrize(("conditions", "in_pandas"), QUESTIONS, ids=[named(one) for one, _ in QUESTIONS])
def test_filters(real, trials, conditions, in_pandas):
    expected = in_pandas(trials)
    assert 0 < len(expected) < len(trials)
    assert_frame_equal(real.filter_trials(**conditions), expected)


def test_counts(real, trials, listed):
    counted = real.count_videos_across(["video_ID", "recording"])
    assert sorted_rows(counted) == sorted_rows(trials.value_counts(["video_ID", "recording"]).reset_index())
    found = real.count_segments_across(["segment_label"])
    once = real.segments_df.groupby("segment_label").size()
    assert dict(found.to_numpy().tolist()) == once.to_dict()


def test_occurrences_of_one_segment(real, listed):
    for segment in ("s362430", "s816167"):
        here = listed[(listed.segment_ID == segment) & listed.recording.isin(real.recording)]
        assert len(here) > 0
        assert sorted_rows(real.find_segment(segment)) == sorted_rows(here)
        assert sorted_rows(real.filter_segments(segment_ID=segment)) == sorted_rows(here)


def test_recordings(real, published_metadata, trials):
    assert len(real.info) == 6
    for name, facts in real.info.items():
        basics = json.loads((published_metadata / name / f"meta-basic_{name}.json").read_text())
        for key in ("animal_id", "session", "scan_idx", "n_trials", "samples_per_trial", "n_neurons"):
            assert facts[key] == basics[key]
        assert facts["trials"] == sorted(trials[trials.recording == name].trial)
    name = real.recording[0]
    table = pd.read_csv(published_metadata / name / "neurons" / f"meta-neurons_{name}.csv")
    assert real.info[name]["neurons"].IDs.tolist() == table["ID"].tolist()
    assert real.info[name]["neurons"].coord_xyz.tolist() == table[["coord_x", "coord_y", "coord_z"]].to_numpy().tolist()
