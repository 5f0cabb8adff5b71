"""A recording's rows, read back as the facts that they were written from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from catalog.database import connect, database_url, require_current_schema, schema_revision
from catalog.models import DataDictionary, Neuron, Recording, Trial
from ingest.facts import RecordingFacts, TrialFacts
from ingest.writing.rows import table_of


def stored_facts(connection: Connection, name: str) -> RecordingFacts | None:
    """Return a recording with its trials and neurons, without segments and files; None if it is not there."""
    recordings = table_of(Recording)
    row = connection.execute(sa.select(recordings).where(recordings.c.name == name)).mappings().one_or_none()
    if row is None:
        return None
    facts = RecordingFacts(name, {key: value for key, value in row.items() if key not in ("id", "name", "run_id")})
    for trial in _owned(connection, Trial, row["id"]):
        facts.trials.append(TrialFacts(trial.pop("trial"), trial))
    facts.neurons = _owned(connection, Neuron, row["id"])
    facts.dictionaries = {one["subject"]: one["content"] for one in _owned(connection, DataDictionary, row["id"])}
    return facts


def _owned(connection: Connection, model: type[Any], recording_id: int) -> list[dict[str, Any]]:
    table = table_of(model)
    columns = [column for column in table.columns if column.name not in ("id", "recording_id")]
    order = [column for column in table.primary_key.columns if column.name != "recording_id"]
    statement = sa.select(*columns).where(table.c.recording_id == recording_id).order_by(*order)
    return [dict(row) for row in connection.execute(statement).mappings()]


def stored_sources(database: str | os.PathLike[str]) -> dict[str, str]:
    """Return the source (`raw` or `published`) of each recording in a catalog; none where there is no catalog yet."""
    url = database_url(database)
    if url.drivername == "sqlite" and not Path(str(url.database)).exists():
        return {}
    engine = connect(database, read_only=True)
    try:
        if schema_revision(engine) is None:
            return {}
        require_current_schema(engine)
        with engine.connect() as connection:
            rows = connection.execute(sa.select(Recording.name, Recording.source))
            return {name: source for name, source in rows}  # noqa: C416 (rows are no pairs to mypy)
    finally:
        engine.dispose()
