"""Random filters mean the same on SQLite, on PostgreSQL and in Python."""

from __future__ import annotations

import operator
import sqlite3
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import Catalog
from tests.queries.world import FLOATS, LABELS, RECORDINGS, TEXTS, TIERS, WHOLE, WORLD, Row

ORDERINGS: dict[str, Callable[[Any, Any], bool]] = {
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
TEXT: dict[str, Callable[[str, str], bool]] = {
    "contains": operator.contains,
    "startswith": str.startswith,
    "endswith": str.endswith,
}
CONTAINERS: tuple[Callable[[list[Any]], Any], ...] = (
    list,
    tuple,
    set,
    lambda values: np.array(values, dtype=object),
    lambda values: pd.Series(values, dtype=object),
    lambda values: pd.Index(values, dtype=object),
)
STORED_TEXT = [*TEXTS, *RECORDINGS, *LABELS, *filter(None, TIERS), *(video["id"] for video in WORLD.videos)]
KINDS: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from(STORED_TEXT) | st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0")),
    "number": st.sampled_from([value for value in (*WHOLE, *FLOATS) if value is not None])
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False),
    "truth": st.booleans(),
}
# Long enough to take the way of long lists; none of them is in the world.
PADDING: dict[str, list[Any]] = {
    "text": [f"no such text {n}" for n in range(600)],
    "number": [*range(1000, 1600), 1600.5, -(2**40)],
    "truth": [],
}


def holds(stored: Any, name: str, value: Any) -> bool:
    """Whether a stored value meets a condition: what the documentation says, in plain Python."""
    if name == "eq":
        wanted = value if isinstance(value, list) else [value]
        return any(stored is None if one is None else stored is not None and stored == one for one in wanted)
    if name == "ne":
        return not holds(stored, "eq", value)
    return stored is not None and {**ORDERINGS, **TEXT}[name](stored, value)


def kind_of(rows: list[Row], field: str) -> str | None:
    """What a field's values are, judging by them."""
    value = next((row[field] for row in rows if row[field] is not None), None)
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, (int, float)):
        return "number"
    return "text" if isinstance(value, str) else None


@st.composite
def conditions(draw: st.DrawFn, rows: list[Row]) -> list[tuple[str, str, Any, Any]]:
    """Draw some (field, operator, value as Python holds it, value as a user may pass it)."""
    kinds = {field: kind for field in rows[0] if (kind := kind_of(rows, field))}
    drawn = []
    for field in draw(st.lists(st.sampled_from(sorted(kinds)), min_size=1, max_size=3, unique=True)):
        kind = kinds[field]
        names = ["eq", "ne", *(ORDERINGS if kind != "truth" else ()), *(TEXT if kind == "text" else ())]
        name = draw(st.sampled_from(names))
        one = KINDS[kind] | st.sampled_from([row[field] for row in rows if row[field] is not None])
        if name not in ("eq", "ne"):
            value = given_as = draw(one)
            if name in TEXT and isinstance(value, str) and value:
                start = draw(st.integers(0, len(value) - 1))
                value = given_as = value[start : start + draw(st.integers(0, 5))]
        elif draw(st.booleans()):
            value = given_as = draw(st.none() | one)
        else:
            value = draw(st.lists(st.none() | one, max_size=5)) + draw(st.sampled_from([[], PADDING[kind]]))
            given_as = draw(st.sampled_from(CONTAINERS))(value)
        drawn.append((field, name, value, given_as))
    return drawn


ENTITIES: dict[str, tuple[list[Row], tuple[str, ...]]] = {
    "recordings": (WORLD.recordings, ("name",)),
    "trials": (WORLD.overview(), ("id",)),
    "videos": (WORLD.videos, ("id",)),
    "segments": (WORLD.segments, ("id",)),
    "neurons": (
        [{"recording": WORLD.recording_name(neuron), **neuron} for neuron in WORLD.neurons],
        ("recording", "row"),
    ),
    "segment_presentations": (WORLD.presentations(), ("trial_id", "segment_index")),
}
NOT_FIELDS = {"recordings": ("run_id",)}


