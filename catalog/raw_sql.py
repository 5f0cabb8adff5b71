"""SQL as the user typed it, on a connection that can only read."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Generator
from typing import Any

from catalog.database import connect, require_current_schema
from catalog.errors import QueryError
from catalog.filters import is_storable
from catalog.unknown_names import meant

_LEADING = re.compile(r"(?:[\s(]+|--[^\n]*(?:\n|$)|/\*.*?\*/)*([a-zA-Z]*)", re.DOTALL)
QUESTIONS = ("select", "with", "values", "explain", "table", "show")
_SQLITE_READS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
}


def run_sql(database: str | os.PathLike[str], statement: str) -> tuple[list[str], Generator[tuple[Any, ...]]]:
    """Run one SELECT and return its column names and rows.

    Nothing can be changed through it: the connection is read-only, takes one statement, and only a question.

    Raises
    ------
    QueryError
        The statement is not a question, or the database refuses it; the database's own words are given, and the names
        nearest to one that it does not know.
    """
    if not is_storable(statement):
        raise QueryError(
            "the statement holds a NUL character or half of a surrogate pair, which is no text to a database"
        )
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
            # What unfolds JSON is made when it is first named, by statements that would be refused below.
            driver.execute("SELECT 1 FROM json_each('[]'), json_tree('[]')")
            # Reading is all that is allowed: not even VACUUM INTO or ATTACH, which a read-only file would permit.
            driver.set_authorizer(
                lambda action, *_: sqlite3.SQLITE_OK if action in _SQLITE_READS else sqlite3.SQLITE_DENY
            )
            cursor = driver.execute(statement)
        else:
            # A prepared statement is a single one: `SELECT 1; COMMIT; DELETE …` is refused by the server.
            cursor = driver.cursor().execute(statement, prepare=True)
        columns = [column[0] for column in cursor.description or []]
    except BaseException as error:
        connection.close()
        if _is_refusal(error):
            raise QueryError(f"the database does not answer that: {_reason(error, statement)}") from error
        raise
    return columns, _rows(cursor, connection, statement)


def _rows(cursor: Any, connection: Any, statement: str) -> Generator[tuple[Any, ...]]:
    try:
        yield from cursor
    except Exception as error:
        if _is_refusal(error):
            raise QueryError(f"the database stopped answering: {_reason(error, statement)}") from error
        raise
    finally:
        connection.close()


def _is_refusal(error: BaseException) -> bool:
    return isinstance(error, (sqlite3.Error, sqlite3.Warning)) or type(error).__module__.startswith("psycopg")


def _reason(error: BaseException, statement: str) -> str:
    """Return the database's own words on one line, without the copy of the statement that PostgreSQL adds."""
    said = getattr(error, "diag", None)
    words = [said.message_primary, said.message_hint] if said is not None and said.message_primary else [str(error)]
    if hint := meant(error, statement):
        words = [f"{words[0]}.", hint]
    return " ".join(" ".join(filter(None, words)).split())
