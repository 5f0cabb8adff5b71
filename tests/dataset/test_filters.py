"""Filters of a DataSet give the rows that pandas gives for the same question to the published tables."""

import re

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from catalog.dataset import DataSetError, DataSetTypeError
from tests.dataset.conftest import named

two_catalogs = pytest.mark.parametrize("known", ["imported sqlite", "ingested postgresql"], indirect=True)
"""Filters are asked of tables in memory: catalogs of other kinds would tell nothing new."""

TRIALS = [
    ({}, lambda t: t),
    ({"label": "PinkNoise"}, lambda t: t[t.label == "PinkNoise"]),
    ({"label__eq": "PinkNoise"}, lambda t: t[t.label == "PinkNoise"]),
    ({"label": ["PinkNoise", "NaturalVideo"]}, lambda t: t[t.label.isin(["PinkNoise", "NaturalVideo"])]),
    ({"label": ("PinkNoise",)}, lambda t: t[t.label == "PinkNoise"]),
    ({"label": {"PinkNoise", "Gabor"}}, lambda t: t[t.label.isin(["PinkNoise", "Gabor"])]),
    ({"label": np.array(["PinkNoise"])}, lambda t: t[t.label == "PinkNoise"]),
    ({"label": pd.Series(["PinkNoise"])}, lambda t: t[t.label == "PinkNoise"]),
    ({"label": []}, lambda t: t[:0]),
    ({"label__ne": "PinkNoise"}, lambda t: t[t.label != "PinkNoise"]),
    ({"label__ne": ["PinkNoise", "NaturalVideo"]}, lambda t: t[~t.label.isin(["PinkNoise", "NaturalVideo"])]),
    ({"valid_frames": 324}, lambda t: t[t.valid_frames == 324]),
    ({"valid_frames": np.int64(324)}, lambda t: t[t.valid_frames == 324]),
    ({"valid_frames": [300, 324]}, lambda t: t[t.valid_frames.isin([300, 324])]),
    ({"valid_frames": range(241, 301)}, lambda t: t[t.valid_frames.between(241, 300)]),
    ({"valid_frames__ne": 324}, lambda t: t[t.valid_frames != 324]),
    ({"valid_frames__gt": 300}, lambda t: t[t.valid_frames > 300]),
    ({"valid_frames__ge": 300}, lambda t: t[t.valid_frames >= 300]),
    ({"valid_frames__lt": 300.5}, lambda t: t[t.valid_frames < 300.5]),
    ({"valid_frames__le": 300, "valid_frames__gt": 240}, lambda t: t[t.valid_frames.between(241, 300)]),
    ({"valid_trial": True}, lambda t: t[t.valid_trial]),
    ({"valid_trial": [True]}, lambda t: t[t.valid_trial]),
    ({"valid_response": False}, lambda t: t[~t.valid_response]),
    ({"trial": "3"}, lambda t: t[t.trial == "3"]),
    ({"trial": 3}, lambda t: t[t.trial == "3"]),
    ({"trial": [1, "3", np.int64(4)]}, lambda t: t[t.trial.isin(["1", "3", "4"])]),
    ({"trial__ne": 3}, lambda t: t[t.trial != "3"]),
    ({"trial__lt": "3"}, lambda t: t[t.trial < "3"]),
    ({"recording__contains": "-Video-9b"}, lambda t: t[t.recording.str.contains("-Video-9b")]),
    ({"label__contains": "Pink|Nat.*l"}, lambda t: t[t.label.str.contains("Pink|Nat.*l")]),
    ({"label__contains": "pink"}, lambda t: t[:0]),
    ({"label__startswith": "Natural"}, lambda t: t[t.label.str.startswith("Natural")]),
    ({"label__startswith": ("Pink", "Nat")}, lambda t: t[t.label.str.startswith(("Pink", "Nat"))]),
    ({"trial_type__endswith": "bonus"}, lambda t: t[t.trial_type.str.endswith("bonus")]),
    ({"valid_frames": lambda s: s % 100 == 0}, lambda t: t[t.valid_frames % 100 == 0]),
    ({"label": lambda s: s.str.len() > 9}, lambda t: t[t.label.str.len() > 9]),
    ({"label": lambda s: [name == "PinkNoise" for name in s]}, lambda t: t[t.label == "PinkNoise"]),
    ({"label": lambda s: s.to_numpy() == "PinkNoise"}, lambda t: t[t.label == "PinkNoise"]),
    ({"label": lambda s: s.where(s != "PinkNoise").notna()}, lambda t: t[t.label != "PinkNoise"]),
    ({"query": "valid_frames >= 300 and label == 'PinkNoise'"}, lambda t: t[t.label == "PinkNoise"]),
    ({"query": "label in ['PinkNoise', 'Gabor']", "trial": "5"},
     lambda t: t[(t.label == "PinkNoise") & (t.trial == "5")]),
    ({"query": "valid_trial"}, lambda t: t[t.valid_trial]),
    ({"label": "PinkNoise", "valid_frames__ge": 300, "trial_type": ["live_test_bonus"]},
     lambda t: t[(t.label == "PinkNoise") & (t.trial_type == "live_test_bonus")]),
]  # fmt: skip


