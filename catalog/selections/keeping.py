"""Selections as rows: kept, listed, found and removed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Connection, Engine, Row, Select
from sqlalchemy.exc import IntegrityError

from catalog import __version__
from catalog.errors import InputError, NotFoundError, nearest
from catalog.filters import is_storable
from catalog.hints import unmet
from catalog.models import SCHEMA_REVISION, IngestRun, Recording, Selection, SelectionTrial, Trial
from catalog.selections.asking import FACTS, all_trials, chosen, digest_of, picking, transaction
from catalog.selections.conditions import canonical_conditions
from catalog.where import parse_where

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class RefusedError(InputError):
    """A selection that is kept only if that is asked for.

    Attributes
    ----------
    reason
        Why it was refused, and what else to do.
    argument
        The argument of `Catalog.select` that asks for it; on the command line it is an option.
    """

    def __init__(self, reason: str, argument: str) -> None:
        super().__init__(f"{reason}, or give {argument}=True")
        self.reason = reason
        self.argument = argument


@dataclass(frozen=True)
class Citation:
    """What to cite of a selection; the columns of the table `selections`.

    `digest` tells which trials were selected (see `digest_of`), `run_id` is the latest run of that time.
    """

    name: str
    n_trials: int
    digest: str
    conditions: tuple[str, ...]
    created_at: datetime
    run_id: int | None
    schema_revision: str
    version: str
    note: str | None


def keep(
    engine: Engine,
    name: str,
    conditions: Sequence[str],
    filters: Mapping[str, Any],
    *,
    note: str | None = None,
    replace: bool = False,
    allow_empty: bool = False,
) -> Citation:
    """Keep what the conditions select now; see `Catalog.select`."""
    if not _NAME.fullmatch(name):
        raise InputError(f"{name!r} cannot name a selection: expected up to 100 letters, digits, '.', '_' and '-'")
    if note is not None and not is_storable(note):
        raise InputError("the note holds a NUL character or half of a surrogate pair, which no database can hold")
    texts = canonical_conditions(conditions, filters)
    with transaction(engine, writes=True) as connection:
        if replace:
            connection.execute(sa.delete(Selection).where(Selection.name == name))
        selected = chosen(connection, texts)
        trials = [(str(recording), int(trial)) for recording, trial in connection.execute(picking(selected))]
        if not trials and not allow_empty:
            raise RefusedError(_why_empty(connection, name, texts), "allow_empty")
        kept = Citation(
            name=name,
            n_trials=len(trials),
            digest=digest_of(trials),
            conditions=texts,
            created_at=datetime.now(UTC),
            run_id=connection.scalar(sa.select(sa.func.max(IngestRun.id))),
            schema_revision=SCHEMA_REVISION,
            version=__version__,
            note=note or None,
        )
        _write(connection, kept, selected)
    return kept


def _why_empty(connection: Connection, name: str, texts: Sequence[str]) -> str:
    everything = all_trials(connection)
    hints = unmet(everything, parse_where(everything.entity, tuple(texts)))
    return " ".join([f"nothing was kept under {name!r}, since no trial is selected:", *hints, "Change the conditions"])


def _write(connection: Connection, kept: Citation, selected: Select[Any]) -> None:
    try:
        connection.execute(sa.insert(Selection), {**vars(kept), "conditions": list(kept.conditions)})
    except IntegrityError as error:
        reason = f"there is a selection called {kept.name!r} already; choose another name"
        raise RefusedError(reason, "replace") from error
    owner = sa.literal(kept.name).label("selection")
    facts = [getattr(Trial, field) for field in FACTS]
    columns = ["selection", "recording", "trial", *FACTS]
    connection.execute(sa.insert(SelectionTrial).from_select(columns, picking(selected, *facts, first=(owner,))))


def remove(engine: Engine, name: str) -> None:
    """Remove a selection; NotFoundError if there is none of that name."""
    with transaction(engine, writes=True) as connection:
        find(connection, name)
        connection.execute(sa.delete(Selection).where(Selection.name == name))


def listed(connection: Connection) -> list[Citation]:
    """Return every selection, by name."""
    return [_citation(row) for row in connection.execute(_citing().order_by(Selection.name))]


def find(connection: Connection, name: str) -> Citation:
    """Return the selection of that name; NotFoundError, with the nearest names, if there is none."""
    if _NAME.fullmatch(name):
        row = connection.execute(_citing().where(Selection.name == name)).one_or_none()
        if row is not None:
            return _citation(row)
    known = _names(connection)
    hint = nearest(name, known) if known else "There is none yet; `catalog select NAME --where …` makes one."
    raise NotFoundError(f"no selection is called {name!r}. {hint}")


def _citing() -> Select[Any]:
    return sa.select(*(getattr(Selection, field) for field in Citation.__dataclass_fields__))


def _citation(row: Row[Any]) -> Citation:
    values = dict(row._mapping)
    return Citation(**{**values, "conditions": tuple(values["conditions"])})


def _names(connection: Connection) -> list[str]:
    return list(connection.scalars(sa.select(Selection.name)))


def kept_in(name: str) -> ColumnElement[bool]:
    """Return the condition that a trial is one of those that a selection keeps."""
    kept = sa.select(sa.literal(1)).where(
        SelectionTrial.selection == name,
        SelectionTrial.recording == Recording.name,
        SelectionTrial.trial == Trial.trial,
    )
    return kept.correlate(Recording, Trial).exists()
