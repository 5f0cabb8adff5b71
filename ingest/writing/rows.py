"""Bulk inserts: lists of dicts into tables, by COPY on PostgreSQL and by one prepared statement on SQLite."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Dialect, FromClause, event

from ingest.facts import Row

CHUNK = 500
"""How many values one statement may name: both databases limit the number of bound variables."""

T = TypeVar("T")


def table_of(model: type[Any]) -> sa.Table:
    """Return the table of a model."""
    table: FromClause = model.__table__
    assert isinstance(table, sa.Table)
    return table


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Yield the values in lists that one statement can name."""
    listed = list(values)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]


def insert_rows(
    connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]], owner: Mapping[str, Any] | None = None
) -> None:
    """Insert rows, all or none; a column that a row does not name is NULL there, and so is NaN in a column of numbers.

    `owner` holds columns that are the same in all rows.

    Raises
    ------
    ValueError
        A row names a column that the table does not have.
    sqlalchemy.exc.DBAPIError
        The database refuses a row: it violates a constraint, or a value is none that its column can hold.
    """
    if not rows:
        return
    owner = owner or {}
    named = _columns(table, rows) | _columns(table, [owner])
    columns = [column for column in table.columns if column.name in named]
    dialect = connection.dialect
    by_column = [_bound(column, dialect, _values(column.name, rows, owner)) for column in columns]
    if dialect.name == "postgresql":
        _teach_copy(dialect)
    # Not through Core, which would spend as much on each row as the database does.
    connection.exec_driver_sql(_statement(table, columns, dialect), list(zip(*by_column, strict=True)))


def complete(table: sa.Table, row: Mapping[str, Any]) -> Row:
    """Return the row with every column of the table but its own `id`; NULL where it names none."""
    _columns(table, [row])
    return {column.name: row.get(column.name) for column in table.columns if column.name != "id"}


def _columns(table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    names: set[str] = set()
    for row in rows:
        if row.keys() != names:
            names |= row.keys()
    unknown = names - set(table.columns.keys())
    if unknown:
        raise ValueError(f"the table {table.name} has no columns {', '.join(sorted(unknown))}")
    return names


def _values(name: str, rows: Sequence[Mapping[str, Any]], owner: Mapping[str, Any]) -> list[Any]:
    return [owner[name]] * len(rows) if name in owner else [row.get(name) for row in rows]


def _bound(column: sa.Column[Any], dialect: Dialect, values: list[Any]) -> list[Any]:
    """Return a column's values as the driver takes them."""
    if isinstance(column.type, sa.Float):
        # SQLite keeps NaN as NULL, and both databases are to hold the same.
        return [None if isinstance(value, float) and math.isnan(value) else value for value in values]
    bind: Callable[[Any], Any] | None = column.type.dialect_impl(dialect).bind_processor(dialect)
    return values if bind is None else list(map(bind, values))


def _statement(table: sa.Table, columns: Sequence[sa.Column[Any]], dialect: Dialect) -> str:
    """Return the statement that inserts values of these columns."""
    if dialect.name != "postgresql":
        return str(sa.insert(table).compile(dialect=dialect, column_keys=[column.name for column in columns]))
    quoted = dialect.identifier_preparer
    names = ", ".join(map(quoted.format_column, columns))
    return f"COPY {quoted.format_table(table)} ({names}) FROM STDIN"


def _teach_copy(dialect: Dialect) -> None:
    """Let a dialect run a COPY with rows, from its first one on."""
    if not event.contains(dialect, "do_executemany", _copy_rows):
        event.listen(dialect, "do_executemany", _copy_rows)
        event.listen(dialect, "do_execute", _copy_row)


def _copy_rows(cursor: Any, statement: str, rows: Sequence[Sequence[Any]], _context: Any) -> bool | None:
    """Give the rows of a COPY to the driver, where SQLAlchemy would run the statement for each; errors stay its own.

    They go as text. Typed binary is a twentieth faster, but keeps 2147483648 as -2147483648 in a column of 32 bits.
    """
    if not statement.startswith("COPY "):
        return None
    with cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
    return True


def _copy_row(cursor: Any, statement: str, row: Sequence[Any], context: Any) -> bool | None:
    """Do the same for a single row."""
    return _copy_rows(cursor, statement, [row], context)
