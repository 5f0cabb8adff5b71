"""Connections: from a path or URL to an engine on which SQLite and PostgreSQL behave alike."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool, QueuePool

from catalog.errors import DatabaseError, NotACatalogError, SchemaError
from catalog.models.base import SCHEMA_REVISION

DEFAULT_DATABASE = "catalog.db"
_LEAVES_AS_IT_IS = re.compile(r"\s*(SELECT|VALUES|EXPLAIN|PRAGMA|BEGIN)\b", re.IGNORECASE)
_decode = json.JSONDecoder().raw_decode
BUSY_SECONDS = 30.0
"""How long a SQLite connection waits for another one's write to end."""


def database_url(database: str | os.PathLike[str]) -> URL:
    """Return the URL of a database given as a path, `sqlite:///path` or `postgresql://…`.

    Raises
    ------
    DatabaseError
        The URL is of another kind, or cannot be parsed.
    """
    text = os.fspath(database)
    if not text:
        raise DatabaseError("an empty database name; expected a path such as catalog.db, or postgresql://…")
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise DatabaseError(f"cannot read the database URL {text.split('@')[-1]!r}: {error}") from error
    backend = url.drivername.split("+")[0]
    if backend in ("postgresql", "postgres"):
        # The bare name stands for different drivers in SQLAlchemy 2.0 and 2.1.
        return url.set(drivername="postgresql+psycopg")
    if backend == "sqlite" and url.database and url.database != ":memory:":
        return url.set(drivername="sqlite")
    raise DatabaseError(
        f"unknown database URL {url.render_as_string()!r}: expected a path, sqlite:///path or postgresql://user@host/name"
    )


def display_name(database: str | os.PathLike[str] | URL) -> str:
    """Return what a user would type for this database, without its password."""
    url = database if isinstance(database, URL) else database_url(database)
    if url.drivername == "sqlite":
        return str(url.database)
    return url.set(drivername="postgresql").render_as_string(hide_password=True)


def connect(
    database: str | os.PathLike[str],
    *,
    create: bool = False,
    read_only: bool = False,
    pooled: bool = True,
) -> Engine:
    """Return an engine for the database; nothing is created or written unless `create` is given.

    Parameters
    ----------
    database
        A path, `sqlite:///path` or `postgresql://…`.
    create
        Make the SQLite file when it is not there (its folder must exist). A PostgreSQL database must exist.
    read_only
        Refuse every write, whatever statement is sent.
    pooled
        Keep connections open between uses.

    Raises
    ------
    DatabaseError
        The URL is unknown, the file is not there or is a folder, or the PostgreSQL driver is not installed.
    """
    url = database_url(database)
    if url.drivername == "sqlite":
        engine = _sqlite_engine(Path(str(url.database)), create=create, read_only=read_only, pooled=pooled)
    else:
        engine = _postgresql_engine(url, read_only=read_only, pooled=pooled)
    return engine


def _from_json(text: str) -> Any:
    # What `json.loads` does first takes longer than reading the short lists that come here by the thousand.
    return _decode(text.strip())[0]


def _require_file(path: Path, *, create: bool) -> None:
    if path.is_dir():
        raise DatabaseError(f"{path} is a folder; expected the catalog's file, such as {path / DEFAULT_DATABASE}")
    if not path.exists():
        if not create:
            raise DatabaseError(
                f"there is no catalog at {path}; make one with `catalog --db {path} ingest DATA` "
                f"or `catalog --db {path} import METADATA`, or name another one with --db"
            )
        if not path.parent.is_dir():
            raise DatabaseError(f"the folder {path.parent} does not exist; make it first, or choose another --db")


