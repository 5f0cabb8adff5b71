"""The files of recordings: which there should be, under which roots, and what one is like now.

A root is a folder, or a zip that holds what such a folder would.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import sqlalchemy as sa
from sqlalchemy import Connection

from catalog.models import ArrayFile, Recording, RecordingRoot, Trial

BLOCK = 1 << 20


class UnreadableError(Exception):
    """A file is there, and cannot be read; the message says why."""


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


@dataclass(frozen=True)
class FoundFile:
    """What a file is like now; `modified_ns` is None for a member of a zip."""

    bytes: int
    modified_ns: int | None


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


class Root:
    """A root as it is on this machine, open for looking at its files: use it as a context manager."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        self._zip: zipfile.ZipFile | None = None
        self._members: dict[str, zipfile.ZipInfo] = {}
        if self.path.is_file():
            try:
                self._zip = zipfile.ZipFile(self.path)
            except (OSError, zipfile.BadZipFile) as error:
                raise UnreadableError(f"{self.path} is no zip that can be read: {error}") from error
            self._members = dict(_members(self._zip))

    def find(self, path: str) -> FoundFile | None:
        """Return what the file is like; None if it is not there."""
        if self._zip is not None:
            member = self._members.get(path)
            return None if member is None else FoundFile(member.file_size, None)
        try:
            status = (self.path / path).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise UnreadableError(error.strerror or str(error)) from error
        return FoundFile(status.st_size, status.st_mtime_ns)

    def digest(self, path: str) -> str:
        """Return the SHA-256 of a file that is there."""
        found = hashlib.sha256()
        try:
            with self._open(path) as file:
                while block := file.read(BLOCK):
                    found.update(block)
        except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
            raise UnreadableError(getattr(error, "strerror", None) or str(error)) from error
        return found.hexdigest()

    def _open(self, path: str) -> BinaryIO:
        if self._zip is not None:
            return self._zip.open(self._members[path])  # type: ignore[return-value]
        return (self.path / path).open("rb")

    def close(self) -> None:
        """Close the zip."""
        if self._zip is not None:
            self._zip.close()

    def __enter__(self) -> Root:
        """Return the root itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()


def _members(archive: zipfile.ZipFile) -> Iterator[tuple[str, zipfile.ZipInfo]]:
    """Yield the members by their path in the recording: a zip may hold the recording's folder, or what is in it."""
    for info in archive.infolist():
        start = info.filename.find("data/")
        if not info.is_dir() and start >= 0:
            for at in (info.filename, info.filename.partition("/")[2]):
                yield at, info
