"""One `.npy` file, read once: its array, and what to remember of the file."""

from __future__ import annotations

import hashlib
import io
import os
import re
import tokenize
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

NUMBERS = "fiu"
TEXT = "SU"
"""The kinds of numpy types that a file may hold."""


class ArrayError(Exception):
    """A file that does not hold the array it should; the message says what is wrong with it."""


@dataclass(frozen=True)
class LoadedArray:
    """An array and its file.

    Attributes
    ----------
    values
        The array, read-only.
    bytes
        Size of the file.
    modified_ns
        Its modification time, in nanoseconds since 1970.
    digest
        SHA-256 of the file, in hexadecimal; `sha256sum` prints the same.
    """

    values: NDArray[Any]
    bytes: int
    modified_ns: int
    digest: str


def read_array(path: Path, *, dimensions: int | None = None) -> LoadedArray:
    """Read a numeric array; the file is read from disk once.

    Parameters
    ----------
    path
        A `.npy` file.
    dimensions
        How many the array must have; None for any number.

    Raises
    ------
    ArrayError
        The file cannot be read, is cut short, holds pickled objects or no numbers, or has other dimensions.
    """
    content, status = _read_file(path)
    values = _parse(content, NUMBERS)
    if dimensions is not None and values.ndim != dimensions:
        raise ArrayError(f"has {values.ndim} dimensions {values.shape}, expected {dimensions}")
    return LoadedArray(values, len(content), status.st_mtime_ns, hashlib.sha256(content).hexdigest())


def read_texts(path: Path) -> list[str]:
    """Read a one-dimensional array of text, such as `tiers.npy`; ArrayError when it is something else."""
    content, _ = _read_file(path)
    values = _parse(content, TEXT)
    if values.ndim != 1:
        raise ArrayError(f"has {values.ndim} dimensions {values.shape}, expected 1")
    try:
        if values.dtype.kind == "S":
            values = np.char.decode(values, "utf-8")
        texts = [str(value) for value in values]
        "".join(texts).encode()
    except (UnicodeError, ValueError) as error:
        raise ArrayError(f"holds text that cannot be read: {_first_line(error)}") from error
    if any("\0" in text for text in texts):
        raise ArrayError("holds text with NUL characters")
    return texts


def _read_file(path: Path) -> tuple[bytes, os.stat_result]:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read()
    except OSError as error:
        raise ArrayError(f"cannot be read: {error.strerror or error}") from error
    return content, status


def _parse(content: bytes, kinds: str) -> NDArray[Any]:
    if not content:
        raise ArrayError("is empty (0 bytes)")
    buffer = io.BytesIO(content)
    try:
        version = np.lib.format.read_magic(buffer)
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran_order, dtype = read_header(buffer)
    except (ValueError, EOFError, SyntaxError, TypeError, tokenize.TokenError, RecursionError) as error:
        raise ArrayError(f"is no .npy file, or its header is broken: {_first_line(error)}") from error
    if dtype.hasobject:
        raise ArrayError("holds pickled Python objects, which are never loaded")
    if dtype.kind not in kinds or dtype.itemsize == 0:
        raise ArrayError(f"holds {dtype}, not {'numbers' if kinds == NUMBERS else 'text'}")
    if any(length < 0 for length in shape):
        raise ArrayError(f"claims the impossible shape {shape}")
    count = prod(shape)
    there = len(content) - buffer.tell()
    if there < count * dtype.itemsize:
        raise ArrayError(f"is cut short: {there} of {count * dtype.itemsize} bytes of data are there")
    values = np.frombuffer(content, dtype=dtype, count=count, offset=buffer.tell())
    try:
        return values.reshape(shape, order="F" if fortran_order else "C")
    except ValueError as error:
        raise ArrayError(f"claims the impossible shape {shape}") from error


def _first_line(error: Exception) -> str:
    line = next(iter(str(error).splitlines()), type(error).__name__)
    # Python names some things by their place in memory, which says nothing and is never the same.
    return re.sub(r" (object )?at 0x[0-9a-f]+", "", line)
