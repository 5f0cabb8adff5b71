"""Rows of `ingest_problems`: a later run of the same check replaces what it found before."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy import Connection

from catalog.models import IngestProblem
from ingest.facts import Problem
from ingest.writing.rows import chunks, insert_rows, table_of

PROBLEMS = table_of(IngestProblem)


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
    """Forget what a check found in these recordings, and what these runs of it found in no recording, or one kind."""
    of_topic = sa.delete(PROBLEMS).where(PROBLEMS.c.topic == topic)
    if kind is not None:
        of_topic = of_topic.where(PROBLEMS.c.kind == kind)
    for names in chunks(recordings):
        connection.execute(of_topic.where(PROBLEMS.c.recording.in_(names)))
    for runs in chunks(general_of_runs):
        connection.execute(of_topic.where(PROBLEMS.c.recording.is_(None), PROBLEMS.c.run_id.in_(runs)))


def read_problems(
    connection: Connection, topic: str, *, recordings: Iterable[str] = (), general_of_runs: Iterable[int] = ()
) -> list[Problem]:
    """Return what is on record of a check for these recordings, and what these runs of it found in no recording."""
    columns = [PROBLEMS.c[name] for name in Problem.__dataclass_fields__]
    of_topic = sa.select(*columns).where(PROBLEMS.c.topic == topic).order_by(PROBLEMS.c.id)
    statements = [of_topic.where(PROBLEMS.c.recording.in_(names)) for names in chunks(recordings)]
    statements += [
        of_topic.where(PROBLEMS.c.recording.is_(None), PROBLEMS.c.run_id.in_(runs)) for runs in chunks(general_of_runs)
    ]
    return [Problem(**row) for statement in statements for row in connection.execute(statement).mappings()]
