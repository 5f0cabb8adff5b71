"""Rows of `ingest_runs`: what was run, with what, and how it ended."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from catalog.database import display_name
from catalog.errors import DatabaseError
from catalog.faults import unusable
from catalog.models import IngestRun
from catalog.writing import writing
from ingest.writing.liveness import PROCESS, at_work, has_ended, hold, this_process
from ingest.writing.rows import table_of

logger = logging.getLogger(__name__)
RUNS = table_of(IngestRun)
MARKING_SECONDS = 1.0
"""How long a run that has failed waits for its turn to say so, in seconds: who interrupts it does not want to wait."""
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


@dataclass
class OpenRun:
    """A run that is at work, and on record as such.

    Attributes
    ----------
    id
        Its number in `ingest_runs`.
    """

    engine: Engine
    id: int
    _lock: Connection | None = None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Yield a connection in a transaction of this run; see `catalog.writing.writing`.

        Raises
        ------
        DatabaseError
            The catalog is not the one in which the run began; nothing was changed.
        """
        self._hold()
        with writing(self.engine) as connection:
            self._require_record(connection)
            yield connection

    def _hold(self) -> None:
        """Hold the run's lock, if the database has such locks: anew where the connection that held it was lost."""
        if self.engine.dialect.name != "postgresql" or (self._lock is not None and _is_alive(self._lock)):
            return
        self.release()
        lock = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        # The lock goes with the connection, which must not go back to the pool.
        lock.detach()
        self._lock = lock
        hold(lock, self.id)

    def release(self) -> None:
        """Give the run's lock up."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _require_record(self, connection: Connection) -> None:
        statement = sa.select(RUNS.c.status, RUNS.c.parameters).where(RUNS.c.id == self.id)
        row = connection.execute(statement).one_or_none()
        if row is None or row.parameters.get(PROCESS) != this_process():
            raise DatabaseError(
                f"{display_name(self.engine.url)} is not the catalog in which run {self.id} began: it was restored "
                "from a copy, or replaced, meanwhile; nothing more is written to it"
            )
        if row.status != "running":
            # Somebody asked while the connection that held the lock was lost.
            logger.warning("run %d was taken for ended, and goes on", self.id)
            values = {"status": "running", "finished_at": None}
            connection.execute(sa.update(RUNS).where(RUNS.c.id == self.id).values(values))

    def fail(self) -> None:
        """Record that the run has failed; where the database cannot be written, leave that to the next run."""
        try:
            with writing(self.engine, patience=MARKING_SECONDS) as connection:
                finish_run(connection, self.id, "failed")
        except (DBAPIError, DatabaseError) as error:
            logger.warning("run %d cannot be marked as failed (%s); the next run marks it", self.id, _first_line(error))


@contextmanager
def recorded_run(
    engine: Engine,
    command: str,
    parameters: Mapping[str, Any],
    *,
    analysis_version: str = NO_ANALYSIS,
    input_digest: str | None = None,
) -> Iterator[OpenRun]:
    """Yield a new run, recorded in a transaction of its own; a block that raises leaves it behind as `failed`.

    The block records that the run is `done` together with its last rows (`finish_run`). Runs whose processes were
    killed are marked as `failed` first.

    Raises
    ------
    DatabaseError
        The database cannot be written; nothing was changed.
    """
    parameters = {**parameters, PROCESS: this_process()}
    fail_ended_runs(engine)
    with ExitStack() as held:
        try:
            with writing(engine) as connection:
                run = OpenRun(
                    engine,
                    start_run(
                        connection, command, parameters, analysis_version=analysis_version, input_digest=input_digest
                    ),
                )
                held.callback(run.release)
                held.enter_context(at_work(run.id))
                # Before others see the run, who would take it for ended.
                run._hold()
        except DBAPIError as error:
            raise unusable(error, display_name(engine.url)) from error
        try:
            yield run
        except BaseException:
            run.fail()
            raise


def _is_alive(connection: Connection) -> bool:
    try:
        connection.execute(sa.text("SELECT 1"))
    except DBAPIError:
        return False
    return True


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]


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


def amend_run(connection: Connection, run_id: int, parameters: Mapping[str, Any]) -> None:
    """Replace the parameters of a run that has ended."""
    connection.execute(sa.update(RUNS).where(RUNS.c.id == run_id).values(parameters=dict(parameters)))
