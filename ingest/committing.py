"""One recording into the catalog: its videos identified, its rows written, all in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from ingest.changes import Job
from ingest.facts import Problem, RecordingFacts, TrialFacts
from ingest.identifying import identify
from ingest.reading.layout import TOPIC
from ingest.reading.listing import meta_digest
from ingest.reconciling import reconcile, told_before
from ingest.recording import RawRecording
from ingest.writing.identities import VIDEOS, remove_unshown, videos_of
from ingest.writing.problems import clear_problems, write_problems
from ingest.writing.recordings import replace_recording
from ingest.writing.runs import OpenRun, keep_parameters
from ingest.writing.stored import SEEN, run_of, stored_facts


def commit_recording(
    run: OpenRun, job: Job, recording: RawRecording, parameters: dict[str, Any]
) -> list[Problem] | None:
    """Write one recording, all or nothing; return everything found wrong with it.

    None, and nothing is written, when another process has changed rows meanwhile which were to stay, or has taken
    in the same recording: what was read here may be older.
    """
    facts = recording.facts
    with run.writing() as connection:
        old = stored_facts(connection, facts.name)
        writer = run_of(connection, facts.name)
        if writer == run.id:
            # An earlier attempt was committed, and the connection lost before that could be told.
            return [*facts.problems, *told_before(connection, [facts.name])]
        came_in = old is not None and old.columns["source"] == "raw"
        if writer != job.writer and (came_in or job.of_run is not None):
            return None
        ids = identify(connection, list(recording.analyses.values()), facts.columns["sampling_freq"])
        ids |= VIDEOS.resolve(connection, _hashes(job.kept.values()))
        _complete(facts, ids, old)
        before = videos_of(connection, facts.name)
        replace_recording(connection, facts, run.id)
        _keep_what_was_seen(connection, run, job, recording, parameters)
        clear_problems(connection, TOPIC, recordings=[facts.name])
        write_problems(connection, run.id, facts.problems)
        told = reconcile(connection, facts, old, run.id) if old is not None else []
        remove_unshown(connection, before)
    return [*facts.problems, *told]


def _keep_what_was_seen(
    connection: Connection, run: OpenRun, job: Job, recording: RawRecording, parameters: dict[str, Any]
) -> None:
    """Remember what the files were like, by which the next run recognises them."""
    as_read = job.listing.as_read(file for trial in recording.facts.trials for file in (*trial.files, *trial.seen))
    seen = {"listing": as_read.digest, "meta": meta_digest(job.folder)}
    parameters[SEEN] = {**parameters.get(SEEN, {}), job.folder.name: seen}
    keep_parameters(connection, run.id, parameters)


def _hashes(trials: Iterable[TrialFacts]) -> list[str]:
    return [trial.columns["video_hash"] for trial in trials if trial.columns["video_hash"] is not None]


def _complete(facts: RecordingFacts, ids: Mapping[str, str], old: RecordingFacts | None) -> None:
    """Add what the recording's own arrays do not tell: its trials' videos, and what published metadata says of it."""
    names = {trial.trial: trial.columns["published_video_id"] for trial in old.trials} if old is not None else {}
    for trial in facts.trials:
        trial.columns["video_id"] = ids.get(trial.columns["video_hash"])
        trial.columns["published_video_id"] = names.get(trial.trial)
    facts.columns |= {url: old.columns[url] if old is not None else None for url in ("dataset_url", "data_url")}
    facts.dictionaries = old.dictionaries if old is not None else {}
