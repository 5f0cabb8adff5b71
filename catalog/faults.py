"""What a driver's errors mean to a user: what is wrong with which database, and what mends it."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from catalog.errors import DatabaseError, NotACatalogError, SchemaError
from catalog.places import place_of
from catalog.waiting import network

_SERVER_GONE = ("57P01", "57P02", "57P03", "08000", "08001", "08003", "08004", "08006")
"""SQLSTATE: the server was stopped or is not ready, or the connection to it broke."""
_COLLISIONS = ("40001", "40P01")
"""SQLSTATE: two transactions could not go on together, and the server gave one of them up."""


def is_passing(error: DBAPIError) -> bool:
    """Tell whether a transaction may succeed when it is tried again: the connection was lost, or others collided.

    Only a PostgreSQL server has such errors.
    """
    return not _of_sqlite(error) and (_is_lost(error) or _state(error) in _COLLISIONS)


def unusable(error: DBAPIError, name: str) -> DatabaseError:
    """Return what a driver's error means to a user."""
    reason = " ".join(str(error.orig).split())
    found = _sqlite_fault(error, name, reason) if _of_sqlite(error) else _postgresql_fault(error, name, reason)
    if found is not None:
        return found
    first = reason.removeprefix("connection failed: ") if reason else str(error)
    return DatabaseError(f"the database {name} does not answer as expected: {first}")


def _of_sqlite(error: DBAPIError) -> bool:
    return type(error.orig).__module__ == "sqlite3"


def _state(error: DBAPIError) -> str | None:
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state


def _is_lost(error: DBAPIError) -> bool:
    """Tell whether a server was not reached, or the connection to it broke."""
    state = _state(error)
    if state is None:
        # A connection that was refused or broke has no state; the driver says what it is by its class.
        classes = {one.__name__ for one in type(error.orig).__mro__}
        return error.connection_invalidated or not classes.isdisjoint(("OperationalError", "InterfaceError"))
    return error.connection_invalidated or state in _SERVER_GONE


def _full(name: str, reason: str) -> DatabaseError:
    return DatabaseError(
        f"there is no space left for {name} ({reason}); what it held before is still there: make room, and give the "
        "same command again"
    )


def _other_schema(name: str, reason: str) -> SchemaError:
    return SchemaError(
        f"{name} does not have the tables that this version knows ({reason}): it was migrated or changed meanwhile; "
        f"`catalog --db {name} db check` tells how, and `catalog --db {name} db upgrade` brings it up to date"
    )


def _sqlite_fault(error: DBAPIError, name: str, reason: str) -> DatabaseError | None:
    # SQLITE_IOERR_WRITE, say: the second word is the kind, and what follows its details.
    code = getattr(error.orig, "sqlite_errorname", "SQLITE_ERROR").split("_")[1]
    if code == "CORRUPT":
        return DatabaseError(f"{name} is damaged ({reason}); restore it from a copy, or make it anew")
    if code == "FULL":
        return _full(name, reason)
    if code == "NOTADB":
        return NotACatalogError(f"{name} is not a catalog, nor any SQLite database ({reason}); choose another --db")
    if code in ("BUSY", "LOCKED", "PROTOCOL"):
        return DatabaseError(
            f"{name} is in use by another process ({reason}); nothing was changed: wait until it has ended, or end "
            f"it, and give the same command again{network(name)}"
        )
    if code in ("CANTOPEN", "READONLY", "PERM", "AUTH"):
        return _out_of_reach(name, reason)
    if code == "IOERR":
        return DatabaseError(
            f"{name} cannot be read or written ({reason}): its disk is full, failing or gone; what it held before is "
            f"still there as far as the disk is{network(name)}"
        )
    if "no such table" in reason or "no such column" in reason or "has no column" in reason:
        return _other_schema(name, reason)
    return None


def _out_of_reach(name: str, reason: str) -> DatabaseError:
    """Return why a SQLite file cannot be opened or written."""
    path = Path(name)
    folder = path.absolute().parent
    if not path.exists() and os.access(folder, os.W_OK):
        return DatabaseError(
            f"{name} is not there any more, or cannot be made ({reason}): if it was deleted or moved, restore it; "
            f"else {folder} takes no files: name another --db"
        )
    place = place_of(name)
    if place is not None and place.read_only:
        log = Path(f"{name}-wal")
        files = f"it, and {log.name} with it," if log.exists() else "it"
        return DatabaseError(
            f"{name} is on a read-only medium ({place}), where nothing can be written, not even the files that SQLite "
            f"needs beside a catalog in use; copy {files} to a folder that you may write, and name the copy with --db"
        )
    if not os.access(folder, os.W_OK):
        return DatabaseError(
            f"{name} cannot be written or opened ({reason}): you may not write into its folder {folder}, where SQLite "
            "keeps files beside a catalog in use; check the permissions of the folder, or ask its owner for a copy "
            f"that anybody can read: `catalog --db {name} snapshot COPY`"
        )
    return DatabaseError(
        f"{name} cannot be written or opened ({reason}); check the permissions of it, of its folder, and of "
        f"{path.name}-wal and {path.name}-shm if they are there{network(name)}"
    )


def _postgresql_fault(error: DBAPIError, name: str, reason: str) -> DatabaseError | None:
    state = _state(error)
    first = str(error.orig).strip().splitlines()[0].removeprefix("connection failed: ") if reason else str(error)
    if state == "53100":
        return _full(name, first)
    if state in ("42P01", "42703", "0A000"):
        return _other_schema(name, first)
    if state == "42501":
        return DatabaseError(f"you may not do that in {name} ({first}); ask its owner for the permission")
    if state in _COLLISIONS:
        return DatabaseError(f"others wrote to {name} at the same time ({first}); nothing was changed: try again")
    if "does not exist" in first and "database" in first:
        return DatabaseError(f"there is no database {name} ({first}); make it first, with `createdb`")
    if _is_lost(error):
        return DatabaseError(
            f"cannot connect to {name}: {first}; check that the server runs, and the host, port and user of --db"
        )
    return None
