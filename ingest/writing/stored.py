"""A recording's rows, read back as the facts that they were written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from catalog.models import (
    ArrayFile,
    DataDictionary,
    IngestProblem,
    IngestRun,
    Neuron,
    Recording,
    RecordingRoot,
    Trial,
    TrialSegment,
)
from ingest.facts import RecordingFacts, Row, TrialFacts
from ingest.writing.rows import table_of

SEEN = "seen"
"""The key in a run's parameters under which it keeps what it saw of each recording that it wrote."""


@dataclass(frozen=True)
class StoredSource:
    """What a catalog remembers of that from which it has a recording.

    Attributes
    ----------
    run_id
        The run that wrote it.
    source
        `raw` or `published`.
    sampling_freq
        In Hz.
    analysis_version
        The version of the analysis that made its rows.
    seen
        What that run saw of its files: digests, by name; empty when it kept none.
    roots
        The folders that hold its files.
    """

    run_id: int | None
    source: str
    sampling_freq: float | None
    analysis_version: str | None
    seen: Mapping[str, str]
    roots: list[str] = field(default_factory=list)


def stored_sources(connection: Connection) -> dict[str, StoredSource]:
    """Return what each recording in the catalog was made from, by its name."""
    statement = sa.select(IngestRun.id, IngestRun.analysis_version, IngestRun.parameters).where(
        IngestRun.id.in_(sa.select(Recording.run_id).distinct())
    )
    runs = {run_id: (version, dict(parameters)) for run_id, version, parameters in connection.execute(statement)}
    columns = (Recording.id, Recording.name, Recording.run_id, Recording.source, Recording.sampling_freq)
    found, by_id = {}, {}
    for recording_id, name, run_id, source, sampling_freq in connection.execute(sa.select(*columns)):
        version, parameters = runs.get(run_id, (None, {}))
        seen = parameters.get(SEEN, {}).get(name, {})
        by_id[recording_id] = found[name] = StoredSource(run_id, source, sampling_freq, version, seen)
    for recording_id, path in connection.execute(sa.select(RecordingRoot.recording_id, RecordingRoot.path)):
        by_id[recording_id].roots.append(path)
    return found


def run_of(connection: Connection, name: str) -> int | None:
    """Return the run that wrote a recording; None if it is not there."""
    return connection.scalar(sa.select(Recording.run_id).where(Recording.name == name))


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


def add_parts(connection: Connection, facts: RecordingFacts) -> None:
    """Give each trial of a recording that was read back its segments and files, too."""
    trials = {trial.trial: trial for trial in facts.trials}
    for number, row in _parts(connection, TrialSegment, facts.name):
        trials[number].segments.append(row)
    for number, row in _parts(connection, ArrayFile, facts.name):
        trials[number].files.append(row)


def troubled_trials(connection: Connection, name: str, topic: str) -> set[int]:
    """Return the trials of a recording about which a check has something on record."""
    statement = sa.select(IngestProblem.trial).where(IngestProblem.recording == name, IngestProblem.topic == topic)
    return {trial for trial in connection.scalars(statement.distinct()) if trial is not None}


def _owned(connection: Connection, model: type[Any], recording_id: int) -> list[dict[str, Any]]:
    table = table_of(model)
    columns = [column for column in table.columns if column.name not in ("id", "recording_id")]
    order = [column for column in table.primary_key.columns if column.name != "recording_id"]
    statement = sa.select(*columns).where(table.c.recording_id == recording_id).order_by(*order)
    return [dict(row) for row in connection.execute(statement).mappings()]


def _parts(connection: Connection, model: type[Any], name: str) -> list[tuple[int, Row]]:
    """Return the rows of a table that belong to a recording's trials, each with the number of its trial."""
    table = table_of(model)
    columns = [column for column in table.columns if column.name != "trial_id"]
    statement = (
        sa.select(Trial.trial, *columns)
        .join(table, table.c.trial_id == Trial.id)
        .join(Recording, Recording.id == Trial.recording_id)
        .where(Recording.name == name)
        .order_by(*table.primary_key.columns)
    )
    names = [column.name for column in columns]
    return [(number, dict(zip(names, values, strict=True))) for number, *values in connection.execute(statement)]


def stored_digests(connection: Connection, name: str) -> dict[str, str]:
    """Return the digest of each file of a recording, by path."""
    files, trials, recordings = table_of(ArrayFile), table_of(Trial), table_of(Recording)
    found = connection.execute(
        sa.select(files.c.path, files.c.digest)
        .join(trials, trials.c.id == files.c.trial_id)
        .join(recordings, recordings.c.id == trials.c.recording_id)
        .where(recordings.c.name == name)
    )
    return {path: digest for path, digest in found}  # noqa: C416 (rows are no pairs to mypy)
