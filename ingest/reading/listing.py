"""What a recording's files are like from outside: sizes and times, which tell unchanged files without reading them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple, dataclass
from pathlib import Path

from ingest.reading.layout import RecordingFolder
from ingest.reading.session import META_FILES

Mark = tuple[int, int] | str | None
"""By what a file is recognised: size and modification time in nanoseconds, or digest; None for an unreadable one."""


@dataclass(frozen=True)
class Listing:
    """A recording's files at one moment.

    Attributes
    ----------
    marks
        Size in bytes and modification time in nanoseconds of each file, by path relative to the recording's folder.
    digest
        A hash of all of it, and of what is wrong with the folder's contents; it does not depend on where the folder is.
    """

    marks: dict[str, Mark]
    digest: str

    def bytes(self, path: str) -> int:
        """Return the size of a file; 0 for one that is not there."""
        mark = self.marks.get(path)
        return mark[0] if isinstance(mark, tuple) else 0


def list_files(folder: RecordingFolder) -> Listing:
    """Ask the file system for the size and modification time of each file of a recording."""
    paths = [path for files in folder.files.values() for path in files.values()]
    marks = {path: _mark(folder.path / path) for path in (*META_FILES, *paths)}
    told = [sorted(marks.items()), [astuple(problem) for problem in folder.problems]]
    return Listing(marks, hashlib.sha256(json.dumps(told).encode()).hexdigest())


def file_digests(root: Path, paths: list[str]) -> dict[str, Mark]:
    """Return the SHA-256 of each file, in hexadecimal; None for one that cannot be read."""
    return {path: _digest(root / path) for path in paths}


def meta_digest(folder: RecordingFolder) -> str:
    """Return a hash of what the files in a recording's `meta/` folder hold."""
    return hashlib.sha256(repr([_digest(folder.path / path) for path in META_FILES]).encode()).hexdigest()


def _mark(path: Path) -> Mark:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


def _digest(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