@pytest.mark.parametrize("entity", ENTITIES)
def test_random_filters_give_the_same_rows_everywhere(entity: str, catalogs: dict[str, Catalog]) -> None:
    rows, key = ENTITIES[entity]
    rows = [{name: value for name, value in row.items() if name not in NOT_FIELDS.get(entity, ())} for row in rows]

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(conditions(rows))
    def compare(drawn: list[tuple[str, str, Any, Any]]) -> None:
        filters = {field if name == "eq" else f"{field}__{name}": passed for field, name, _, passed in drawn}
        expected = sorted(
            tuple(row[name] for name in key)
            for row in rows
            if all(holds(row[field], name, value) for field, name, value, _ in drawn)
        )
        for backend, catalog in catalogs.items():
            query = getattr(catalog, entity).filter(**filters)
            assert sorted(query.rows(key)) == expected, backend
            assert query.count() == len(expected), backend

    compare()


def _shown(entity: str) -> list[tuple[str, Row]]:
    """The ID of what was shown, and the fields of that presentation, once for each presentation."""
    if entity == "videos":
        fields = ("recording", "trial", "trial_type")
        return [(row["video_id"], {f: row[f] for f in fields}) for row in WORLD.overview() if row["video_id"]]
    fields = ("recording", "trial", "trial_type", "video_id", "segment_index")
    return [(row["segment_id"], {f: row[f] for f in fields}) for row in WORLD.presentations()]


@pytest.mark.parametrize("entity", ["videos", "segments"])
def test_conditions_on_when_something_was_shown_are_met_by_one_presentation(
    entity: str, catalogs: dict[str, Catalog]
) -> None:
    shown = _shown(entity)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(conditions([presentation for _, presentation in shown]))
    def compare(drawn: list[tuple[str, str, Any, Any]]) -> None:
        filters = {field if name == "eq" else f"{field}__{name}": passed for field, name, _, passed in drawn}
        expected = {
            identity
            for identity, row in shown
            if all(holds(row[field], name, value) for field, name, value, _ in drawn)
        }
        for backend, catalog in catalogs.items():
            assert set(getattr(catalog, entity).filter(**filters).values("id")) == expected, backend

    compare()


def test_filters_are_those_of_pandas(cat: Catalog) -> None:
    frame = pd.DataFrame(WORLD.overview()).sort_values(["recording", "trial"])
    pairs: list[tuple[dict[str, Any], Any]] = [
        ({"label": "Gabor"}, frame.label == "Gabor"),
        ({"label__ne": "Gabor"}, frame.label != "Gabor"),
        ({"label": ["Gabor", "gabor"]}, frame.label.isin(["Gabor", "gabor"])),
        ({"valid_frames__ge": 300}, frame.valid_frames >= 300),
        ({"valid_frames__lt": 299.5}, frame.valid_frames < 299.5),
        ({"video_id": None}, frame.video_id.isna()),
        ({"label__contains": "a"}, frame.label.str.contains("a", regex=False, na=False)),
        ({"recording__startswith": "dynamic"}, frame.recording.str.startswith("dynamic")),
        (
            {"label__endswith": "s", "valid_response": True},
            frame.label.str.endswith("s", na=False) & frame.valid_response,
        ),
    ]
    for filters, mask in pairs:
        assert cat.trials.filter(**filters).values("id") == frame[mask].id.tolist(), filters
        assert mask.any(), filters


@pytest.mark.parametrize("name", TEXT)
def test_parts_of_text_are_literal_and_case_sensitive(cat: Catalog, name: str) -> None:
    parts = ("", "%", "_", "a_", "_b", "50%", "%_", "gab", "GAB", "bor", "BOR", "ü", "Ü", "ï", "i\u0308", "\u0308ve",
             "'", '"', "\\", "\n", " ", "\U0001f600", "[", "*", "?", ":", "null")  # fmt: skip
    for part in parts:
        expected = sorted(
            row["id"] for row in WORLD.trials if row["first_label"] is not None and TEXT[name](row["first_label"], part)
        )
        assert sorted(cat.trials.filter(**{f"first_label__{name}": part}).values("id")) == expected, part


def test_text_is_ordered_by_code_point(cat: Catalog) -> None:
    texts = sorted(row["first_label"] for row in WORLD.trials if row["first_label"] is not None)
    missing = [None] * (len(WORLD.trials) - len(texts))
    assert cat.trials.order_by("first_label").values("first_label") == texts + missing
    assert cat.trials.order_by("-first_label").values("first_label") == texts[::-1] + missing
    assert cat.recordings.values("name") == sorted(RECORDINGS)


