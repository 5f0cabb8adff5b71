"""Queries are lazy values; each way of asking costs one statement and gives what Python finds in the same rows."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from catalog import Catalog, Recording, Trial, Video
from catalog.errors import CatalogError, NotFoundError, QueryError
from tests.queries.conftest import CountStatements
from tests.queries.world import RECORDINGS, WORLD, Row

OVERVIEW = sorted(WORLD.overview(), key=lambda row: (row["recording"], row["trial"]))


def gabor(row: Row) -> bool:
    return bool(row["label"] == "Gabor" and row["valid_response"])


@pytest.mark.parametrize(
    "condition",
    [
        sa.text("recordings.name = :name").bindparams(name=RECORDINGS[0]),
        sa.literal_column("recordings.name") == RECORDINGS[0],
        sa.and_(Trial.trial >= 0, sa.text("recordings.name = :name").bindparams(name=RECORDINGS[0])),
    ],
    ids=["text", "literal_column", "part"],
)
def test_conditions_as_text_are_counted(cat: Catalog, condition: Any) -> None:
    query = cat.trials.filter(condition)
    expected = [row["id"] for row in OVERVIEW if row["recording"] == RECORDINGS[0]]
    assert query.count() == len(query.all()) == len(expected) > 0


def test_only_asking_costs_a_statement_and_one_each(cat: Catalog, statements: CountStatements) -> None:
    expected = [row["id"] for row in OVERVIEW if gabor(row)]
    with statements() as sent:
        query = cat.trials.filter(label="Gabor").filter(valid_response=True).order_by("trial")
        repr(query)
        str(query.statement)
        assert sent == []
    for ask in (
        lambda: query.count(),
        lambda: query.first(),
        lambda: query.all(),
        lambda: list(query),
        lambda: query.to_frame(),
        lambda: query.rows(),
        lambda: query.values("video_id"),
        lambda: query.count_across("recording", "label"),
        lambda: query.limit(1).one(),
        lambda: cat.count_videos_across("label", trial_type="train"),
        lambda: cat.count_segments_across("segment_id", recording__contains="29513"),
        lambda: cat.segment_presentations.first(),
    ):
        with statements() as sent:
            ask()
        assert len(sent) == 1, sent
    assert sorted(trial.id for trial in query) == sorted(expected)


def test_a_trial_comes_with_its_video_and_recording(cat: Catalog, statements: CountStatements) -> None:
    with statements() as sent:
        found = [(t.recording.name, t.trial, t.video.id if t.video else None) for t in cat.trials]
        neurons = [(neuron.recording.name, neuron.row) for neuron in cat.neurons]
    assert len(sent) == 2
    assert found == [(row["recording"], row["trial"], row["video_id"]) for row in OVERVIEW]
    assert neurons == sorted((WORLD.recording_name(neuron), neuron["row"]) for neuron in WORLD.neurons)


def test_a_query_is_never_changed(cat: Catalog) -> None:
    every = cat.trials
    every.filter(label="Gabor")
    every.order_by("-trial")
    every.limit(1)
    assert every.count() == len(WORLD.trials)
    assert [trial.id for trial in every] == [row["id"] for row in OVERVIEW]


def test_first_one_and_all(cat: Catalog) -> None:
    none = cat.trials.filter(trial=-1)
    assert none.first() is None
    assert none.all() == []
    with pytest.raises(NotFoundError, match="expected one of the trials to match, found 0"):
        none.one()
    with pytest.raises(NotFoundError, match=f"found {len(WORLD.trials)}"):
        cat.trials.one()
    first = cat.trials.first()
    assert first is not None
    assert first.id == OVERVIEW[0]["id"]
    assert cat.trials.filter(id=OVERVIEW[3]["id"]).one().trial == OVERVIEW[3]["trial"]
    assert cat.trials.limit(1).one().id == OVERVIEW[0]["id"]
    assert cat.segment_presentations.filter(trial_id=-1).first() is None


def test_limit_and_order(cat: Catalog) -> None:
    assert cat.trials.limit(0).all() == []
    assert cat.trials.limit(0).first() is None
    assert cat.trials.limit(0).count() == 0
    assert cat.trials.limit(7).count() == 7
    assert cat.trials.limit(10_000).count() == len(WORLD.trials)
    assert cat.trials.limit(None).count() == len(WORLD.trials)
    assert cat.trials.limit(3).count_across("recording")["count"].tolist() == [3]

    def worst_first(row: Row) -> tuple[Any, ...]:
        frames = row["valid_frames"]
        return (frames is None, -(frames or 0), row["label"] is None, row["label"], row["recording"], row["trial"])

    expected = [row["id"] for row in sorted(OVERVIEW, key=worst_first)]
    assert cat.trials.order_by("-valid_frames", "label").values("id") == expected
    assert cat.trials.order_by("-valid_frames").order_by("label").limit(9).values("id") == expected[:9]


def test_rows_and_values(cat: Catalog) -> None:
    assert cat.trials.rows() == [tuple(row[name] for name in cat.trials.fields) for row in OVERVIEW]
    assert cat.trials.rows(["label", "recording"]) == [(row["label"], row["recording"]) for row in OVERVIEW]
    assert cat.trials.rows("label") == [(row["label"],) for row in OVERVIEW]
    assert cat.trials.values("animal_id")[0] == WORLD.recordings[2]["animal_id"]
    assert [tuple(row) for row in cat.segment_presentations] == cat.segment_presentations.rows()


def test_every_field_of_a_listing_can_be_filtered_and_shown(cat: Catalog) -> None:
    for name in ("recordings", "trials", "videos", "segments", "neurons", "segment_presentations"):
        query: Any = getattr(cat, name)
        assert list(query.to_frame().columns) == query.fields
        for field in query.fields:
            if field != "peaks":
                assert query.filter(**{field: query.values(field)}).count() == query.count(), field


def test_the_statement_can_be_used_elsewhere(cat: Catalog) -> None:
    query = cat.trials.filter(label="Gabor", valid_response=True)
    with cat.session() as session:
        trials = session.scalars(query.statement).all()
        assert [trial.id for trial in trials] == [row["id"] for row in OVERVIEW if gabor(row)]
        assert all(trial in session for trial in trials)
        narrowed = query.statement.where(Trial.valid_frames > 299)
        assert len(session.scalars(narrowed).all()) == query.filter(valid_frames__gt=299).count() > 0
        subquery = sa.select(Video).where(
            Video.id.in_(query.statement.with_only_columns(Trial.video_id).order_by(None))
        )
        assert {video.id for video in session.scalars(subquery)} == set(query.values("video_id"))


def test_expressions_of_sqlalchemy_are_filters(cat: Catalog) -> None:
    either = cat.trials.filter(sa.or_(Trial.label == "Gabor", Recording.name == "alpha"), valid_trial=True)
    expected = [
        row["id"] for row in OVERVIEW if row["valid_trial"] and (row["label"] == "Gabor" or row["recording"] == "alpha")
    ]
    assert either.values("id") == expected
    half = cat.trials.filter(Video.valid_frames >= 301, Trial.valid_frames.is_(None))
    assert half.count() == len([trial for trial in half if trial.video and (trial.video.valid_frames or 0) >= 301]) > 0
    trained = cat.videos.filter(Video.trials.any(Trial.trial_type == "train"))
    assert trained.values("id") == cat.videos.filter(trial_type="train").values("id") != []


@pytest.mark.parametrize("expression", ["label=Gabor", None, 3, lambda: True])
def test_what_is_no_expression_is_refused(cat: Catalog, expression: Any) -> None:
    with pytest.raises(QueryError, match="expected field=value, or a SQLAlchemy expression"):
        cat.trials.filter(expression)


def test_an_expression_on_another_table_is_refused_rather_than_multiplied(cat: Catalog) -> None:
    with pytest.raises(QueryError, match=r"the expression is about trials, which videos are not joined with.*any\(\)"):
        cat.videos.filter(Trial.trial_type == "train")


def test_a_frame_keeps_types_without_missing_values(cat: Catalog) -> None:
    frame = cat.trials.filter(valid_frames__ne=None, video_id__ne=None).to_frame()
    assert frame.valid_frames.dtype == "int64"
    assert frame.trial.dtype == "int64"
    assert frame.valid_trial.dtype == "bool"
    assert frame.recording.dtype == "str"
    assert frame.segments_avg_duration.dtype == "float64"
    assert frame.peaks.map(type).isin([list, type(None)]).all()


def test_a_frame_keeps_types_with_missing_values(cat: Catalog) -> None:
    frame = cat.trials.to_frame()
    assert frame.valid_frames.dtype == "Int64"
    assert frame.label.dtype == "str"
    assert frame.valid_frames.isna().sum() == sum(row["valid_frames"] is None for row in OVERVIEW)
    for name in ("label", "valid_frames", "segments_avg_duration", "valid_pupil"):
        stored = [None if pd.isna(value) else value for value in frame[name]]
        assert stored == [row[name] for row in OVERVIEW], name


def test_an_empty_frame_has_columns_and_types(cat: Catalog) -> None:
    frame = cat.trials.filter(trial=-1).to_frame()
    assert list(frame.columns) == cat.trials.fields
    assert len(frame) == 0
    assert (frame.valid_frames.dtype, frame.valid_trial.dtype, frame.label.dtype) == ("int64", "bool", "str")
    counted = cat.count_videos_across("label", trial=-1)
    assert (counted.label.dtype, counted["count"].dtype, len(counted)) == ("str", "int64", 0)


def test_frames_can_be_written_to(cat: Catalog) -> None:
    frame = cat.trials.to_frame(["trial", "valid_trial"])
    frame.loc[0, "trial"] = 99
    frame["more"] = frame.trial * 2
    assert frame.more[0] == 198


def _as_counts(frame: pd.DataFrame) -> Counter[tuple[Any, ...]]:
    names = [name for name in frame.columns if name != "count"]
    plain = frame.astype(object).where(frame.notna(), None)
    return Counter({tuple(row[name] for name in names): row["count"] for _, row in plain.iterrows()})


@pytest.mark.parametrize(
    "fields",
    [
        ("recording",),
        ("label", "trial_type"),
        ("video_id",),
        ("recording", "label", "trial_type", "video_id"),
        ("valid_trial",),
    ],
)
def test_videos_are_counted_as_pandas_counts(cat: Catalog, fields: tuple[str, ...]) -> None:
    counted = cat.count_videos_across(*fields)
    assert _as_counts(counted) == Counter(tuple(row[name] for name in fields) for row in OVERVIEW)
    assert counted["count"].is_monotonic_decreasing
    pandas = pd.DataFrame(OVERVIEW).value_counts(list(fields), dropna=False)
    assert sorted(pandas) == sorted(counted["count"])


@pytest.mark.parametrize(
    "fields", [("segment_id",), ("segment_label", "recording"), ("segment_index", "video_id", "trial_type")]
)
def test_segments_are_counted_as_pandas_counts(cat: Catalog, fields: tuple[str, ...]) -> None:
    frame = pd.DataFrame(WORLD.presentations())
    frame = frame[frame.recording != "alpha"]
    counted = cat.count_segments_across(*fields, recording__ne="alpha")
    expected = frame.value_counts(list(fields), dropna=False)
    assert _as_counts(counted) == Counter(
        {tuple(None if pd.isna(part) else part for part in key): count for key, count in expected.items()}
    )


def test_videos_and_segments_are_found_by_where_they_were_shown(cat: Catalog) -> None:
    first, second = RECORDINGS[0], RECORDINGS[1]

    def shown(**wanted: Any) -> set[str]:
        return {row["video_id"] for row in OVERVIEW if row["video_id"] and all(row[k] == v for k, v in wanted.items())}

    one_presentation = cat.videos.filter(recording=first, trial_type="oracle")
    either_presentation = cat.videos.filter(recording=first).filter(trial_type="oracle")
    assert set(one_presentation.values("id")) == shown(recording=first, trial_type="oracle")
    assert set(either_presentation.values("id")) == shown(recording=first) & shown(trial_type="oracle")
    assert one_presentation.count() < either_presentation.count()
    in_both = set(cat.videos.filter(recording=first).filter(recording=second).values("id"))
    assert in_both == shown(recording=first) & shown(recording=second) != set()
    never_shown = {video["id"] for video in WORLD.videos} - shown()
    assert never_shown
    assert not never_shown & set(cat.videos.filter(recording__ne="no such recording").values("id"))


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"lable": "Gabor"}, r"unknown field 'lable'. Did you mean 'label'"),
        ({"valid_respose": True}, "Did you mean 'valid_response'"),
        ({"lable__contains": "x"}, "Did you mean 'label'"),
        ({"xyzzy": 1}, "There are: .*recording"),
        ({"label__contain": "x"}, r"unknown operator 'contain' in 'label__contain'. Did you mean 'contains'"),
        ({"label__zzz": "x"}, "There are: contains, endswith, eq"),
        ({"label__": "x"}, "unknown operator ''"),
        ({"valid_frames": "many"}, "valid_frames='many': expected a number"),
        ({"valid_frames": True}, "expected a number"),
        ({"valid_frames": [300, "many"]}, "expected a number"),
        ({"valid_frames": {"a": 1}}, "expected a number"),
        ({"valid_frames": b"300"}, "expected a number"),
        ({"valid_frames": 2**63}, "beyond 64 bits"),
        ({"valid_frames__gt": [1, 2]}, "only numbers and text can be compared in order"),
        ({"valid_frames__gt": pd.Series([1, 2])}, "only numbers and text"),
        ({"valid_frames__gt": pd.DataFrame({"a": [1, 2]}).to_numpy()}, "only numbers and text"),
        ({"valid_frames": pd.DataFrame({"a": [1, 2]})}, "expected a number"),
        ({"valid_frames": pd.DataFrame({"a": [1, 2]}).to_numpy()}, "expected a number"),
        ({"valid_frames__gt": None}, "only numbers and text"),
        ({"valid_frames__lt": float("nan")}, "only numbers and text"),
        ({"valid_trial__gt": False}, "only numbers and text"),
        ({"valid_trial": "yes"}, "expected True or False"),
        ({"valid_trial": 2}, "expected True or False"),
        ({"label": 3.5}, "expected text"),
        ({"label": True}, "expected text"),
        ({"label": "a\0b"}, "no NUL character"),
        ({"label": "\udcff"}, "half of a surrogate pair"),
        ({"label__startswith": "\udcff"}, "half of a surrogate pair"),
        ({"label__contains": None}, "expected text"),
        ({"label__contains": ["a"]}, "expected text"),
        ({"trial__contains": "1"}, "trial is not text; use one of eq, ne"),
        ({"peaks": [1]}, "cannot be filtered by a value"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_asked_is_told(cat: Catalog, filters: dict[str, Any], message: str) -> None:
    with pytest.raises(QueryError, match=message) as caught:
        cat.trials.filter(**filters).all()
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, CatalogError)


def test_fields_are_checked_wherever_they_are_named(cat: Catalog) -> None:
    with pytest.raises(QueryError, match=r"unknown field 'lable' of trials. Did you mean 'label'"):
        cat.trials.order_by("-lable")
    for ask in (cat.trials.values, cat.trials.to_frame, cat.trials.count_across, cat.count_segments_across):
        with pytest.raises(QueryError, match="unknown field 'labels'"):
            ask("labels")
    with pytest.raises(QueryError, match="at least one field"):
        cat.trials.count_across()
    with pytest.raises(QueryError, match="'label' is asked for twice"):
        cat.trials.to_frame(["label", "label"])
    with pytest.raises(QueryError, match="videos can be filtered by 'recording', but have none of their own"):
        cat.videos.to_frame(["id", "recording"])
    with pytest.raises(QueryError, match="filter before limit"):
        cat.trials.limit(1).filter(label="Gabor")
    with pytest.raises(QueryError, match="order_by before limit"):
        cat.trials.limit(1).order_by("label")
    with pytest.raises(QueryError, match="expected 0 or more"):
        cat.trials.limit(-1)


def test_a_long_list_about_another_table_is_counted(cat: Catalog) -> None:
    names = [*cat.recordings.values("name"), *(f"no recording {number}" for number in range(1000))]
    assert cat.neurons.filter(recording=names).count() == cat.neurons.count()
    assert cat.neurons.filter(recording=names[1:]).count() < cat.neurons.count()
