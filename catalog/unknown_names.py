"""What a statement may have meant by a table or column that the database does not know."""

from __future__ import annotations

import re
from typing import Any

from catalog.dictionary import TABLES
from catalog.entities import OVERVIEW_COLUMNS
from catalog.errors import nearest

VIEWS = {
    "trial_overview": ("recording", *TABLES["trials"].columns),
    "segment_overview": tuple(OVERVIEW_COLUMNS),
}
COLUMNS = {**VIEWS, **{name: tuple(table.columns) for name, table in TABLES.items()}}
"""The columns of each view and each table."""

_OF_SQLITE = re.compile(r"no such (?P<kind>column|table): (?P<name>.+?)(?: - should this be .*)?")
_OF_POSTGRESQL = {"42703": "column", "42P01": "table"}
"""SQLSTATE of an undefined column and table."""
_NAME = re.compile(r'(?:"[^"]+"|\w+)(?:\s*\.\s*(?:"[^"]+"|\w+))*')


def meant(error: BaseException, statement: str) -> str:
    """Return the names that come nearest to the unknown one that an error is about; nothing for other errors."""
    kind, name = _unknown(error, statement)
    if kind == "table":
        return nearest(name.lower(), COLUMNS)
    return _column_meant(name, statement) if kind == "column" else ""


def _unknown(error: BaseException, statement: str) -> tuple[str, str]:
    """Return the kind and the name, without the table that it is said to be of, of what the database does not know."""
    state = getattr(error, "sqlstate", None)
    if state is None:
        told = _OF_SQLITE.fullmatch(str(error))
        return (told["kind"], _last_part(told["name"])) if told else ("", "")
    found: Any = getattr(error, "diag", None)
    # A server may speak any language; where in the statement the name stands, it tells by number.
    place = _NAME.match(statement, int(found.statement_position) - 1) if found and found.statement_position else None
    if state not in _OF_POSTGRESQL or place is None:
        return "", ""
    # `t.label`, where nothing after FROM is called t, counts as an unknown table; SQLite calls it an unknown column.
    kind = "column" if found.source_function == "errorMissingRTE" else _OF_POSTGRESQL[state]
    return kind, _last_part(place[0])


def _last_part(name: str) -> str:
    return name.split(".")[-1].strip().strip('"')


def _column_meant(name: str, statement: str) -> str:
    """Return the tables that have a column of that name, and the columns of the statement's tables that are near it."""
    words = set(re.findall(r"\w+", statement.lower()))
    plain = name.lower()
    having = [table for table in COLUMNS if plain in COLUMNS[table]]
    # Those that are asked already, else the views, which join what people ask about most.
    owners = [table for table in having if table in words] or [table for table in having if table in VIEWS] or having
    known = {column for table in words & COLUMNS.keys() for column in COLUMNS[table]} - {plain}
    near = nearest(plain, known) if known else ""
    told = [f"{plain!r} is a column of {' and '.join(owners)}."] if owners else []
    if near.startswith("Did") or not owners:
        told.append(near)
    if near and not owners and not near.startswith("Did"):
        told.append(f"Text stands in single quotes: '{name}'.")
    return " ".join(told).strip()
