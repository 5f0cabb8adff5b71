"""Roots and arrays opened where they are: arrays memory-mapped where their bytes lie as they are."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

from catalog.arrays.folders import FolderRoot
from catalog.arrays.npy import ArrayError, Header, parse_array, read_header
from catalog.arrays.roots import Place, Root, UnreachableError, UnreadableError
from catalog.arrays.zips import ZipRoot

ROOTS = 32
"""How many roots are remembered: a list of the 3,000 members of a zip takes a few MB."""


def open_root(path: str | os.PathLike[str]) -> Root:
    """Open the root at a path: a zip if it is a file, else a folder.

    Raises
    ------
    UnreadableError
        There is nothing that can be read, or a file that is no zip of one recording.
    """
    try:
        mode = Path(path).stat().st_mode
    except OSError as error:
        raise UnreachableError(f"{os.fspath(path)} cannot be reached: {error.strerror or error}") from error
    if stat.S_ISDIR(mode):
        return FolderRoot(path)
    if not stat.S_ISREG(mode):
        # Opening a pipe would wait for somebody to write into it.
        raise UnreadableError(f"{os.fspath(path)} is neither a folder nor a file, but a pipe, a socket or a device")
    return ZipRoot(path)


def root_at(path: str | os.PathLike[str]) -> Root:
    """Return the root at a path where one is known to be; the one that was returned before, if it is as it was.

    A zip's list of members is long, and each of its trials would read it again. A zip that was touched or replaced is
    listed anew.

    Raises
    ------
    UnreachableError
        There is nothing that can be read, where there was a root when it was listed.
    """
    place = Path(path)
    try:
        status = place.stat()
        return _root_as_of(place, status.st_ino, status.st_size, status.st_mtime_ns)
    except OSError as error:
        raise UnreachableError(f"{place} cannot be reached: {error.strerror or error}") from error
    except UnreachableError:
        raise
    except UnreadableError as error:
        raise UnreachableError(str(error)) from error


@lru_cache(maxsize=ROOTS)
def _root_as_of(path: Path, *_told_apart_by: int) -> Root:
    return open_root(path)


def open_array(root: Root, path: str, rows: NDArray[np.intp] | slice | None = None) -> NDArray[Any]:
    """Open an array of numbers, read-only.

    A file in a folder is memory-mapped, and so is a member that a zip stores as it is: what is not looked at is not
    read. A compressed member is read whole, into memory. Headers are checked against what is there before anything is
    mapped; a file that is cut short while it is mapped ends the process (`SIGBUS`), as with every memory-mapped file.

    Parameters
    ----------
    root, path
        Where the recording is, and a `.npy` file in it.
    rows
        Along the first axis; None for the whole array. With rows, the array is a copy of these rows alone, in their
        order, and of a C-ordered array that is not compressed no others are read.

    Raises
    ------
    UnreadableError
        The file is not there, or cannot be read.
    ArrayError
        It holds no array of numbers, or is cut short.
    IndexError
        There are no such rows.
    """
    place = root.place(path)
    if place is None:
        content, _ = root.read(path)
        return _chosen(parse_array(content), rows)
    with root.readable(path), place.path.open("rb", buffering=0) as file:
        header = _header_at(file, place)
        if rows is None or header.fortran_order or not header.shape:
            return _chosen(_mapped(file, place, header), rows)
        return _read_rows(file, place, header, np.arange(header.shape[0])[rows])


def _header_at(file: BinaryIO, place: Place) -> Header:
    """Return the header of an array, when the values that it claims are there."""
    if not place.bytes:
        raise ArrayError("is empty (0 bytes)")
    file.seek(place.offset)
    header = read_header(file)
    begins = header.offset - place.offset
    if place.bytes < begins + header.nbytes:
        there = max(place.bytes - begins, 0)
        raise ArrayError(f"is cut short: {there} of {header.nbytes} bytes of data are there")
    return header


def _mapped(file: BinaryIO, place: Place, header: Header) -> NDArray[Any]:
    order: Literal["C", "F"] = "F" if header.fortran_order else "C"
    if header.nbytes == 0:
        # Nothing cannot be mapped.
        nothing = np.empty(header.shape, header.dtype, order=order)
        nothing.flags.writeable = False
        return nothing
    try:
        mapped: NDArray[Any] = np.memmap(file, header.dtype, "r", header.offset, header.shape, order)
    except ValueError as error:
        raise ArrayError("is cut short: it changed while it was being opened") from error
    return mapped.view(np.ndarray)


def _chosen(values: NDArray[Any], rows: NDArray[np.intp] | slice | None) -> NDArray[Any]:
    return values if rows is None else np.array(values[rows])


def _read_rows(file: BinaryIO, place: Place, header: Header, rows: NDArray[np.intp]) -> NDArray[Any]:
    """Read the rows of a C-ordered array, those that follow one another in one go."""
    values = np.empty((len(rows), *header.shape[1:]), header.dtype)
    if not values.nbytes:
        return values
    content = values.reshape(-1).view(np.uint8).data
    row_bytes = values.nbytes // len(rows)
    starts = [0, *(np.flatnonzero(np.diff(rows) != 1) + 1).tolist(), len(rows)]
    at = (header.offset + rows * row_bytes).tolist()
    read_at = _reader(file)
    for start, stop in pairwise(starts):
        part, offset = content[start * row_bytes : stop * row_bytes], at[start]
        while n_left := len(part):
            n_read = read_at([part], offset)
            if n_read == n_left:
                break
            if not n_read:
                raise ArrayError(f"is cut short: it ends within row {rows[start]}")
            part, offset = part[n_read:], offset + n_read
    return values


def _reader(file: Any) -> Callable[[list[memoryview], int], int]:
    """Return what fills a part of memory from a place in the file, and tells how many bytes there were."""
    if sys.platform != "win32":
        # One call to the system instead of two: with some rows of many files, calls are what takes the time.
        return partial(os.preadv, file.fileno())

    def read_at(parts: list[memoryview], offset: int) -> int:
        file.seek(offset)
        return int(file.readinto(parts[0]))

    return read_at
