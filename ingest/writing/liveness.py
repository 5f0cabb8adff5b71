"""Whether the process that began a run is still at work: a run that was killed cannot say that it has ended."""

from __future__ import annotations

import os
import socket
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

PROCESS = "process"
"""The key in a run's parameters that tells which process it is."""
_LOCK_CLASS = 0x5E_45_04_1B
"""Any number, so long as every run of every catalog takes the same one; the run's id is the other half of its lock."""
_AT_WORK: Counter[int] = Counter()
"""The runs that this process works on; of two catalogs, two of the same number may be among them."""


def this_process() -> dict[str, Any]:
    """Return what tells this process from all others: its host, its id, and when it was started."""
    return {"host": socket.gethostname(), "pid": os.getpid(), "started": _started(os.getpid())}


def hold(connection: Connection, run_id: int) -> None:
    """Let a PostgreSQL server know of a run for as long as this connection lasts; others ask with `has_ended`."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_lock(_LOCK_CLASS, run_id)))


@contextmanager
def at_work(run_id: int) -> Iterator[None]:
    """Let this process know that it works on a run: it may be alive, and the run have ended without a word."""
    _AT_WORK[run_id] += 1
    try:
        yield
    finally:
        _AT_WORK[run_id] -= 1


def has_ended(connection: Connection, run_id: int, parameters: Mapping[str, Any]) -> bool:
    """Tell whether nobody works on a run any more.

    A PostgreSQL server gives up a run's lock as soon as its process is gone, wherever that was. A SQLite file is
    written on one machine: there the operating system knows. Of a process on another machine nothing is known, and
    it is taken to be alive.
    """
    if connection.dialect.name == "postgresql":
        free = connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_LOCK_CLASS, run_id)))
        return bool(free)
    process = parameters.get(PROCESS)
    if process is None or process["host"] != socket.gethostname():
        return False
    if process == this_process():
        return not _AT_WORK[run_id]
    return not _exists(process["pid"]) or _started(process["pid"]) != process["started"]


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started(pid: int) -> str | None:
    """Return when a process was started, in the system's own unit: ids are given again; None where it does not tell."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The program's name, in parentheses, may hold anything; the start is the twentieth word after it.
    state, *words = told.rpartition(")")[2].split()
    return "ended" if state == "Z" else words[18]
