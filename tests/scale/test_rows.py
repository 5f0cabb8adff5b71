"""Rows that go in by bulk are those of plain inserts; what the database refuses leaves nothing behind."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from catalog.database import connect
from catalog.models import Base, Neuron, Recording, Trial, TrialSegment
from catalog.models.base import PlainText, UtcDateTime
from catalog.writing import writing
from ingest.writing.rows import insert_rows, table_of
from tests.conftest import BACKENDS, MakeDatabase

THINGS = sa.Table(
    "things",
    sa.MetaData(),
    sa.Column("id", sa.Integer(), primary_key=True),
    sa.Column("order", sa.Integer()),
    sa.Column("bytes", sa.BigInteger()),
    sa.Column("mean", sa.Double()),
    sa.Column("a label", PlainText),
    sa.Column("valid", sa.Boolean()),
    sa.Column("shape", sa.JSON(none_as_null=True)),
    sa.Column("signature", sa.LargeBinary()),
    sa.Column("at", UtcDateTime()),
)
"""A column of every type that the catalog has, some with names that have to be quoted."""

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)
ODD_TEXT = st.sampled_from(
    ["", "\\N", "\\.", "\\", "a\tb", "a\nb", "a\r\nb", "NULL", "\\x41", "\u2028", "é", "e\u0301", "\U0001f600"]
)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
ANY_JSON = st.recursive(
    SCALARS | TEXT, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=5
)
JSON = st.lists(ANY_JSON, max_size=3) | st.dictionaries(TEXT, ANY_JSON, max_size=3)
"""Lists and objects, as the catalog holds them."""
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "order": st.integers(-(2**31), 2**31 - 1),
    "bytes": st.integers(-(2**63), 2**63 - 1),
    "mean": st.floats(),
    "a label": TEXT | ODD_TEXT,
    "valid": st.booleans(),
    "shape": JSON,
    "signature": st.binary(max_size=40),
    "at": st.datetimes(
        datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.sampled_from([UTC, timezone(timedelta(hours=-5))])
    ),
}
OPTIONAL = {name: st.none() | values for name, values in VALUES.items()}
ROWS = st.lists(
    st.fixed_dictionaries({}, optional=OPTIONAL),
    min_size=1,
    max_size=8,
)


@pytest.fixture(scope="module", params=BACKENDS)
def things(request: pytest.FixtureRequest, make_lasting_database: MakeDatabase) -> Iterator[Engine]:
    """An engine for a database that has the table above."""
    engine = connect(make_lasting_database(request.param, migrated=False), create=True)
    THINGS.metadata.create_all(engine)
    yield engine
    engine.dispose()


def there(connection: Connection, table: sa.Table = THINGS) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(sa.select(table).order_by(table.c.id)).mappings()]


def as_stored(name: str, value: Any) -> Any:
    """Return what is to be found of a value: SQLite has no NaN, so it is NULL on both."""
    return None if name == "mean" and value is not None and math.isnan(value) else value


def test_the_table_has_every_type_that_the_catalog_has() -> None:
    of_catalog = {type(column.type) for table in Base.metadata.tables.values() for column in table.columns}
    assert of_catalog <= {type(column.type) for column in THINGS.columns} | {sa.Text}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS)
@example(rows=[{"mean": math.nan}, {"mean": math.inf, "a label": "\\N"}, {"a label": "", "shape": {"a": ["\t", None]}}])
def test_rows_of_every_type_are_those_of_plain_inserts(things: Engine, rows: list[dict[str, Any]]) -> None:
    numbered = [{"id": number, **row} for number, row in enumerate(rows)]
    expected = [
        {name: as_stored(name, row.get(name)) for name in THINGS.c.keys()}  # noqa: SIM118
        for row in numbered
    ]
    with things.connect() as connection:
        insert_rows(connection, THINGS, numbered)
        in_bulk = there(connection)
        connection.rollback()
        for row in expected:
            connection.execute(sa.insert(THINGS).values(row))
        one_by_one = there(connection)
        connection.rollback()
        assert there(connection) == []
    assert in_bulk == one_by_one == expected


def test_a_column_of_the_database_numbers_the_rows(things: Engine) -> None:
    with things.connect() as connection:
        insert_rows(connection, THINGS, [{"order": number} for number in range(3)])
        assert [row["order"] for row in there(connection)] == [0, 1, 2]
        connection.rollback()


def test_what_is_the_same_in_all_rows_is_given_once(things: Engine) -> None:
    with things.connect() as connection:
        insert_rows(connection, THINGS, [{"id": 1}, {"id": 2, "order": 5}], {"mean": 0.5, "valid": True})
        stored = there(connection)
        connection.rollback()
        with pytest.raises(ValueError, match="no columns colour"):
            insert_rows(connection, THINGS, [{"id": 1}], {"colour": "red"})
    assert [(row["id"], row["order"], row["mean"], row["valid"]) for row in stored] == [
        (1, None, 0.5, True),
        (2, 5, 0.5, True),
    ]


def test_no_rows_and_unknown_columns(things: Engine) -> None:
    with things.connect() as connection:
        insert_rows(connection, THINGS, [])
        with pytest.raises(ValueError, match="the table things has no columns colour"):
            insert_rows(connection, THINGS, [{"id": 1}, {"id": 2, "colour": "red"}])
        assert there(connection) == []


def test_a_number_too_large_for_its_column_is_never_cut_short(make_database: MakeDatabase) -> None:
    """PostgreSQL refuses it; SQLite, whose integers have 64 bits, keeps it."""
    for backend in BACKENDS:
        engine = connect(make_database(backend, migrated=False), create=True, pooled=False)
        THINGS.metadata.create_all(engine)
        with engine.connect() as connection:
            if backend == "sqlite":
                insert_rows(connection, THINGS, [{"id": 1, "order": 2**31}])
                assert [row["order"] for row in there(connection)] == [2**31]
            else:
                with pytest.raises(sa.exc.DataError, match="2147483648"):
                    insert_rows(connection, THINGS, [{"id": 1, "order": 2**31}])


NEURON = {"recording_id": 1, "row": 7, "unit_id": 7}
SEGMENT = {
    "trial_id": 1, "segment_index": 0, "frame_start": 0, "frame_end": 9, "duration": 9, "transition_start": 0,
    "transition_end": 0, "max_change": 0.5, "is_static": True, "intensity_range": 3.0, "margin_left": 0,
    "margin_right": 0, "margin_top": 0, "margin_bottom": 0, "background_color": 128.0, "background_proportion": 0.9,
    "is_uniform": False, "bad_properties": False,
}  # fmt: skip
REFUSED: dict[str, tuple[type[Base], list[dict[str, Any]], str]] = {
    "a check": (Neuron, [{**NEURON, "row": -1}], "row_not_negative"),
    "a primary key": (Neuron, [{**NEURON, "row": 3}], r"neurons\.row|pk_neurons"),
    "a unique": (Neuron, [{**NEURON, "unit_id": 3}], r"neurons\.unit_id|uq_neurons_recording_id_unit_id"),
    "a foreign key": (Neuron, [{**NEURON, "recording_id": 99}], r"FOREIGN KEY|fk_neurons_recording_id_recordings"),
    "no value": (TrialSegment, [SEGMENT, {**SEGMENT, "segment_index": 1, "duration": None}], "duration"),
    "NaN where there must be a number": (TrialSegment, [{**SEGMENT, "max_change": math.nan}], "max_change"),
    "one of many": (Neuron, [{**NEURON, "row": row, "unit_id": row} for row in (*range(7, 3000), 8)], "neurons"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_database_refuses_is_named_and_leaves_nothing_behind(database: str, what: str) -> None:
    model, rows, named = REFUSED[what]
    engine = connect(database, pooled=False)
    flags = {f"valid_{name}": True for name in ("trial", "video", "response", "pupil", "gaze", "locomotion")}
    with writing(engine) as connection:
        insert_rows(connection, table_of(Recording), [{"id": 1, "name": "a", "source": "raw"}])
        insert_rows(connection, table_of(Trial), [{"id": 1, "recording_id": 1, "trial": 0, **flags}])
        insert_rows(connection, table_of(Neuron), [{**NEURON, "row": row, "unit_id": row} for row in range(5)])
    with pytest.raises(sa.exc.IntegrityError, match=named):
        _write(engine, [(Neuron, [{**NEURON, "row": 5, "unit_id": 5}]), (model, rows)])
    with engine.connect() as connection:
        assert connection.scalars(sa.select(Neuron.row).order_by(Neuron.row)).all() == list(range(5))
        assert connection.scalar(sa.select(sa.func.count()).select_from(TrialSegment)) == 0


def _write(engine: Engine, batches: list[tuple[type[Base], list[dict[str, Any]]]]) -> None:
    with writing(engine) as connection:
        for model, rows in batches:
            insert_rows(connection, table_of(model), rows)


def test_an_error_in_a_lost_connection_says_so(make_database: MakeDatabase) -> None:
    engine = connect(make_database("postgresql"), pooled=False)
    other = connect(engine.url.render_as_string(hide_password=False), pooled=False)
    recording = {"id": 1, "name": "a", "source": "raw"}
    with engine.connect() as connection:
        process = connection.scalar(sa.select(sa.func.pg_backend_pid()))
        with other.connect() as killer:
            killer.execute(sa.select(sa.func.pg_terminate_backend(process)))
        with pytest.raises(sa.exc.OperationalError) as caught:
            insert_rows(connection, table_of(Recording), [recording])
        assert caught.value.connection_invalidated
    with other.connect() as connection:
        assert connection.scalars(sa.select(Recording.name)).all() == []
