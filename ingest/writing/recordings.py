"""Rows of one recording: its old ones go, its new ones come, whole."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Connection

from catalog.models import ArrayFile, DataDictionary, Neuron, Recording, RecordingRoot, Trial, TrialSegment
from catalog.upkeep.changes import record_changes, trial_facts
from ingest.facts import RecordingFacts
from ingest.writing.rows import complete, insert_rows, table_of

RECORDINGS = table_of(Recording)
TRIALS = table_of(Trial)


def replace_recording(connection: Connection, facts: RecordingFacts, run_id: int) -> int:
    """Write a recording and all that belongs to it alone, in place of what was there under its name; return its id.

    A recording keeps its id when it is replaced; its trials get new ones. Columns of `recordings` that the facts do
    not give become NULL. The videos that its trials show must be there already. How the trials differ from what they
    were is kept as changes of the run.
    """
    known = connection.scalar(sa.select(RECORDINGS.c.id).where(RECORDINGS.c.name == facts.name))
    before = trial_facts(connection, known) if known is not None else {}
    recording_id = _write_recording(connection, facts, run_id)
    _write_trials(connection, recording_id, facts)
    record_changes(connection, run_id, facts.name, before, trial_facts(connection, recording_id))
    owner = {"recording_id": recording_id}
    insert_rows(connection, table_of(Neuron), facts.neurons, owner)
    insert_rows(connection, table_of(RecordingRoot), [{"path": path} for path in facts.roots], owner)
    dictionaries = [{"subject": subject, "content": text} for subject, text in facts.dictionaries.items()]
    insert_rows(connection, table_of(DataDictionary), dictionaries, owner)
    return recording_id


def delete_recording_rows(connection: Connection, recording_id: int) -> None:
    """Delete all that belongs to a recording, but for its own row."""
    for model in (Trial, Neuron, RecordingRoot, DataDictionary):
        table = table_of(model)
        connection.execute(sa.delete(table).where(table.c.recording_id == recording_id))


def _write_recording(connection: Connection, facts: RecordingFacts, run_id: int) -> int:
    row = complete(RECORDINGS, {**facts.columns, "name": facts.name, "run_id": run_id})
    old = connection.scalar(sa.select(RECORDINGS.c.id).where(RECORDINGS.c.name == facts.name))
    if old is not None:
        delete_recording_rows(connection, old)
        connection.execute(sa.update(RECORDINGS).where(RECORDINGS.c.id == old).values(row))
        return int(old)
    key = connection.execute(sa.insert(RECORDINGS), row).inserted_primary_key
    assert key is not None
    return int(key[0])


def _write_trials(connection: Connection, recording_id: int, facts: RecordingFacts) -> None:
    rows = [{"trial": trial.trial, **trial.columns} for trial in facts.trials]
    insert_rows(connection, TRIALS, rows, {"recording_id": recording_id})
    stored = sa.select(TRIALS.c.trial, TRIALS.c.id).where(TRIALS.c.recording_id == recording_id)
    ids = {trial: trial_id for trial, trial_id in connection.execute(stored)}  # noqa: C416 (rows are no pairs to mypy)
    segments = [{"trial_id": ids[trial.trial], **row} for trial in facts.trials for row in trial.segments]
    insert_rows(connection, table_of(TrialSegment), segments)
    files = [{"trial_id": ids[trial.trial], **row} for trial in facts.trials for row in trial.files]
    insert_rows(connection, table_of(ArrayFile), files)


def keep_published(connection: Connection, published: RecordingFacts) -> None:
    """Add to a recording from raw arrays what only published metadata tells: links, descriptions, names of videos."""
    recording_id = connection.execute(
        sa.select(RECORDINGS.c.id).where(RECORDINGS.c.name == published.name)
    ).scalar_one()
    links = {name: published.columns.get(name) for name in ("dataset_url", "data_url")}
    connection.execute(sa.update(RECORDINGS).where(RECORDINGS.c.id == recording_id).values(links))
    dictionaries = table_of(DataDictionary)
    connection.execute(sa.delete(dictionaries).where(dictionaries.c.recording_id == recording_id))
    rows = [
        {"recording_id": recording_id, "subject": subject, "content": text}
        for subject, text in published.dictionaries.items()
    ]
    insert_rows(connection, dictionaries, rows)
    names = [
        {"of_trial": trial.trial, "name": trial.columns["published_video_id"]}
        for trial in published.trials
        if trial.columns.get("published_video_id") is not None
    ]
    if names:
        connection.execute(
            sa.update(TRIALS)
            .where(TRIALS.c.recording_id == recording_id, TRIALS.c.trial == sa.bindparam("of_trial"))
            .values(published_video_id=sa.bindparam("name")),
            names,
        )
