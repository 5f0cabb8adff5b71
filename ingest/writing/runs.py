"""Rows of `ingest_runs`: what was run, with what, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from catalog.database import display_name, unusable
from catalog.models import IngestRun
from ingest.writing.rows import table_of

RUNS = table_of(IngestRun)
NO_ANALYSIS = "none"
"""The analysis version of a run that analyses no arrays."""

_LOCK_KEY = 0x5E_45_04_1A
"""Any number, so long as every writer of every catalog takes the same one."""


def start_run(
    connection: Connection,
    command: str,
    parameters: Mapping[str, Any],
    *,
    analysis_version: str = NO_ANALYSIS,
    input_digest: str | None = None,
) -> int:
    """Record that a run of `ingest` or `import` has begun; return its id."""
    row = {
        "command": command,
        "status": "running",
        "started_at": datetime.now(UTC),
        "version": version("sensorium-catalog"),
        "analysis_version": analysis_version,
        "parameters": dict(parameters),
        "input_digest": input_digest,
    }
    key = connection.execute(sa.insert(RUNS), row).inserted_primary_key
    assert key is not None
    return int(key[0])


def finish_run(
    connection: Connection, run_id: int, status: str = "done", *, parameters: Mapping[str, Any] | None = None
) -> None:
    """Record that a run has ended, `done` or `failed`; `parameters` replaces what was recorded at its start."""
    values: dict[str, Any] = {"status": status, "finished_at": datetime.now(UTC)}
    if parameters is not None:
        values["parameters"] = dict(parameters)
    connection.execute(sa.update(RUNS).where(RUNS.c.id == run_id).values(values))


@contextmanager
def recorded_run(
    engine: Engine,
    command: str,
    parameters: Mapping[str, Any],
    *,
    analysis_version: str = NO_ANALYSIS,
    input_digest: str | None = None,
) -> Iterator[int]:
    """Yield the id of a new run, in a transaction of its own; a block that raises leaves it behind as `failed`.

    The block records that the run is `done` together with its last rows (`finish_run`).

    Raises
    ------
    DatabaseError
        The database cannot be written; nothing was changed.
    """
    try:
        with writing(engine) as connection:
            run_id = start_run(
                connection, command, parameters, analysis_version=analysis_version, input_digest=input_digest
            )
    except DBAPIError as error:
        raise unusable(error, display_name(engine.url)) from error
    try:
        yield run_id
    except BaseException:
        with writing(engine) as connection:
            finish_run(connection, run_id, "failed")
        raise


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a transaction that no other writer shares: the next one waits for its end."""
    with engine.connect().execution_options(catalog_writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_KEY)))
        yield connection
