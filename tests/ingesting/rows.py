"""What a catalog holds, in a form that can be compared with another catalog's."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from catalog.database import connect
from catalog.models import Recording, Trial
from tests.importing.reading import Rows, dump, query

Group = frozenset[tuple[Any, ...]]
Tables = dict[str, list[dict[str, Any]]]

SURROGATES = {"id", "run_id", "recording_id", "trial_id"}
OF_FILES = {"bytes", "digest", "dtype", "shape", "modified_ns"}
"""What depends on how an array is stored, not on what it holds."""


def canonical(database: str, *, without: Iterable[str] = ("modified_ns",)) -> Tables:
    """Return all rows but the history of runs, with names in place of the numbers that databases give, in one order."""
    tables = dump(database)
    names = {row["id"]: row["name"] for row in tables["recordings"]}
    trials = {row["id"]: (names[row["recording_id"]], row["trial"]) for row in tables["trials"]}
    dropped = {*SURROGATES, *without}

    def plain(table: str, row: dict[str, Any]) -> dict[str, Any]:
        kept = {
            key: value
            for key, value in row.items()
            if key not in dropped or (key == "id" and table in ("videos", "segments"))
        }
        if "recording_id" in row:
            kept["recording"] = names[row["recording_id"]]
        if "trial_id" in row:
            kept["of_trial"] = trials[row["trial_id"]]
        return kept

    for history in ("ingest_runs", "trial_changes"):
        del tables[history]
    return {name: in_order(plain(name, row) for row in rows) for name, rows in tables.items()}


def in_order(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True, default=repr))


def differing(one: Tables, other: Tables) -> dict[str, Any]:
    """Return the rows of each table that only one of two catalogs has: empty where they are the same."""
    found = {}
    for name in {*one, *other}:
        a, b = one.get(name, []), other.get(name, [])
        if a != b:
            found[name] = [row for row in a if row not in b][:3], [row for row in b if row not in a][:3]
    return found


def video_groups(database: str) -> set[Group]:
    """Return the trials that show the same video, group by group."""
    return _groups(query(database, "SELECT recording, trial, video_id FROM trial_overview"), "video_id")


def segment_groups(database: str) -> set[Group]:
    """Return the times that the same segment was shown, group by group."""
    statement = "SELECT recording, trial, segment_index, segment_id FROM segment_overview WHERE segment_id IS NOT NULL"
    return _groups(query(database, statement), "segment_id")


def _groups(rows: Rows, name: str) -> set[Group]:
    members: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    for row in rows:
        members[row.pop(name)].add(tuple(row.values()))
    return {frozenset(group) for group in members.values()}


def trials_of(database: str) -> dict[tuple[str, int], dict[str, Any]]:
    """Return the rows of `trials` by recording and number, without the numbers that databases give."""
    statement = sa.select(Trial.__table__, Recording.name.label("recording")).join(Recording)
    with connect(database, pooled=False).connect() as connection:
        rows = connection.execute(statement).mappings().all()
    kept = [{key: value for key, value in row.items() if key not in SURROGATES} for row in rows]
    return {(row["recording"], row["trial"]): row for row in kept}


def problems(database: str) -> Rows:
    """Return what is on record as wrong, in one order."""
    columns = "severity, kind, topic, recording, trial, signal, path, message, action"
    return in_order(query(database, f"SELECT {columns} FROM ingest_problems"))


def aliases(database: str, source: str) -> dict[str, str]:
    """Return what the names of videos from a source stand for."""
    rows = query(database, "SELECT alias, video_id FROM video_aliases WHERE source = :source", source=source)
    return {row["alias"]: row["video_id"] for row in rows}
