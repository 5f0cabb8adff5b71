"""Roots: the folder that holds a recording's files, or the zip that holds what such a folder would."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO

from catalog.arrays.digests import digest_as

_BROKEN = (OSError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, ValueError)
"""What reading a member of a damaged, encrypted or unusual zip raises."""

BOMB_RATIO = 1000
BOMB_BYTES = 1 << 26
"""A member of a zip that unpacks to that many times its size, and to more than an array of a trial can have, is no
array. Withheld responses, which are all zero, unpack to a thousand times their size, and to 27 MB at most."""

ENCRYPTED = 0x1
UTF8 = 0x800
"""Bits in the flags of a member of a zip."""
LOCAL_HEADER = struct.Struct("<4s2sHH16xHH")
"""What stands before the data of a member: signature, version, flags, method, lengths of the name and of more."""


class UnreadableError(Exception):
    """A file is there, and cannot be read; the message says why."""


@dataclass(frozen=True)
class FoundFile:
    """What a file is like now; a member of a zip has the modification time of the zip."""

    bytes: int
    modified_ns: int


@dataclass(frozen=True)
class Place:
    """Where the bytes of a file lie as they are: in which file of the file system, from where on, and how many."""

    path: Path
    offset: int
    bytes: int


class Root(ABC):
    """Where the files of one recording are, open for reading; use it as a context manager, or close it.

    Paths are relative to it, with `/` between their parts, such as `data/videos/0.npy`.
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
        """Return the names of what a folder holds, sorted; None if there is no such folder."""

    @abstractmethod
    def open(self, path: str) -> IO[bytes]:
        """Open a file that is there."""

    def read(self, path: str) -> tuple[bytes, FoundFile]:
        """Return the content of a file, and what the file was like.

        Raises
        ------
        UnreadableError
            It is not there, cannot be read, or changed meanwhile.
        """
        with self.readable():
            before = self.find(path)
            if before is None:
                raise UnreadableError("is not there")
            with self.open(path) as file:
                content = file.read()
            after = self.find(path)
        if after is None:
            raise UnreadableError("vanished while it was being read")
        if before != after or len(content) != after.bytes:
            raise UnreadableError("changed while it was being read; take it in again when it is complete")
        return content, after

    def digest(self, path: str, known: str) -> str:
        """Return the digest of a file that is there, made as a known digest was.

        Raises
        ------
        UnreadableError
            It cannot be read.
        """
        with self.readable(), self.open(path) as file:
            binary: BinaryIO = file  # type: ignore[assignment]
            return digest_as(known, binary)

    def local(self, path: str) -> Path | None:
        """Return where a file is as a file of its own; None for a member of a zip."""
        return None

    @abstractmethod
    def place(self, path: str) -> Place | None:
        """Return where the bytes of a file that is there can be memory-mapped; None where they are compressed.

        Raises
        ------
        UnreadableError
            It cannot be told.
        """

    def close(self) -> None:  # noqa: B027 (a folder holds nothing open)
        """Close what is open."""

    @contextmanager
    def readable(self) -> Iterator[None]:
        """Tell what reading raises, whatever it is, as `UnreadableError`."""
        try:
            yield
        except _BROKEN as error:
            raise UnreadableError(f"cannot be read: {getattr(error, 'strerror', None) or error}") from error

    def __enter__(self) -> Root:
        """Return the root itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()


class FolderRoot(Root):
    """A recording's folder."""

    def find(self, path: str) -> FoundFile | None:
        """Return what the file is like; None if it is not there."""
        try:
            status = (self.path / path).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise UnreadableError(error.strerror or str(error)) from error
        return FoundFile(status.st_size, status.st_mtime_ns)

    def names(self, folder: str) -> list[str] | None:
        """Return the names of what a folder holds, sorted; None if there is no such folder."""
        try:
            return sorted(os.listdir(self.path / folder))
        except (FileNotFoundError, NotADirectoryError):
            return None

    def open(self, path: str) -> IO[bytes]:
        """Open a file that is there."""
        return (self.path / path).open("rb")

    def local(self, path: str) -> Path | None:
        """Return where a file is."""
        return self.path / path

    def place(self, path: str) -> Place:
        """Return where a file is."""
        found = self.find(path)
        if found is None:
            raise UnreadableError("is not there")
        return Place(self.path / path, 0, found.bytes)


