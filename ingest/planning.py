"""What an ingest would do, without doing it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from catalog.arrays import UnreachableError
from catalog.errors import InputError
from ingest.changes import Candidate, is_current, is_outdated
from ingest.finding import find_input, in_order_of_content
from ingest.recording import SAMPLING_FREQ
from ingest.writing.stored import sources_in


def plan(
    database: str | os.PathLike[str],
    data: str | os.PathLike[str],
    *,
    recordings: Sequence[str] | None = None,
    sampling_freq: float = SAMPLING_FREQ,
    outdated: bool = False,
) -> tuple[list[str], list[list[Any]]]:
    """Return what an ingest would take in, as column names and rows, without changing anything."""
    found = find_input(Path(data), recordings)
    stored = sources_in(database)
    rows = []
    for candidate, meta in in_order_of_content(found.candidates, _not_to_be_planned):
        folder = candidate.folder
        paths = [path for files in folder.files.values() for path in files.values()]
        size = sum(map(candidate.listing.bytes, paths))
        n_problems = len(folder.problems) + len(meta.problems)
        would = _would(replace(candidate, stored=stored.get(folder.name)), sampling_freq, outdated=outdated)
        rows.append([folder.name, would, len(folder.files), len(paths), round(size / 1e6, 1), n_problems])
    return ["recording", "would", "trials", "files", "MB", "problems"], rows


def _not_to_be_planned(candidate: Candidate, error: UnreachableError) -> None:
    raise InputError(f"{candidate.folder.name} cannot be read: {error}") from error


def _would(candidate: Candidate, sampling_freq: float, *, outdated: bool) -> str:
    stored = candidate.stored
    if stored is None:
        return "add"
    if stored.source == "published":
        return "replace published rows"
    if outdated and is_outdated(stored):
        return "redo"
    return "leave unchanged" if is_current(candidate, sampling_freq) else "update"