@pytest.mark.parametrize("size", [499, 500, 501, 40_000])
def test_lists_may_be_long(cat: Catalog, size: int) -> None:
    ids = [row["id"] for row in WORLD.trials[:10]]
    assert cat.trials.filter(id=ids + list(range(10_000, 10_000 + size))).values("id") == cat.trials.filter(
        id=ids
    ).values("id")
    labels = ["Gabor", *(f'it\'s "no" label %{n}' for n in range(size))]
    expected = sum(row["label"] == "Gabor" for row in WORLD.trials)
    assert cat.trials.filter(label=labels).count() == expected > 0
    assert cat.trials.filter(label__ne=labels).count() == len(WORLD.trials) - expected
    assert cat.trials.filter(label__ne=[*labels, None]).count() == sum(
        row["label"] not in ("Gabor", None) for row in WORLD.trials
    )
    durations = [1 / 3, 0.1 + 0.2, float("inf"), *(n + 0.25 for n in range(1000, 1000 + size))]
    assert cat.trials.filter(segments_avg_duration=durations).count() == sum(
        row["segments_avg_duration"] in durations[:3] for row in WORLD.trials
    )
    assert cat.videos.filter(trial=list(range(0, 2 * size, 2))).count() > 0


def test_long_lists_need_few_variables(catalogs: dict[str, Catalog]) -> None:
    """Common builds of SQLite take 999 or 32,766 variables in a statement."""
    cat = Catalog(str(catalogs["sqlite"].engine.url.database))

    @sa.event.listens_for(cat.engine, "connect")
    def _restrict(connection: sqlite3.Connection, _record: object) -> None:
        connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)

    cat.engine.dispose()
    with cat:
        assert cat.trials.filter(trial=range(40_000), label__ne=[str(n) for n in range(40_000)]).count() == 160


@pytest.mark.parametrize(
    ("filters", "same_as"),
    [
        ({"trial": np.int64(4)}, {"trial": 4}),
        ({"trial": "4"}, {"trial": 4}),
        ({"trial": 4.0}, {"trial": 4}),
        ({"trial": np.float32(4)}, {"trial": 4}),
        ({"trial": np.array(4)}, {"trial": 4}),
        ({"trial": range(5)}, {"trial": [0, 2, 4]}),
        ({"trial": np.arange(5, dtype=np.uint8)}, {"trial": [0, 2, 4]}),
        ({"trial": {4, 2}}, {"trial": [2, 4]}),
        ({"trial": {2: "x", 4: "y"}.keys()}, {"trial": [2, 4]}),
        ({"trial": pd.Series([2, None, 4], dtype="Int64")}, {"trial": [2, 4]}),
        ({"valid_frames": pd.Series([300, None])}, {"valid_frames": [300, None]}),
        ({"valid_frames": pd.array([300, pd.NA], dtype="Int64")}, {"valid_frames": [300, None]}),
        ({"valid_frames": float("nan")}, {"valid_frames": None}),
        ({"valid_frames": np.float64("nan")}, {"valid_frames": None}),
        ({"label": np.str_("Gabor")}, {"label": "Gabor"}),
        ({"label": pd.Index(["Gabor", "gabor"])}, {"label": ["Gabor", "gabor"]}),
        ({"label": pd.Categorical(["Gabor", None])}, {"label": ["Gabor", None]}),
        ({"first_label": 300}, {"first_label": "300"}),
        ({"valid_trial": np.bool_(True)}, {"valid_trial": True}),
        ({"valid_trial": 0}, {"valid_trial": False}),
        ({"valid_trial": [True, False]}, {}),
        ({"label": []}, {"trial": -1}),
        ({"label__ne": []}, {}),
        ({"valid_frames": [300, 299.5, 1e300, 2**62, float("inf")]}, {"valid_frames": 300}),
        ({"valid_frames__lt": float("inf")}, {"valid_frames__ne": None}),
        ({"valid_frames": 2**62}, {"trial": -1}),
        ({"label__eq": "Gabor"}, {"label": "Gabor"}),
    ],
    ids=str,
)
def test_values_may_come_as_numpy_and_pandas_hold_them(
    cat: Catalog, filters: dict[str, Any], same_as: dict[str, Any]
) -> None:
    assert cat.trials.filter(**filters).values("id") == cat.trials.filter(**same_as).values("id")
