"""A recording's folder as a root."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO

from catalog.arrays.digests import digest_as
from catalog.arrays.roots import LARGEST_BYTES, FoundFile, Place, Root, UnreachableError, UnreadableError

OF_ONE_FILE = {
    errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EACCES, errno.EPERM, errno.ELOOP, errno.ENAMETOOLONG,
}  # fmt: skip
"""What can be wrong with one file, as long as its folder can be listed. Anything else, such as `EIO`, `ESTALE` or
`ENOTCONN`, is wrong with the disk, the network or this machine."""


class FolderRoot(Root):
    """A recording's folder."""

    def find(self, path: str) -> FoundFile | None:
        """Return what the file is like; None if it is not there."""
        try:
            status = (self.path / path).stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise self._diagnosed(path, error) from error
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            # Opening a pipe would wait for somebody to write into it.
            raise UnreadableError("cannot be read: it is a pipe or a device")
        return FoundFile(status.st_size, status.st_mtime_ns)

    def names(self, folder: str) -> list[str] | None:
        """Return the names of what a folder holds, sorted; None if there is no such folder."""
        try:
            with os.scandir(self.path / folder) as entries:
                return sorted(entry.name for entry in entries)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def open(self, path: str) -> IO[bytes]:
        """Open a file that is there."""
        return (self.path / path).open("rb")

    def read(self, path: str) -> tuple[bytes, FoundFile]:
        """Return the content of a file, and what the file was like that had it."""
        with self.readable(path):
            if self.find(path) is None:
                raise self._absent(path, "is not there")
            with self.open(path) as file:
                before = os.fstat(file.fileno())
                if before.st_size > LARGEST_BYTES:
                    raise UnreadableError(f"has {before.st_size} bytes, more than the array of a trial can have")
                content = file.read(before.st_size + 1)
                after = os.fstat(file.fileno())
        # Of the file that is open, not of the one that goes by its name now: another may have taken its place.
        read = FoundFile(after.st_size, after.st_mtime_ns)
        if read != FoundFile(before.st_size, before.st_mtime_ns) or len(content) != read.bytes:
            raise UnreadableError("changed while it was being read; take it in again when it is complete")
        if self.find(path) is None:
            raise self._absent(path, "vanished while it was being read")
        return content, read

    def digest(self, path: str, known: str) -> str:
        """Return the digest of a file that is there, made as a known digest was."""
        with self.readable(path), self.open(path) as file:
            binary: BinaryIO = file  # type: ignore[assignment]
            return digest_as(known, binary)

    def place(self, path: str) -> Place:
        """Return where a file is."""
        found = self.find(path)
        if found is None:
            raise self._absent(path, "is not there")
        return Place(self.path / path, 0, found.bytes)

    @contextmanager
    def readable(self, path: str) -> Iterator[None]:
        """Tell what reading a file raises as `UnreadableError`."""
        try:
            yield
        except OSError as error:
            raise self._diagnosed(path, error) from error
        except MemoryError as error:
            raise UnreachableError(f"{self.path / path} does not fit into this machine's memory") from error

    def _diagnosed(self, path: str, error: OSError) -> UnreadableError:
        """Return what to say of an error: that of a file is one's own as long as its folder is there."""
        if error.errno in OF_ONE_FILE:
            try:
                self._require_folder_of(path)
                return UnreadableError(f"cannot be read: {error.strerror}")
            except OSError as wider:
                error = wider
            return UnreachableError(f"{self.path} cannot be reached: {error.strerror or error}")
        return UnreachableError(f"{self.path / path} cannot be read: {error.strerror or error}")

    def _require_folder_of(self, path: str) -> None:
        """Raise an OSError if the folder of a file is gone, or cannot be listed.

        Arrays are asked for where they were listed. Other files are asked for by their names alone, and a recording may
        never have had their folder: then it is the recording that has to be there.
        """
        try:
            with os.scandir((self.path / path).parent):
                return
        except (FileNotFoundError, NotADirectoryError):
            if path.startswith("data/"):
                raise
        with os.scandir(self.path):
            return

    def _absent(self, path: str, what: str) -> UnreadableError:
        diagnosis = self._diagnosed(path, FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT)))
        if isinstance(diagnosis, UnreachableError):
            return diagnosis
        if (self.path / path).is_symlink():
            return UnreadableError(f"{what}: it is a link to a file that is not there")
        return UnreadableError(what)
