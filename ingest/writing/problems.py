"""Rows of `ingest_problems`: a later run of the same check replaces what it found before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection

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
    runs: Iterable[int] = (),
    general_of_runs: Iterable[int] = (),
    kind: str | None = None,
) -> None:
    """Forget what `read_problems` returns, or one kind of it."""
    of_topic = sa.delete(PROBLEMS).where(PROBLEMS.c.topic == topic)
    if kind is not None:
        of_topic = of_topic.where(PROBLEMS.c.kind == kind)
    for condition in _conditions(recordings, runs, general_of_runs):
        connection.execute(of_topic.where(condition))


def read_problems(
    connection: Connection,
    topic: str,
    *,
    recordings: Iterable[str] = (),
    runs: Iterable[int] = (),
    general_of_runs: Iterable[int] = (),
) -> list[Problem]:
    """Return what is on record of a check for these recordings, and what these runs of it found, oldest first.

    Of `general_of_runs` it is what they found that concerns no single recording.
    """
    columns = [PROBLEMS.c[name] for name in Problem.__dataclass_fields__]
    of_topic = sa.select(PROBLEMS.c.id, *columns).where(PROBLEMS.c.topic == topic)
    found = {}
    for condition in _conditions(recordings, runs, general_of_runs):
        for row in connection.execute(of_topic.where(condition)).mappings():
            found[row["id"]] = Problem(**{name: row[name] for name in Problem.__dataclass_fields__})
    return [found[row_id] for row_id in sorted(found)]


def _conditions(
    recordings: Iterable[str], runs: Iterable[int], general_of_runs: Iterable[int]
) -> Iterator[ColumnElement[bool]]:
    for names in chunks(recordings):
        yield PROBLEMS.c.recording.in_(names)
    for ids in chunks(runs):
        yield PROBLEMS.c.run_id.in_(ids)
    for ids in chunks(general_of_runs):
        yield sa.and_(PROBLEMS.c.recording.is_(None), PROBLEMS.c.run_id.in_(ids))
