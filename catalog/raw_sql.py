"""SQL as the user typed it, on a connection that can only read."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from typing import Any

from sqlalchemy.exc import DBAPIError

from catalog.database import connect, require_current_schema
from catalog.errors import QueryError

_LEADING = re.compile(r"(?:\s+|--[^\n]*(?:\n|$)|/\*.*?\*/)*([a-zA-Z]*)", re.DOTALL)
QUESTIONS = ("select", "with", "values", "explain", "table", "show")
_SQLITE_READS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}


def run_sql(database: str | os.PathLike[str], statement: str) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """Run one SELECT and return its column names and rows.

    Nothing can be changed through it: the connection is read-only, takes one statement, and only a question.

    Raises
    ------
    QueryError
        The statement is not a question, or the database refuses it; the database's own words are given.
    """
    match = _LEADING.match(statement)
    word = match[1].lower() if match else ""
    if word not in QUESTIONS:
        raise QueryError(
            f"only questions are answered here ({', '.join(QUESTIONS).upper()}), not {word.upper() or 'an empty one'}; "
            "to change a database, use its own client"
        )
    engine = connect(database, read_only=True, pooled=False)
    require_current_schema(engine)
    connection = engine.connect()
    try:
        driver: Any = connection.connection.driver_connection
        if engine.dialect.name == "sqlite":
            # Reading is all that is allowed: not even VACUUM INTO or ATTACH, which a read-only file would permit.
            driver.set_authorizer(
                lambda action, *_: sqlite3.SQLITE_OK if action in _SQLITE_READS else sqlite3.SQLITE_DENY
            )
            cursor = driver.execute(statement)
        else:
            # A prepared statement is a single one: `SELECT 1; COMMIT; DELETE …` is refused by the server.
            cursor = driver.cursor().execute(statement, prepare=True)
        columns = [column[0] for column in cursor.description or []]
    except Exception as error:
        connection.close()
        if isinstance(error, (DBAPIError, sqlite3.Error)) or type(error).__module__.startswith("psycopg"):
            raise QueryError(f"the database does not understand that: {str(error).strip()}") from error
        raise
    return columns, _rows(cursor, connection)


def _rows(cursor: Any, connection: Any) -> Iterator[tuple[Any, ...]]:
    try:
        yield from cursor
    except Exception as error:
        if isinstance(error, sqlite3.Error) or type(error).__module__.startswith("psycopg"):
            raise QueryError(f"the database stopped answering: {str(error).strip()}") from error
        raise
    finally:
        connection.close()
