"""Rows of `ingest_problems`: a later run of the same check replaces what it found before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

from catalog.models import IngestProblem
from ingest.facts import Problem
from ingest.writing.rows import chunks, insert_rows, table_of

PROBLEMS = table_of(IngestProblem)


@dataclass(frozen=True)
class StoredProblem:
    """A row, and the run that found it."""

    id: int
    run_id: int
    problem: Problem


def write_problems(connection: Connection, run_id: int, problems: Iterable[Problem]) -> None:
    """Record problems as found by a run."""
    insert_rows(connection, PROBLEMS, [{"run_id": run_id, **asdict(problem)} for problem in problems])


def clear_problems(
    connection: Connection,
    topic: str,
    *,
    recordings: Iterable[str] = (),
    general_of_runs: Iterable[int] = (),
    kind: str | None = None,
) -> None:
    """Forget what `read_problems` returns, or one kind of it."""
    of_topic = sa.delete(PROBLEMS).where(PROBLEMS.c.topic == topic)
    if kind is not None:
        of_topic = of_topic.where(PROBLEMS.c.kind == kind)
    for condition in _conditions(recordings, general_of_runs):
        connection.execute(of_topic.where(condition))


def forget_problems(connection: Connection, ids: Iterable[int]) -> None:
    """Forget these rows."""
    for some in chunks(ids):
        connection.execute(sa.delete(PROBLEMS).where(PROBLEMS.c.id.in_(some)))


def read_problems(
    connection: Connection, topic: str, *, recordings: Iterable[str] = (), general_of_runs: Iterable[int] = ()
) -> list[Problem]:
    """Return what a check found in these recordings, and what these runs of it found in no single one; oldest first."""
    found = [
        one
        for condition in _conditions(recordings, general_of_runs)
        for one in stored_problems(connection, topic, condition)
    ]
    return [one.problem for one in sorted(found, key=lambda one: one.id)]


def stored_problems(
    connection: Connection, topic: str, condition: ColumnElement[bool] | None = None
) -> list[StoredProblem]:
    """Return the rows of a check, oldest first; those alone for which a condition holds, if there is one."""
    columns = [PROBLEMS.c[name] for name in Problem.__dataclass_fields__]
    statement = sa.select(PROBLEMS.c.id, PROBLEMS.c.run_id, *columns).where(PROBLEMS.c.topic == topic)
    if condition is not None:
        statement = statement.where(condition)
    rows = connection.execute(statement.order_by(PROBLEMS.c.id))
    return [StoredProblem(row_id, run_id, Problem(*values)) for row_id, run_id, *values in rows]


def _conditions(recordings: Iterable[str], general_of_runs: Iterable[int]) -> Iterator[ColumnElement[bool]]:
    for names in chunks(recordings):
        yield PROBLEMS.c.recording.in_(names)
    for ids in chunks(general_of_runs):
        yield sa.and_(PROBLEMS.c.recording.is_(None), PROBLEMS.c.run_id.in_(ids))
