"""What an ingest would do, without doing it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from catalog.arrays import UnreachableError
from catalog.database import connect, database_url, require_current_schema, schema_revision
from catalog.errors import InputError
from ingest.changes import Candidate, is_outdated
from ingest.comparing import Comparison
from ingest.facts import Problem
from ingest.finding import find_input, in_order_of_content
from ingest.recording import SAMPLING_FREQ
from ingest.workers import open_workers
from ingest.writing.stored import StoredSource


class Plan(NamedTuple):
    """A table of the recordings, in the order in which they would come in, and what would be passed over."""

    columns: list[str]
    rows: list[list[Any]]
    problems: list[Problem]


class _Known(NamedTuple):
    """What a catalog has of the recordings found, and of which of them the files have changed since."""

    sources: dict[str, StoredSource]
    changed: set[str]


def plan(
    database: str | os.PathLike[str],
    data: str | os.PathLike[str],
    *,
    recordings: Sequence[str] | None = None,
    sampling_freq: float = SAMPLING_FREQ,
    outdated: bool = False,
) -> Plan:
    """Return what an ingest would take in, without changing anything; the parameters are those of the ingest."""
    found = find_input(Path(data), recordings)
    known = _compared(database, found.candidates, sampling_freq, outdated=outdated)
    rows = []
    for candidate, meta in in_order_of_content(found.candidates, _not_to_be_planned):
        folder = candidate.folder
        paths = [path for files in folder.files.values() for path in files.values()]
        size = sum(map(candidate.listing.bytes, paths))
        n_problems = len(folder.problems) + len(meta.problems)
        would = _would(folder.name, known, outdated=outdated)
        rows.append([folder.name, would, len(folder.files), len(paths), round(size / 1e6, 1), n_problems])
    return Plan(["recording", "would", "trials", "files", "MB", "problems"], rows, found.problems)


def _not_to_be_planned(candidate: Candidate, error: UnreachableError) -> None:
    raise InputError(f"{candidate.folder.name} cannot be read: {error}") from error


def _compared(
    database: str | os.PathLike[str], candidates: Sequence[Candidate], sampling_freq: float, *, outdated: bool
) -> _Known:
    """Compare recordings with a catalog, without changing it; with nothing where there is no catalog yet."""
    url = database_url(database)
    if url.drivername == "sqlite" and not Path(str(url.database)).exists():
        return _Known({}, set())
    engine = connect(database, read_only=True)
    try:
        if schema_revision(engine) is None:
            return _Known({}, set())
        require_current_schema(engine)
        with open_workers(None, 1) as crew:
            comparison = Comparison(engine, crew, sampling_freq, recheck=False, outdated=outdated)
            changed = {candidate.folder.name for candidate in comparison.changed(candidates)}
        return _Known(comparison.sources, changed)
    finally:
        engine.dispose()


def _would(name: str, known: _Known, *, outdated: bool) -> str:
    stored = known.sources.get(name)
    if stored is None:
        return "add"
    if stored.source == "published":
        return "replace published rows"
    if outdated and is_outdated(stored):
        return "redo"
    return "update" if name in known.changed else "leave unchanged"
