"""Waiting for another writer: for how long, what is told meanwhile, and what is said when it was too long."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from catalog.errors import DatabaseError
from catalog.places import place_of

PATIENCE_SECONDS = 600.0
"""How long a writer waits for another one, in seconds: an import of hundreds of recordings is one transaction."""
NOTICE_SECONDS = 5.0
"""After how long a writer says that it waits, in seconds."""
RUNNING = "SELECT id, command, started_at, parameters FROM ingest_runs WHERE status = 'running' ORDER BY id"

logger = logging.getLogger(__name__)


def patience_of(options: Mapping[str, Any]) -> float:
    """Return how long the writer with these execution options waits for others, in seconds."""
    given: float | None = options.get("catalog_patience")
    return PATIENCE_SECONDS if given is None else given


def tell_of_waiting(name: str, holders: str) -> None:
    """Say that this process waits for another one."""
    logger.warning("waiting for another process that writes to %s (%s)", name, holders)


def locked(name: str, seconds: float, holders: str) -> DatabaseError:
    """Return what to say when another process has been writing for so many seconds, which is too long."""
    return DatabaseError(
        f"{name} is being written by another process, and was so for {seconds:g} s ({holders}); "
        f"nothing was changed: wait until it has ended, or end it, and give the same command again{network(name)}"
    )


def network(name: str) -> str:
    """Return the sentence that a lock error of a SQLite file on a network disk ends with; empty for all others."""
    place = place_of(name) if "://" not in name else None
    if place is None or not place.network:
        return ""
    return (
        f". {name} is on a network file system ({place}), where SQLite's locks cannot be relied on: "
        "put it on a local disk, or use PostgreSQL"
    )


def holders(ask: Callable[[str], Iterable[Any]], otherwise: str) -> str:
    """Return who may be writing: the runs that are at work, else `otherwise`.

    Parameters
    ----------
    ask
        Returns the rows of an SQL statement.
    otherwise
        What is said when no run is on record as running, or nothing can be read.
    """
    try:
        told = [_told(*row) for row in ask(RUNNING)]
    except (SQLAlchemyError, sqlite3.Error, ValueError):
        # An error while another one is being told of: what could be said more is lost.
        logger.debug("the runs that are at work cannot be read", exc_info=True)
        told = []
    return ", ".join(told) or otherwise


def _told(run_id: int, command: str, started_at: Any, parameters: Any) -> str:
    known = json.loads(parameters) if isinstance(parameters, str) else parameters
    process = known.get("process") or {}
    where = f", process {process['pid']} on {process['host']}" if {"pid", "host"} <= process.keys() else ""
    return f"run {run_id}, `{command}`{where}, since {str(started_at)[:19]}"
