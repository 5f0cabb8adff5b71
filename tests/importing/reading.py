"""What a database holds, as plain rows: for tests that compare."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from catalog.database import connect
from catalog.models import Base

Rows = list[dict[str, Any]]


def query(database: str, statement: str, **parameters: Any) -> Rows:
    """Return the rows of an SQL statement."""
    engine = connect(database, pooled=False)
    with engine.connect() as connection:
        return [dict(row) for row in connection.execute(sa.text(statement), parameters).mappings()]


def dump(database: str) -> dict[str, Rows]:
    """Return every row of every table, in the order of the primary keys."""
    engine = connect(database, pooled=False)
    with engine.connect() as connection:
        return {
            table.name: [
                dict(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in Base.metadata.sorted_tables
        }


def without_ids(tables: dict[str, Rows]) -> dict[str, list[Any]]:
    """Return a dump without what differs from one run to the next: times, and the numbers that databases give."""
    recordings = {row["id"]: row["name"] for row in tables["recordings"]}
    trials = {row["id"]: (recordings[row["recording_id"]], row["trial"]) for row in tables["trials"]}
    names = {"recording_id": recordings, "trial_id": trials}
    dropped = {"id", "run_id", "started_at", "finished_at"}

    def plain(row: dict[str, Any]) -> dict[str, Any]:
        return {key: names[key][value] if key in names else value for key, value in row.items() if key not in dropped}

    return {
        name: sorted((plain(row) for row in rows), key=lambda row: repr(sorted(row.items())))
        for name, rows in tables.items()
    }


def data_of(database: str) -> dict[str, list[Any]]:
    """Return all that an import is for: everything but the record of runs, and of what each changed."""
    tables = without_ids(dump(database))
    del tables["ingest_runs"], tables["trial_changes"]
    return tables


def video_of(database: str, recording: str, trial: int) -> Rows:
    return query(
        database,
        "SELECT videos.* FROM videos JOIN trial_overview ON video_id = videos.id "
        "WHERE recording = :name AND trial = :trial",
        name=recording,
        trial=trial,
    )
