"""Connections: from a path or URL to an engine on which SQLite and PostgreSQL behave alike."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from catalog.errors import DatabaseError, NotACatalogError, SchemaError
from catalog.faults import unusable
from catalog.models.base import SCHEMA_REVISION
from catalog.places import place_of
from catalog.sqlite import sqlite_engine

Source = TypeVar("Source", Engine, Connection)

DEFAULT_DATABASE = "catalog.db"
KEEPALIVES = {"connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 6}
"""A server that vanished without a word is given up after a minute and a half; libpq alone would wait for hours."""


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
        path = Path(str(url.database))
        _require_file(str(url.database), create=create)
        engine = sqlite_engine(path, create=create, read_only=read_only, pooled=pooled)
    else:
        engine = _postgresql_engine(url, read_only=read_only, pooled=pooled)
    sa.event.listen(engine, "handle_error", _pass_interrupt_on)
    return engine


def _pass_interrupt_on(context: ExceptionContext) -> None:
    """Raise the KeyboardInterrupt during which an error came up, if there was one.

    Who interrupts a statement leaves a connection that cannot be put in order, and the driver's error about that would
    hide the interrupt.
    """
    error: BaseException | None = context.original_exception
    while error is not None:
        if isinstance(error, KeyboardInterrupt):
            raise KeyboardInterrupt from context.original_exception
        error = error.__cause__ or error.__context__


def _require_file(name: str, *, create: bool) -> None:
    """Raise unless a name is that of a file, or, to create one, of none in a folder that there is."""
    path = Path(name)
    such_as = "expected the catalog's file, such as "
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        kind = None
    except OSError as error:
        raise DatabaseError(f"{path} cannot be looked at ({error.strerror}); choose another --db") from error
    if kind == stat.S_IFDIR:
        raise DatabaseError(f"{path} is a folder; {such_as}{path / DEFAULT_DATABASE}")
    if kind not in (None, stat.S_IFREG):
        raise DatabaseError(
            f"{path} is a device, a pipe or a socket, which cannot hold a catalog; {such_as}{DEFAULT_DATABASE}"
        )
    if kind is None and name.endswith(os.sep):
        raise DatabaseError(f"{name} names a folder, which there is not; {such_as}{path / DEFAULT_DATABASE}")
    if kind is None:
        _require_room(path, create=create)


def _require_room(path: Path, *, create: bool) -> None:
    """Raise unless a file that is not there can be made."""
    folder = path.absolute().parent
    place = place_of(folder) if folder.is_dir() else None
    if place is not None and not place.keeps_files:
        raise DatabaseError(
            f"there is no catalog at {path}, nor can there be: {folder} takes no files, it shows the state of the "
            f"system ({place}); choose another --db"
        )
    if not create:
        raise DatabaseError(
            f"there is no catalog at {path}; make one with `catalog --db {path} ingest DATA` "
            f"or `catalog --db {path} import METADATA`, or name another one with --db"
        )
    if folder.exists() and not folder.is_dir():
        raise DatabaseError(f"{path.parent} is a file, and no folder; choose another --db")
    if not folder.is_dir():
        raise DatabaseError(f"the folder {path.parent} does not exist; make it first, or choose another --db")


def _postgresql_engine(url: URL, *, read_only: bool, pooled: bool) -> Engine:
    connect_args: dict[str, Any] = {name: value for name, value in KEEPALIVES.items() if name not in url.query}
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
    require_revision(revision, name)


def steady(source: Source) -> Source:
    """Return an engine or connection whose transactions each see one state of the catalog, whoever writes meanwhile.

    By default, a transaction of SQLite does so, unless the engine's begin late or not at all; in PostgreSQL, each
    statement sees what was committed before it. Of an engine whose transactions are special, take a connection: an
    engine that is made from it has the level of the first.
    """
    level = "SERIALIZABLE" if source.dialect.name == "sqlite" else "REPEATABLE READ"
    return source.execution_options(isolation_level=level, catalog_begins_late=False, catalog_is_steady=True)


def is_steady(source: Engine | Connection) -> bool:
    """Tell whether `steady` made an engine or connection."""
    return bool(source.get_execution_options().get("catalog_is_steady"))


def require_revision(revision: str, name: str) -> None:
    """Raise unless a revision is that of this version's schema.

    Raises
    ------
    SchemaError
        With the command that mends it.
    """
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
