"""The views that users' SQL depends on hold what a slow join in Python holds."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from catalog import Catalog
from catalog.models import Trial
from tests.queries.world import WORLD, Row


def _rows(cat: Catalog, view: str) -> list[Row]:
    with cat.engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(sa.text(f"SELECT * FROM {view}"))]


def _plain(cat: Catalog, rows: list[Row]) -> list[Row]:
    """Give rows the types of the models: SQLite keeps truth values as numbers and JSON as text."""
    columns = Trial.__table__.columns
    dialect = cat.engine.dialect

    def value(name: str, raw: Any) -> Any:
        kind = columns[name].type if name in columns else None
        if dialect.name == "sqlite" and kind is not None and isinstance(kind, (sa.Boolean, sa.JSON)):
            process = kind.dialect_impl(dialect).result_processor(dialect, None)
            return process(raw) if process else raw
        return raw

    return [{name: value(name, raw) for name, raw in row.items()} for row in rows]


def test_trial_overview_is_every_trial_with_its_recording(cat: Catalog) -> None:
    found = sorted(_plain(cat, _rows(cat, "trial_overview")), key=lambda row: row["id"])
    assert found == WORLD.overview()


def test_trial_overview_has_every_column_of_trials(cat: Catalog) -> None:
    names = [column["name"] for column in sa.inspect(cat.engine).get_columns("trial_overview")]
    assert set(names) == {"recording", *(column.name for column in Trial.__table__.columns)}
    assert names[:5] == ["recording", "trial", "label", "trial_type", "video_id"]


def test_segment_overview_is_every_time_a_segment_was_on_screen(cat: Catalog) -> None:
    def key(row: Row) -> tuple[int, int]:
        return row["trial_id"], row["segment_index"]

    expected = sorted(WORLD.presentations(), key=key)
    assert sorted(_rows(cat, "segment_overview"), key=key) == expected
    assert len(expected) > len(WORLD.segments)
    measured = {(row["trial_id"], row["segment_index"]) for row in WORLD.trial_segments}
    assert {key(row) in measured for row in expected} == {True, False}
