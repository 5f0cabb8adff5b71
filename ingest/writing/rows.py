"""Bulk inserts: lists of dicts through SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, FromClause

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


def insert_rows(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows; a column that a row does not name is NULL there.

    Raises
    ------
    ValueError
        A row names a column that the table does not have.
    """
    if not rows:
        return
    names = _columns(table, rows)
    # An executemany takes the columns of its first row for all of them.
    if any(row.keys() != names for row in rows):
        rows = [{name: row.get(name) for name in names} for row in rows]
    connection.execute(sa.insert(table), list(rows))


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