def _sqlite_engine(path: Path, *, create: bool, read_only: bool, pooled: bool) -> Engine:
    _require_file(path, create=create)
    mode = "ro" if read_only else "rwc" if create else "rw"
    # The path goes into a URI for its mode, so that a question never makes an empty file.
    uri = f"file:{quote(str(path.absolute()))}?mode={mode}"

    def open_file() -> sqlite3.Connection:
        # Transactions are begun by `_begin` below: the driver would commit before each DDL statement.
        return sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)

    engine = sa.create_engine(
        URL.create("sqlite", database=str(path)),
        creator=open_file,
        json_deserializer=_from_json,
        poolclass=QueuePool if pooled else NullPool,
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        if read_only:
            connection.execute("PRAGMA query_only = ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("isolation_level") == "AUTOCOMMIT" or options.get("catalog_begins_late"):
            return
        # A writer takes the write lock at once: taking it later can fail at a point where waiting does not help.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("catalog_writes") else "BEGIN")

    @event.listens_for(engine, "before_cursor_execute")
    def _begin_late(connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
        # Until its first write, a session reads without a transaction: one that is left open keeps no writer waiting.
        if connection.get_execution_options().get("catalog_begins_late") and not _LEAVES_AS_IT_IS.match(statement):
            driver_connection: Any = connection.connection.driver_connection
            if not driver_connection.in_transaction:
                connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _postgresql_engine(url: URL, *, read_only: bool, pooled: bool) -> Engine:
    connect_args: dict[str, Any] = {} if "connect_timeout" in url.query else {"connect_timeout": 10}
    if read_only:
        given = url.query.get("options", "")
        own = given if isinstance(given, str) else " ".join(given)
        connect_args["options"] = f"{own} -c default_transaction_read_only=on".strip()
    try:
        if not pooled:
            return sa.create_engine(url, poolclass=NullPool, connect_args=connect_args)
        return sa.create_engine(url, pool_pre_ping=True, connect_args=connect_args)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise DatabaseError("PostgreSQL needs the driver psycopg: pip install 'sensorium-catalog[postgres]'") from error


def schema_revision(engine: Engine) -> str | None:
    """Return the schema's revision; None for a database without any table of a catalog.

    Raises
    ------
    DatabaseError
        The server does not answer, or the file cannot be read.
    NotACatalogError
        The file is no database, or holds tables of something else.
    """
    name = display_name(engine.url)
    try:
        with engine.connect() as connection:
            tables = set(sa.inspect(connection).get_table_names())
            if "alembic_version" not in tables:
                if tables:
                    raise NotACatalogError(
                        f"{name} is a database, but no catalog: it holds the tables {', '.join(sorted(tables)[:5])}; "
                        "choose another --db"
                    )
                return None
            revision: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    except DBAPIError as error:
        raise unusable(error, name) from error
    ours = tables >= {"recordings", "trials", "ingest_runs"}
    if (revision is not None and not ours) or (revision is None and tables != {"alembic_version"}):
        raise NotACatalogError(
            f"{name} is a database of another program (its schema revision is {revision!r}); choose another --db"
        )
    return revision


def unusable(error: DBAPIError, name: str) -> DatabaseError:
    """Return what a driver's error means to a user."""
    reason = str(error.orig).strip()
    if "malformed" in reason:
        return DatabaseError(f"{name} is damaged ({reason}); restore it from a copy, or make it anew")
    if "is full" in reason or "No space left" in reason:
        return DatabaseError(f"there is no space left for {name} ({reason}); what it held before is still there")
    if "not a database" in reason:
        return NotACatalogError(f"{name} is not a catalog, nor any SQLite database ({reason}); choose another --db")
    if "readonly" in reason or "read-only" in reason or "unable to open" in reason:
        return DatabaseError(
            f"{name} cannot be written or opened ({reason}); check the permissions of it and its folder"
        )
    first = reason.splitlines()[0].removeprefix("connection failed: ") if reason else str(error)
    if "does not exist" in first and "database" in first:
        return DatabaseError(f"there is no database {name} ({first}); make it first, with `createdb`")
    if error.connection_invalidated or "connection" in first:
        return DatabaseError(
            f"cannot connect to {name}: {first}; check that the server runs, and the host, port and user of --db"
        )
    return DatabaseError(f"the database {name} does not answer as expected: {first}")


def require_current_schema(engine: Engine) -> None:
    """Raise unless the database is a catalog of exactly this version's schema.

    Raises
    ------
    NotACatalogError, SchemaError
        With the command that mends it.
    """
    name = display_name(engine.url)
    revision = schema_revision(engine)
    if revision is None:
        raise NotACatalogError(
            f"{name} is an empty database; fill it with `catalog --db {name} ingest DATA` "
            f"or `catalog --db {name} import METADATA`"
        )
    if revision == SCHEMA_REVISION:
        return
    if revision < SCHEMA_REVISION:
        raise SchemaError(
            f"{name} was made by an older version of sensorium-catalog (schema {revision}, this version needs "
            f"{SCHEMA_REVISION}); bring it up to date with `catalog --db {name} db upgrade`"
        )
    raise SchemaError(
        f"{name} was made by a newer version of sensorium-catalog (schema {revision}, this version knows "
        f"{SCHEMA_REVISION}); get that version with `pip install --upgrade sensorium-catalog`"
    )