@two_catalogs
@pytest.mark.parametrize(("conditions", "in_pandas"), TRIALS, ids=[named(conditions) for conditions, _ in TRIALS])
def test_trials(ds, world, conditions, in_pandas):
    expected = in_pandas(world.trials)
    assert_frame_equal(ds.filter_trials(**conditions), expected)


def test_the_cases_tell_answers_apart(world):
    sizes = {len(in_pandas(world.trials)) for _, in_pandas in TRIALS}
    assert len(sizes) > 5


@two_catalogs
def test_segments(ds):
    table = ds.segments_df.copy()
    segment = table.segment_ID[7]
    assert_frame_equal(ds.filter_segments(segment_ID=segment), table[table.segment_ID == segment])
    assert_frame_equal(
        ds.filter_segments(segment_label="PinkNoise", segment_index__ge=3, frame_start__lt=200),
        table[(table.segment_label == "PinkNoise") & (table.segment_index >= 3) & (table.frame_start < 200)],
    )
    assert_frame_equal(
        ds.filter_segments(query="frame_end - frame_start == 27"), table[table.frame_end - table.frame_start == 27]
    )


@two_catalogs
def test_the_tables_stay_as_they_are(ds):
    before = ds.trials_df.copy()
    found = ds.filter_trials()
    found["label"] = "other"
    assert_frame_equal(ds.trials_df, before)


@pytest.mark.parametrize("known", ["ingested sqlite", "ingested postgresql"], indirect=True)
@pytest.mark.parametrize("name", ["video_ID", "segment_ID"])
def test_ids_by_content(ds, world, name):
    ask, table = (ds.filter_trials, ds.trials_df) if name == "video_ID" else (ds.filter_segments, ds.segments_df)
    content = {published: identifier for identifier, published in world.names.items()}
    first, second = table[name].unique()[:2]
    assert_frame_equal(ask(**{name: content[first]}), table[table[name] == first])
    assert_frame_equal(ask(**{name: [content[first], second]}), table[table[name].isin([first, second])])
    assert_frame_equal(ask(**{f"{name}__ne": content[first]}), table[table[name] != first])
    assert_frame_equal(ds.filter_segments(video_ID=content[ds.segments_df.video_ID[0]]),
                       ds.segments_df[ds.segments_df.video_ID == ds.segments_df.video_ID[0]])  # fmt: skip


@two_catalogs
def test_an_unknown_value_gives_no_rows_and_a_warning(ds, caplog):
    assert len(ds.filter_trials(label="PinkNoize")) == 0
    assert "no row has label 'PinkNoize'. Did you mean 'PinkNoise'?" in caplog.text
    caplog.clear()
    known = ds.trials_df.video_ID[0]
    assert ds.filter_trials(video_ID=f"{known[:-1]}x").empty
    assert f"no row has video_ID '{known[:-1]}x'. Did you mean" in caplog.text
    assert known in caplog.text
    caplog.clear()
    assert ds.filter_trials(trial="99999").empty
    assert len(ds.filter_trials(label=["PinkNoise", "PinkNoize"])) > 0
    assert caplog.text == ""


