"""Rows of `ingest_runs`: what was run, with what, and how it ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from catalog.database import display_name, unusable
from catalog.models import IngestRun
from catalog.writing import writing
from ingest.writing.liveness import PROCESS, has_ended, hold, this_process
from ingest.writing.rows import table_of

__all__ = [
    "NO_ANALYSIS",
    "RUNS",
    "fail_ended_runs",
    "finish_run",
    "keep_parameters",
    "recorded_run",
    "start_run",
    "writing",
]

RUNS = table_of(IngestRun)
NO_ANALYSIS = "none"
"""The analysis version of a run that analyses no arrays."""


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

    The block records that the run is `done` together with its last rows (`finish_run`). Runs whose processes were
    killed are marked as `failed` first.

    Raises
    ------
    DatabaseError
        The database cannot be written; nothing was changed.
    """
    parameters = {**parameters, PROCESS: this_process()}
    with ExitStack() as held:
        try:
            fail_ended_runs(engine)
            with writing(engine) as connection:
                run_id = start_run(
                    connection, command, parameters, analysis_version=analysis_version, input_digest=input_digest
                )
                _hold(engine, run_id, held)
        except DBAPIError as error:
            raise unusable(error, display_name(engine.url)) from error
        try:
            yield run_id
        except BaseException:
            with writing(engine) as connection:
                finish_run(connection, run_id, "failed")
            raise


def _hold(engine: Engine, run_id: int, held: ExitStack) -> None:
    """Hold a run's lock, if the database has such locks, until the stack is unwound."""
    if engine.dialect.name == "postgresql":
        connection = held.enter_context(engine.connect().execution_options(isolation_level="AUTOCOMMIT"))
        hold(connection, run_id)
        # The lock goes with the connection, which must not go back to the pool.
        connection.detach()


def fail_ended_runs(engine: Engine) -> None:
    """Mark runs that were killed as `failed`.

    Raises
    ------
    DatabaseError
        The database cannot be read, or cannot be written although there are such runs.
    """
    running = sa.select(RUNS.c.id, RUNS.c.parameters).where(RUNS.c.status == "running")
    try:
        with engine.connect() as connection:
            if connection.execute(running).first() is None:
                return
        with writing(engine) as connection:
            for run_id, parameters in connection.execute(running).all():
                if has_ended(connection, run_id, parameters):
                    finish_run(connection, run_id, "failed")
    except DBAPIError as error:
        raise unusable(error, display_name(engine.url)) from error


def keep_parameters(connection: Connection, run_id: int, parameters: Mapping[str, Any]) -> None:
    """Replace the parameters of a run that goes on."""
    values = {"parameters": {**parameters, PROCESS: this_process()}}
    connection.execute(sa.update(RUNS).where(RUNS.c.id == run_id).values(values))
