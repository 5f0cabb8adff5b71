"""A consistent copy of a catalog as one read-only SQLite file, from either database, while others write."""

from __future__ import annotations

import os
import sqlite3
import stat
import uuid
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from catalog.catalog import Catalog
from catalog.database import connect, display_name, require_current_schema
from catalog.errors import DatabaseError, InputError
from catalog.faults import unusable
from catalog.models import Base
from catalog.sqlite import make_single

ROWS_AT_ONCE = 5_000
READ_ONLY = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH


def snapshot(catalog: Catalog, file: str | os.PathLike[str], *, force: bool = False) -> Path:
    """Copy the catalog, as it is at one moment, into a new SQLite file that nobody may write; return its path.

    The file is there when it is whole: what is under its name until then stays, and a copy that fails leaves nothing.
    `force` takes the place of a file of that name.

    Raises
    ------
    InputError
        There is such a file, or no such folder, or it is the catalog itself; nothing was changed.
    DatabaseError
        The catalog cannot be read, or the file cannot be written.
    """
    target = Path(os.path.abspath(file))
    _require_place(catalog, target, force)
    partial = target.with_name(f".{target.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        if catalog.engine.dialect.name == "sqlite":
            _copy_pages(catalog.engine, partial)
        else:
            _copy_rows(catalog, partial)
        # A file that nobody may write needs no log beside it, and could not be opened with one.
        make_single(partial)
        _require_whole(partial)
        partial.chmod(READ_ONLY)
        _put(partial, target, force)
    except DBAPIError as error:
        raise unusable(error, display_name(catalog.engine.url)) from error
    except (OSError, sqlite3.Error) as error:
        raise DatabaseError(f"cannot write the snapshot {target}: {error}; is the disk full, or read-only?") from error
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            Path(f"{partial}{suffix}").unlink(missing_ok=True)
    return target


def _require_place(catalog: Catalog, target: Path, force: bool) -> None:
    if not target.parent.is_dir():
        raise InputError(f"the folder {target.parent} does not exist; make it first, or choose another place")
    if target.is_dir():
        raise InputError(f"{target} is a folder; expected the name of a file, such as {target / 'snapshot.db'}")
    source = catalog.engine.url.database
    if catalog.engine.dialect.name == "sqlite" and target.exists() and target.samefile(str(source)):
        raise InputError(f"{target} is the catalog itself; choose another name for the snapshot")
    if target.exists() and not force:
        raise InputError(f"{target} is there already; choose another name, or give --force to replace it")


def _copy_pages(engine: Engine, target: Path) -> None:
    """Copy a SQLite catalog page by page: SQLite sees to it that they are of one moment."""
    copy = sqlite3.connect(target)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            driver_connection: Any = connection.connection.driver_connection
            driver_connection.backup(copy)
    finally:
        copy.close()


def _copy_rows(catalog: Catalog, target: Path) -> None:
    """Copy every row into a new catalog, all as of one moment."""
    # Alembic is slow to import, and only needed here.
    from catalog.migrate import upgrade

    engine = connect(target, create=True, pooled=False)
    upgrade(engine)
    with catalog.snapshot() as session, engine.connect() as copy, copy.begin():
        source = session.connection(execution_options={"stream_results": True})
        for table in Base.metadata.sorted_tables:
            _copy_table(source, copy, table)


def _copy_table(source: Connection, copy: Connection, table: sa.Table) -> None:
    found = source.execution_options(yield_per=ROWS_AT_ONCE).execute(sa.select(table)).mappings()
    for rows in found.partitions(ROWS_AT_ONCE):
        copy.execute(sa.insert(table), [dict(row) for row in rows])


def _require_whole(file: Path) -> None:
    """Raise unless the copy is a catalog in which every row has its parents."""
    engine = connect(file, read_only=True, pooled=False)
    require_current_schema(engine)
    with engine.connect() as connection:
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(3)
    if broken:
        raise DatabaseError(
            f"the snapshot would hold rows without their parents: {broken}; "
            "the catalog is damaged: `catalog db check` looks at its schema"
        )


def _put(partial: Path, target: Path, force: bool) -> None:
    if force:
        partial.replace(target)
        return
    try:
        # Unlike a rename, it does not replace what was put there meanwhile.
        os.link(partial, target)
    except FileExistsError as error:
        raise InputError(f"{target} was made by somebody else meanwhile; choose another name") from error
    except OSError:
        # Some file systems know no links.
        partial.rename(target)
