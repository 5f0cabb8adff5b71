"""Published metadata and raw arrays of one recording, brought together whichever of the two came first."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from ingest.facts import Problem, RecordingFacts
from ingest.published.comparison import TOPIC, compare_with_published
from ingest.writing.names import GROUPING, adopt_published_names, segment_problems
from ingest.writing.problems import clear_problems, read_problems, write_problems
from ingest.writing.recordings import keep_published
from ingest.writing.stored import stored_facts


def reconcile(connection: Connection, raw: RecordingFacts, old: RecordingFacts, run_id: int) -> list[Problem]:
    """Compare a recording that was just written from raw arrays with what the catalog held of it before.

    Published rows are compared and their names adopted; where the rows before were raw too, the names were kept and
    are looked at again, since trials may show other videos now. Returns what disagrees, which is recorded.
    """
    told: list[Problem] = []
    if old.columns["source"] == "published":
        told = _compare(connection, raw, old, run_id)
    return told + _naming(connection, raw.name, run_id)


def reconcile_published(connection: Connection, published: RecordingFacts, run_id: int) -> list[Problem]:
    """Compare published metadata with a recording that is in the catalog from raw arrays, and keep what it adds.

    The videos that it names must be in the catalog. Returns what disagrees, which is recorded.
    """
    raw = stored_facts(connection, published.name)
    if raw is None:
        raise ValueError(f"{published.name} is not in the catalog")
    keep_published(connection, published)
    told = _compare(connection, raw, published, run_id)
    return told + _naming(connection, raw.name, run_id)


def told_before(connection: Connection, recordings: Sequence[str]) -> list[Problem]:
    """Return what is on record of disagreements about these recordings, and about segments, which are nobody's own."""
    if not recordings:
        return []
    told = [
        problem for topic in (TOPIC, GROUPING) for problem in read_problems(connection, topic, recordings=recordings)
    ]
    return told + segment_problems(connection)


def _compare(connection: Connection, raw: RecordingFacts, published: RecordingFacts, run_id: int) -> list[Problem]:
    told = compare_with_published(raw, published)
    clear_problems(connection, TOPIC, recordings=[raw.name])
    write_problems(connection, run_id, told)
    return told


def _naming(connection: Connection, recording: str, run_id: int) -> list[Problem]:
    """Adopt published names; return what disagrees about this recording, or about segments, which are nobody's own."""
    return [problem for problem in adopt_published_names(connection, run_id) if problem.recording in (recording, None)]
