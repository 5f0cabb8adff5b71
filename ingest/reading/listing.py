"""What a recording's files are like from outside: sizes and times, which tell unchanged files without reading them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path

from catalog.arrays import Root, UnreadableError
from catalog.arrays.digests import SHA256
from ingest.reading.layout import RecordingFolder
from ingest.reading.roots import root_at
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
    root = root_at(folder.path)
    marks = {path: _mark(root, path) for path in (*META_FILES, *paths)}
    told = [sorted(marks.items()), [astuple(problem) for problem in folder.problems]]
    return Listing(marks, hashlib.sha256(json.dumps(told).encode()).hexdigest())


def file_digests(root: Path, known: Mapping[str, str]) -> dict[str, Mark]:
    """Return the digest of each file, made as the known one was; None for one that cannot be read."""
    return {path: _digest(root, path, digest) for path, digest in known.items()}


def meta_digest(folder: RecordingFolder) -> str:
    """Return a hash of what the files in a recording's `meta/` folder hold."""
    digests = [_digest(folder.path, path, SHA256) for path in META_FILES]
    return hashlib.sha256(repr(digests).encode()).hexdigest()


def _mark(root: Root, path: str) -> Mark:
    try:
        found = root.find(path)
    except UnreadableError:
        return None
    return None if found is None else (found.bytes, found.modified_ns)


def _digest(root: Path, path: str, known: str) -> str | None:
    try:
        opened = root_at(root)
        return None if opened.find(path) is None else opened.digest(path, known)
    except UnreadableError:
        return None