@two_catalogs
@pytest.mark.parametrize(
    ("conditions", "error", "told"),
    [
        ({"lable": "Gabor"}, DataSetError, "unknown column 'lable'. Did you mean 'label'?"),
        ({"ID": "v1"}, DataSetError, "the column 'ID' is called 'video_ID' now"),
        ({"valid_frames__gte": 3}, DataSetError, "unknown operator 'gte' in 'valid_frames__gte'"),
        ({"valid_frames__gt": "many"}, DataSetTypeError, "valid_frames__gt='many': cannot be compared"),
        ({"valid_frames__gt": [1, 2]}, DataSetError, "valid_frames__gt with several values"),
        ({"label__gt": 3}, DataSetTypeError, "label__gt=3: cannot be compared"),
        ({"valid_frames__contains": "3"}, DataSetTypeError, "valid_frames is not text; use one of eq, ne"),
        ({"label__contains": 3}, DataSetTypeError, "label__contains=3: expected text"),
        ({"label__contains": "("}, DataSetError, "no regular expression"),
        ({"label": lambda s: True}, DataSetError, "the function for label returned ()"),
        ({"label": lambda s: [True]}, DataSetError, "a truth value for each of the column's"),
        ({"label": lambda s: s.head(1) == "x"}, DataSetError, "another index"),
        ({"query": "lable == 'Gabor'"}, DataSetError, "unknown column 'lable'. Did you mean 'label'?"),
        ({"query": "label =="}, DataSetError, "cannot be answered"),
        ({"query": 3}, DataSetTypeError, "query=3: expected text"),
        ({"query": "recording == @query"}, DataSetError, "put the value into the text, as in query=f"),
        ({"query": "label == '@' and valid_frames > @n"}, DataSetError, "such as @name, cannot be seen from here"),
    ],
    ids=named,
)
def test_bad_questions(ds, conditions, error, told):
    with pytest.raises(error, match=re.escape(told)):
        ds.filter_trials(**conditions)
    assert issubclass(error, (ValueError, TypeError))


def test_a_query_may_hold_an_at_in_its_text(ds):
    assert ds.filter_trials(query="label != 'a@b' and label != \"@found\"").equals(ds.trials_df)


@two_catalogs
def test_missing_values_meet_no_condition_but_ne(own_ds):
    own_ds.trials_df = own_ds.trials_df.astype({"valid_frames": float})
    own_ds.trials_df.loc[0, ["label", "valid_frames"]] = None
    label = own_ds.trials_df.label[1]
    assert 0 in own_ds.filter_trials(label__ne=label).index
    assert 0 in own_ds.filter_trials(valid_frames__ne=300).index
    for conditions in (
        {"label": label}, {"label__contains": ""}, {"label__lt": "zzz"}, {"valid_frames__ge": 0}, {"label": None},
        {"label": lambda s: s.str.startswith("N")}, {"label": lambda s: s.astype(object).str.startswith("N")},
    ):  # fmt: skip
        assert 0 not in own_ds.filter_trials(**conditions).index


@two_catalogs
def test_missing_values_of_nullable_columns(own_ds):
    table = own_ds.trials_df.astype({"valid_frames": "Int64", "valid_trial": "boolean"})
    table.loc[0, ["valid_frames", "valid_trial"]] = pd.NA
    own_ds.trials_df = table
    assert 0 in own_ds.filter_trials(valid_frames__ne=300).index
    for conditions in ({"valid_frames__ge": 0}, {"valid_frames": 300}, {"valid_trial": True}, {"valid_frames": [300]}):
        assert 0 not in own_ds.filter_trials(**conditions).index
