"""SQLite files: how they are opened, how readers and a writer keep out of each other's way, and how writers wait.

Catalogs are in WAL mode: what is written goes into a log beside the file, so that readers see the last committed state
however long they read, and keep no writer waiting. On network disks, where this mode does not work, they have no log:
there a writer waits at its commit for those who read. The mode is a property of the file. Its writers set it.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sqlite3
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool, QueuePool

from catalog import waiting
from catalog.errors import DatabaseError
from catalog.places import place_of

BUSY_SECONDS = 30.0
"""How long a connection waits for a lock that others hold for moments only, in seconds."""
STEP_SECONDS = 0.5
"""How long a writer waits at a time, in seconds: an interrupt takes effect between two times."""
PATIENCE_WITH_READERS = 0.2
"""How long a writer waits for readers to come to an end before it leaves the log as it is, in seconds."""

logger = logging.getLogger(__name__)
_LEAVES_AS_IT_IS = re.compile(r"\s*(SELECT|VALUES|EXPLAIN|PRAGMA|BEGIN)\b", re.IGNORECASE)
_WITH = re.compile(r"\s*WITH\b", re.IGNORECASE)
_WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE(?!\s*\())\b", re.IGNORECASE)
"""What a statement that begins with WITH goes on with when it writes; `replace(…)` is a function."""
_CHANGES_MODE = ("query_only", "journal_mode", "locking_mode", "writable_schema")
_RETRIED = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")
_FILE = "catalog_file"
_decode = json.JSONDecoder().raw_decode


def sqlite_engine(path: Path, *, create: bool, read_only: bool, pooled: bool) -> Engine:
    """Return an engine for a SQLite file; see `catalog.database.connect`."""
    file = CatalogFile(path, create=create, read_only=read_only)
    engine = sa.create_engine(
        URL.create("sqlite", database=str(path)),
        creator=file.open,
        json_deserializer=_from_json,
        poolclass=QueuePool if pooled else NullPool,
    )

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        if options.get("isolation_level") == "AUTOCOMMIT" or options.get("catalog_begins_late"):
            return
        if options.get("catalog_writes"):
            connection.info[_FILE] = file
            file.begin_writing(_driver(connection), waiting.patience_of(options))
        else:
            connection.exec_driver_sql("BEGIN")

    @event.listens_for(engine, "before_cursor_execute")
    def _begin_late(connection: Connection, _cursor: Any, statement: str, *_more: Any) -> None:
        # Until its first write, a session reads without a transaction: it sees what others commit meanwhile.
        # Where nothing can be written there is nothing to wait for: SQLite itself refuses the statement.
        if read_only or not connection.get_execution_options().get("catalog_begins_late"):
            return
        if not _only_reads(statement):
            driver_connection = _driver(connection)
            if not driver_connection.in_transaction:
                file.begin_writing(driver_connection, waiting.PATIENCE_SECONDS)

    return engine


def _only_reads(statement: str) -> bool:
    """Tell whether a statement changes nothing; False in cases of doubt."""
    if _WITH.match(statement):
        return _WRITES.search(statement) is None
    return _LEAVES_AS_IT_IS.match(statement) is not None


def _driver(connection: Connection) -> sqlite3.Connection:
    driver_connection: Any = connection.connection.driver_connection
    found: sqlite3.Connection = driver_connection
    return found


def _from_json(text: str) -> Any:
    # What `json.loads` does first takes longer than reading the short lists that come here by the thousand.
    return _decode(text.strip())[0]


class CatalogFile:
    """A catalog's file, as the connections of one engine see it."""

    def __init__(self, path: Path, *, create: bool, read_only: bool) -> None:
        self.path = path
        self._create = create
        self._read_only = read_only
        self._identity: tuple[int, int] | None = None

    def open(self) -> sqlite3.Connection:
        """Return a new connection, on which nothing was read yet."""
        # The path goes into a URI for its mode, so that a question never makes an empty file.
        uri = f"file:{quote(str(self.path.absolute()))}?{self._mode()}"
        # Transactions are begun by the engine's events: the driver would commit before each DDL statement.
        connection = sqlite3.connect(uri, uri=True, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA foreign_keys = ON")
        if self._read_only:
            connection.execute("PRAGMA query_only = ON")
            connection.set_authorizer(_keep_read_only)
        # Only the first connection may make the file: one that was deleted meanwhile is not to come back empty.
        self._create = False
        if self._identity is None:
            self._identity = _identity(self.path)
        return connection

    def _mode(self) -> str:
        if self._create:
            return "mode=rwc"
        if _is_frozen(self.path):
            return "mode=ro&immutable=1"
        # A reader that may write lets the last one that closes the file take the log away; `query_only` binds it.
        writable = os.access(self.path, os.W_OK) and os.access(self.path.absolute().parent, os.W_OK)
        return "mode=ro" if self._read_only and not writable else "mode=rw"

    def begin_writing(self, connection: sqlite3.Connection, patience: float) -> None:
        """Begin a transaction with the write lock, and wait for others for so many seconds.

        A lock that is taken later, when something was read already, can fail at a point where waiting does not help.

        Raises
        ------
        DatabaseError
            Others were writing for too long, or the file is not the one that was opened first.
        """
        self.require_same()
        try:
            self._choose_log(connection)
            # Each commit reaches the disk: it may be hours of reading, or a selection that was told to be kept. There
            # are few of them, and some builds of SQLite have another default for files in WAL mode.
            connection.execute("PRAGMA synchronous = FULL")
            self._begin(connection, patience)
        except sqlite3.Error as error:
            # As SQLAlchemy tells of errors; here the driver is spoken to without it.
            raise sa.exc.DBAPIError("BEGIN IMMEDIATE", None, error) from error

    def _begin(self, connection: sqlite3.Connection, patience: float) -> None:
        began, told = time.monotonic(), False
        while not _begin_at_once(connection):
            waited = time.monotonic() - began
            if waited >= patience:
                raise waiting.locked(str(self.path), patience, self._holders(connection))
            if waited >= waiting.NOTICE_SECONDS and not told:
                told = True
                waiting.tell_of_waiting(str(self.path), self._holders(connection))

    def require_same(self) -> None:
        """Raise unless the path still leads to the file that was opened.

        Raises
        ------
        DatabaseError
            It was deleted, or another file took its place: what is written now would be lost.
        """
        now = _identity(self.path)
        if self._identity is None or now == self._identity:
            return
        happened = "is not there any more" if now is None else "is another file than the one that was opened"
        raise DatabaseError(
            f"{self.path} {happened}: it was deleted, moved or replaced meanwhile; nothing more is written to it. "
            "Put the right one in its place, and give the same command again"
        )

    def _choose_log(self, connection: sqlite3.Connection) -> None:
        """Put the file into the mode that suits its place, if nobody is in the way; else the next writer will."""
        place = place_of(self.path)
        # Memory is not shared through a network disk, and WAL mode cannot do without.
        wanted = "delete" if place is not None and place.network else "wal"
        try:
            (mode,) = _waiting(connection, 0.0, "PRAGMA journal_mode")
            if mode != wanted:
                (mode,) = _waiting(connection, 0.0, f"PRAGMA journal_mode = {wanted}")
        except sqlite3.OperationalError as error:
            mode = str(error)
        if mode != wanted:
            logger.info("%s is not in journal mode %s yet: %s", self.path, wanted, mode)

    def _holders(self, connection: sqlite3.Connection) -> str:
        otherwise = (
            "no ingest or import is on record as running: it may be another command, or a program with an open "
            f"transaction; `fuser {self.path}` lists the processes that have it open"
        )
        return waiting.holders(lambda statement: connection.execute(statement).fetchall(), otherwise)


def require_same_file(connection: Connection) -> None:
    """Raise unless what a connection writes goes to the file that its path leads to; a server has no such files.

    Raises
    ------
    DatabaseError
        The file was deleted or replaced meanwhile.
    """
    file: CatalogFile | None = connection.info.get(_FILE)
    if file is not None:
        file.require_same()


def empty_log(connection: Connection) -> None:
    """Put what is in the log into the file, unless others are reading it; outside a transaction.

    SQLite does so by itself after a thousand pages, but begins the log anew only when nobody reads from it: with
    readers that take turns, it would grow for as long as an ingest lasts. And a file that is put in the place of a
    catalog would be taken together with the log that was left there.
    """
    if _FILE not in connection.info:
        return
    try:
        _waiting(_driver(connection), PATIENCE_WITH_READERS, "PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.OperationalError as error:
        logger.info("the log of %s was not emptied: %s", connection.engine.url.database, error)


def make_single(path: Path) -> None:
    """Put a file that nobody else has open out of WAL mode: it needs no other file beside it, and can be read anywhere.

    Raises
    ------
    sqlite3.OperationalError
        Somebody has it open.
    """
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    finally:
        connection.close()


def has_log(path: Path) -> bool:
    """Tell whether a file is in WAL mode, as bytes 18 and 19 of a SQLite file say."""
    try:
        with path.open("rb") as file:
            return file.read(20)[18:20] == b"\x02\x02"
    except OSError:
        return False


def _is_frozen(path: Path) -> bool:
    """Tell whether a file cannot change while it is read: SQLite can then do without the files beside it."""
    place = place_of(path)
    if place is None or not place.frozen or place.network or not has_log(path):
        return False
    log = Path(f"{path}-wal")
    return not log.exists() or log.stat().st_size == 0


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _keep_read_only(action: int, name: str | None, value: str | None, *_: Any) -> int:
    changes = action == sqlite3.SQLITE_PRAGMA and value is not None and str(name).lower() in _CHANGES_MODE
    return sqlite3.SQLITE_DENY if changes else sqlite3.SQLITE_OK


def _waiting(connection: sqlite3.Connection, seconds: float, statement: str) -> tuple[Any, ...]:
    """Execute a statement that waits for locks for another time than others do; return its first row, or nothing."""
    before = connection.execute("PRAGMA busy_timeout").fetchone()[0]
    connection.execute(f"PRAGMA busy_timeout = {round(1000 * seconds)}")
    try:
        row: tuple[Any, ...] | None = connection.execute(statement).fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout = {before}")
    return row or ()


def _begin_at_once(connection: sqlite3.Connection) -> bool:
    """Begin a transaction with the write lock; False when another one holds it, after a short while."""
    try:
        _waiting(connection, STEP_SECONDS, "BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if not error.sqlite_errorname.startswith(_RETRIED):
            raise
        return False
    return True
