"""The files of recordings: which there should be, under which roots, and what they were like."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy import Connection

from catalog.models import ArrayFile, IngestProblem, Recording, RecordingRoot, Trial

UNREAD = ("bad_file", "unreadable_file")
"""Kinds of problems of files from which no array could be read: nothing else of them is on record."""


@dataclass(frozen=True)
class StoredFile:
    """What a file was like when it was read; `path` is relative to the recording's root."""

    path: str
    bytes: int
    modified_ns: int
    digest: str


@dataclass
class StoredFiles:
    """The files of one recording, by path, and the roots below which they may be, the oldest first."""

    recording: str
    roots: list[str] = field(default_factory=list)
    files: list[StoredFile] = field(default_factory=list)


def stored_files(connection: Connection, recording: str | None = None) -> list[StoredFiles]:
    """Return the files of each recording from raw arrays, or of one alone; recordings without files are left out.

    Two signals of a trial may share a file, which is listed once.
    """
    file = ArrayFile.__table__.c
    columns = (file.path, file.bytes, file.modified_ns, file.digest)
    statement = (
        sa.select(Recording.name, *columns)
        .join(Trial, Trial.recording_id == Recording.id)
        .join(ArrayFile, ArrayFile.trial_id == Trial.id)
        .distinct()
        .order_by(Recording.name, file.path)
    )
    roots = (
        sa.select(Recording.name, RecordingRoot.path)
        .join(RecordingRoot, RecordingRoot.recording_id == Recording.id)
        .order_by(RecordingRoot.id)
    )
    if recording is not None:
        statement, roots = (one.where(Recording.name == recording) for one in (statement, roots))
    found: dict[str, StoredFiles] = {}
    for name, *values in connection.execute(statement):
        found.setdefault(name, StoredFiles(name)).files.append(StoredFile(*values))
    for name, path in connection.execute(roots):
        if name in found:
            found[name].roots.append(path)
    return list(found.values())


def count_unread(connection: Connection, recording: str | None = None) -> int:
    """Return how many files of all recordings, or of one alone, are on record as holding no array that could be read.

    A file of two signals is one problem.
    """
    problem = IngestProblem.__table__.c
    # What an import says of published files has another topic.
    statement = sa.select(sa.func.count()).where(problem.topic == "ingest", problem.kind.in_(UNREAD))
    if recording is not None:
        statement = statement.where(problem.recording == recording)
    return connection.scalar(statement) or 0