class ZipRoot(Root):
    """A recording's zip, which may hold the recording's folder, or what is in it.

    Nothing is ever unpacked to disk, so that no name in a zip can lead anywhere; names with `..` are passed over.
    """

    keeps_times = False

    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__(path)
        try:
            self._zip = zipfile.ZipFile(self.path)
            self._modified_ns = self.path.stat().st_mtime_ns
        except _BROKEN as error:
            reason = getattr(error, "strerror", None) or error
            raise UnreadableError(f"{self.path} is no zip that can be read: {reason}") from error
        self._members, self.strange = _members(self._zip)

    strange: list[str]
    """Names of members that are passed over: they lead out of the zip, or are there twice."""

    def find(self, path: str) -> FoundFile | None:
        """Return what the member is like; None if it is not there."""
        member = self._members.get(path)
        return None if member is None else FoundFile(member.file_size, self._modified_ns)

    def names(self, folder: str) -> list[str] | None:
        """Return the names of what a folder holds, sorted; None if there is no such folder."""
        start = f"{folder.rstrip('/')}/"
        found = {name[len(start) :].partition("/")[0] for name in self._members if name.startswith(start)}
        return sorted(found) or None

    def open(self, path: str) -> IO[bytes]:
        """Open a member that is there; it is unpacked while it is read."""
        member = self._members[path]
        if member.flag_bits & ENCRYPTED:
            raise UnreadableError("is encrypted; unpack the recording with its password first")
        if member.file_size > BOMB_BYTES and member.file_size >= BOMB_RATIO * member.compress_size:
            raise UnreadableError(
                f"would unpack to {member.file_size} bytes, {BOMB_RATIO} times its size or more; it is no array"
            )
        with self.readable():
            return self._zip.open(member)

    def place(self, path: str) -> Place | None:
        """Return where the bytes of a member lie; None unless it is stored as it is."""
        member = self._members.get(path)
        if member is None:
            raise UnreadableError("is not there")
        if member.compress_type != zipfile.ZIP_STORED or member.flag_bits & ENCRYPTED:
            return None
        with self.readable(), self.path.open("rb") as file:
            offset = _start_of_data(file, member)
            there = file.seek(0, os.SEEK_END) - offset
        if member.compress_size != member.file_size or there < member.file_size:
            raise UnreadableError("cannot be read: its zip is damaged: it claims bytes that are not there")
        return Place(self.path, offset, member.file_size)

    def close(self) -> None:
        """Close the zip."""
        self._zip.close()


def open_root(path: str | os.PathLike[str]) -> Root:
    """Open the root at a path: a zip if it is a file, else a folder.

    Raises
    ------
    UnreadableError
        It is a file, and no zip that can be read.
    """
    return ZipRoot(path) if Path(path).is_file() else FolderRoot(path)


def _start_of_data(file: BinaryIO, member: zipfile.ZipInfo) -> int:
    """Return where in its zip a member's data begins, as the header before the data tells."""
    file.seek(member.header_offset)
    header = file.read(LOCAL_HEADER.size)
    if len(header) < LOCAL_HEADER.size:
        raise zipfile.BadZipFile("its zip is damaged: no header before its data")
    signature, _, flags, method, name_length, extra_length = LOCAL_HEADER.unpack(header)
    name = file.read(name_length).decode("utf-8" if flags & UTF8 else "cp437", "replace")
    if signature != b"PK\3\4" or method != member.compress_type or name != member.orig_filename:
        raise zipfile.BadZipFile("its zip is damaged: the header before its data is another member's")
    return int(member.header_offset + LOCAL_HEADER.size + name_length + extra_length)


def _members(archive: zipfile.ZipFile) -> tuple[dict[str, zipfile.ZipInfo], list[str]]:
    """Return the members by their path in the recording, and the names of those that are passed over."""
    found: dict[str, zipfile.ZipInfo] = {}
    strange = []
    infos = [info for info in archive.infolist() if not info.is_dir() and not info.filename.startswith("__MACOSX/")]
    start = _start(info.filename for info in infos)
    for info in infos:
        name = info.filename
        if ".." in name.split("/") or name.startswith("/") or "\\" in name or name[len(start) :] in found:
            strange.append(name)
        elif name.startswith(start):
            found[name[len(start) :]] = info
    return found, strange


def _start(names: Iterator[str]) -> str:
    """Return what stands before `data/` and `meta/` in all names: nothing, or the recording's folder."""
    folders = {name.rpartition("data/")[0] for name in names if "/data/" in f"/{name}"}
    return min(folders, key=lambda folder: (len(folder), folder), default="")
