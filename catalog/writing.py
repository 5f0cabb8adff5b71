"""The transaction in which rows are written: one writer at a time, the next one waits, and the schema is ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from catalog import waiting
from catalog.database import display_name, require_revision
from catalog.errors import NotACatalogError
from catalog.sqlite import empty_log, require_same_file

LOCK_KEY = 0x5E_45_04_1A
"""Any number, so long as every writer of every catalog takes the same one."""
_TOO_LONG = "55P03"
"""SQLSTATE: a lock was not to be had in time."""
_HOLDERS = sa.text(
    "SELECT a.pid, a.usename, host(a.client_addr), a.xact_start FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
    "WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = :key AND l.objsubid = 1 "
    "AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


@contextmanager
def writing(engine: Engine, *, patience: float | None = None) -> Iterator[Connection]:
    """Yield a connection in a transaction that no other writer shares: the next one waits for its end.

    Parameters
    ----------
    engine
        Of a catalog.
    patience
        How long to wait for others, in seconds; by default `PATIENCE_SECONDS` of `catalog.waiting`.

    Raises
    ------
    DatabaseError
        Others were writing for too long, or the catalog's file was replaced; nothing was changed.
    NotACatalogError, SchemaError
        The catalog was migrated since it was opened; nothing was changed.
    """
    with engine.connect().execution_options(catalog_writes=True, catalog_patience=patience) as connection:
        with connection.begin():
            take_turn(connection)
            require_schema(connection)
            yield connection
            # A log with this transaction in it would be taken for that of the file which is there now.
            require_same_file(connection)
        # What was committed to a file that was deleted meanwhile is lost, and must not be taken for written.
        require_same_file(connection)
        empty_log(connection)


def take_turn(connection: Connection) -> None:
    """Wait until no other transaction writes, on PostgreSQL; on SQLite, a transaction that may write has waited.

    Raises
    ------
    DatabaseError
        Others were writing for too long; nothing was changed.
    """
    if connection.dialect.name != "postgresql":
        return
    name = display_name(connection.engine.url)
    patience = waiting.patience_of(connection.get_execution_options())
    at_first = min(waiting.NOTICE_SECONDS, patience)
    if _has_turn(connection, at_first):
        return
    if patience > at_first:
        waiting.tell_of_waiting(name, _holders(connection))
        if _has_turn(connection, patience - at_first):
            return
    raise waiting.locked(name, patience, _holders(connection))


def _has_turn(connection: Connection, seconds: float) -> bool:
    """Wait for the write lock; False when it was not to be had in that time."""
    try:
        with connection.begin_nested():
            # 0 would stand for any time.
            connection.execute(sa.text(f"SET LOCAL lock_timeout = {max(1, round(1000 * seconds))}"))
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_KEY)))
            connection.execute(sa.text("SET LOCAL lock_timeout TO DEFAULT"))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _TOO_LONG:
            raise
        return False
    return True


def _holders(connection: Connection) -> str:
    sessions = [
        f"session {pid} of {user}{f' at {host}' if host else ''}, since {str(since)[:19]}: "
        f"`SELECT pg_terminate_backend({pid})` ends it"
        for pid, user, host, since in connection.execute(_HOLDERS, {"key": LOCK_KEY})
    ]
    otherwise = "no ingest or import is on record as running"
    runs = waiting.holders(lambda statement: connection.execute(sa.text(statement)), otherwise)
    return "; ".join([runs, *sessions])


def require_schema(connection: Connection) -> None:
    """Raise unless the schema is this version's still: a migration may have come between opening and writing.

    Raises
    ------
    NotACatalogError, SchemaError
        With the command that mends it.
    """
    name = display_name(connection.engine.url)
    revision: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    if revision is None:
        raise NotACatalogError(
            f"{name} has no tables of a catalog any more: its schema was taken down meanwhile; "
            f"`catalog --db {name} db upgrade` makes an empty catalog of it"
        )
    require_revision(revision, name)
