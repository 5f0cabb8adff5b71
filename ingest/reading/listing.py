"""What a recording's files are like from outside: sizes and times, which tell unchanged files without reading them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path

from catalog.arrays import FoundFile, Root, UnreachableError, UnreadableError, root_at
from catalog.arrays.digests import SHA256, algorithm_of
from ingest.facts import Problem, Row
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
    claimed
        The digest of each file, where a zip claims it: this tells unchanged files better than the time of the zip.
    problems
        What is wrong with the folder's contents.
    """

    marks: dict[str, Mark]
    claimed: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """A hash of marks and problems; it does not depend on where the folder is."""
        told = [sorted(self.marks.items()), [astuple(problem) for problem in self.problems]]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    def bytes(self, path: str) -> int:
        """Return the size of a file; 0 for one that is not there."""
        mark = self.marks.get(path)
        return mark[0] if isinstance(mark, tuple) else 0

    def bytes_of(self, files: Mapping[str, str]) -> int:
        """Return the size of the files of a trial, all together."""
        return sum(map(self.bytes, files.values()))

    def has_still(self, file: Row) -> bool:
        """Tell whether a file is what it was when a row of `array_files` was written."""
        claimed = self.claimed.get(file["path"])
        if claimed is not None and algorithm_of(claimed) == algorithm_of(file["digest"]):
            return (self.bytes(file["path"]), claimed) == (file["bytes"], str(file["digest"]))
        return self.marks.get(file["path"]) == (file["bytes"], file["modified_ns"])

    def require_one_zip(self, files: Iterable[Row]) -> None:
        """Refuse members that are of another zip than the one that was listed.

        Raises
        ------
        UnreachableError
            The zip was replaced while its trials were read.
        """
        listed = {mark[1] for path, mark in self.marks.items() if path in self.claimed and isinstance(mark, tuple)}
        if listed and not {file["modified_ns"] for file in files} <= listed:
            raise UnreachableError("its zip has changed since it was listed")

    def as_read(self, files: Iterable[Row]) -> Listing:
        """Return the listing in which files are what they were when they were read, which was after it was made."""
        read = {file["path"]: (file["bytes"], file["modified_ns"]) for file in files}
        return replace(self, marks={**self.marks, **read})


def list_files(folder: RecordingFolder) -> Listing:
    """Ask the file system for the size and modification time of each file of a recording."""
    paths = [path for files in folder.files.values() for path in files.values()]
    found = {path: _found(folder.path, path) for path in (*META_FILES, *paths)}
    marks: dict[str, Mark] = {
        path: None if file is None else (file.bytes, file.modified_ns) for path, file in found.items()
    }
    claimed = {path: file.digest for path, file in found.items() if file is not None and file.digest is not None}
    return Listing(marks, claimed, folder.problems)


def file_digests(root: Path, known: Mapping[str, str]) -> dict[str, Mark]:
    """Return the digest of each file, made as the known one was; None for one that cannot be read.

    Raises
    ------
    UnreachableError
        The recording is not there any more.
    """
    return {path: _digest(root, path, digest) for path, digest in known.items()}


def meta_digest(folder: RecordingFolder) -> str:
    """Return a hash of what the files in a recording's `meta/` folder hold."""
    digests = [_digest(folder.path, path, SHA256) for path in META_FILES]
    # Without what tells how they were made: catalogs remember hashes of the bare ones.
    bare = [None if digest is None else digest.partition(":")[2] for digest in digests]
    return hashlib.sha256(repr(bare).encode()).hexdigest()


def _found(folder: Path, path: str) -> FoundFile | None:
    try:
        return root_at(folder).find(path)
    except UnreadableError:
        return None


def _digest(folder: Path, path: str, known: str) -> str | None:
    root: Root = root_at(folder)
    try:
        return None if root.find(path) is None else root.digest(path, known)
    except UnreachableError:
        raise
    except UnreadableError:
        return None
