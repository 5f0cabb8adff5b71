"""Roots: where the files of one recording are, and what can be asked of them, in a folder and in a zip alike."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

SIGNAL_FOLDERS = {
    "videos": "video",
    "responses": "response",
    "behavior": "behavior",
    "bahavior": "behavior",
    "pupil_center": "gaze",
}
"""Folder below `data/` to the kind of array that it holds; some copies spell behavior in another way."""
FOLDER_OF = {"video": "videos", "response": "responses", "behavior": "behavior", "gaze": "pupil_center"}
"""Kind of array to the folder that usually holds it."""

LARGEST_BYTES = 1 << 31
"""A file of more bytes is no array of a trial, and is not read: that is 8,000 neurons for 18 minutes."""


class UnreadableError(Exception):
    """A file is there, and cannot be read; the message says why."""


class UnreachableError(UnreadableError):
    """The system gives out nothing, or not what it gave before: this says nothing of the files.

    A share that is gone, a disk with errors, a zip that was replaced: what is known of the files stays true.
    """


@dataclass(frozen=True)
class FoundFile:
    """What a file is like now.

    Attributes
    ----------
    bytes
        Its size, unpacked.
    modified_ns
        Its modification time in nanoseconds since 1970; that of the zip, for a member of one.
    digest
        The digest of its content as its zip claims it (it is compared when the member is read); None in a folder.
    """

    bytes: int
    modified_ns: int
    digest: str | None = None


@dataclass(frozen=True)
class Place:
    """Where the bytes of a file lie as they are: in which file of the file system, from where on, and how many."""

    path: Path
    offset: int
    bytes: int


class Root(ABC):
    """Where the files of one recording are, to be read from; between two questions, it holds nothing open.

    Paths are relative to it, with `/` between their parts, such as `data/videos/0.npy`. Of the errors that are
    documented as `UnreadableError`, those that do not concern the file alone are `UnreachableError`.
    """

    keeps_times = True
    """Whether each file has a modification time of its own."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    @abstractmethod
    def find(self, path: str) -> FoundFile | None:
        """Return what the file is like; None if it is not there.

        Raises
        ------
        UnreadableError
            It cannot be told.
        """

    @abstractmethod
    def names(self, folder: str) -> list[str] | None:
        """Return the names of what a folder holds, sorted; None if there is no such folder.

        Raises
        ------
        OSError
            It cannot be listed.
        """

    @abstractmethod
    def open(self, path: str) -> IO[bytes]:
        """Open a file that is there."""

    @abstractmethod
    def read(self, path: str) -> tuple[bytes, FoundFile]:
        """Return the content of a file, and what the file was like that had it.

        Raises
        ------
        UnreadableError
            It is not there, cannot be read, or changed meanwhile.
        """

    @abstractmethod
    def digest(self, path: str, known: str) -> str:
        """Return the digest of a file that is there, made as a known digest was.

        Raises
        ------
        UnreadableError
            It cannot be read.
        """

    @abstractmethod
    def place(self, path: str) -> Place | None:
        """Return where the bytes of a file can be memory-mapped; None where they are compressed.

        Raises
        ------
        UnreadableError
            It is not there, or that cannot be told.
        """

    @abstractmethod
    def readable(self, path: str) -> AbstractContextManager[None]:
        """Tell what reading a file raises inside the `with` block, whatever it is, as `UnreadableError`."""
