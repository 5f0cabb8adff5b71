"""Trials as selections name them, and questions that see one state of the catalog."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from catalog.database import display_name, steady
from catalog.entities import ENTITIES
from catalog.faults import unusable
from catalog.models import Recording, SelectionTrial, Trial
from catalog.query import Query
from catalog.where import parse_where
from catalog.writing import require_schema

Key = tuple[str, int]
"""A trial's name on every machine: its recording's name and its number."""
FACTS = tuple(
    column.key for column in sa.inspect(SelectionTrial).columns if column.key not in ("selection", "recording", "trial")
)
"""What is kept of a selected trial, and compared when the selection is asked again."""


def digest_of(trials: Iterable[Key]) -> str:
    """Return the SHA-256 of a line `recording/trial` for each trial, sorted by recording (code points) and number."""
    lines = "".join(f"{recording}/{trial}\n" for recording, trial in sorted(trials))
    return hashlib.sha256(lines.encode()).hexdigest()


def all_trials(connection: Connection) -> Query[Trial]:
    """Return the question for every trial."""
    return Query(ENTITIES["trials"], Session(connection))


def chosen(connection: Connection, conditions: Sequence[str]) -> Select[Any]:
    """Return the statement for the trials that meet every condition."""
    query = all_trials(connection)
    for filters in parse_where(query.entity, tuple(conditions)):
        query = query.filter(**filters)
    return query.statement


def picking(selected: Select[Any], *columns: Any, first: Sequence[Any] = ()) -> Select[Any]:
    """Return the statement for recording, number and more columns of the selected trials."""
    picked = selected.with_only_columns(*first, Recording.name, Trial.trial, *columns, maintain_column_froms=True)
    return picked.order_by(None)


@contextmanager
def transaction(engine: Engine, *, writes: bool = False) -> Iterator[Connection]:
    """Yield a connection in a transaction, all of whose questions see one state of the catalog."""
    try:
        with steady(engine).connect().execution_options(catalog_writes=writes) as connection, connection.begin():
            if writes:
                require_schema(connection)
            yield connection
    except DBAPIError as error:
        raise unusable(error, display_name(engine.url)) from error
