"""The `.npy` format: headers that are not to be trusted, and the arrays behind them."""

from __future__ import annotations

import io
import re
import tokenize
from dataclasses import dataclass
from math import prod
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

NUMBERS = "fiu"
TEXT = "SU"
"""The kinds of numpy types that a file may hold."""

LONGEST_HEADER = 10_000
"""Bytes; numpy's own limit, beyond which Python's parser can be made to crash."""


class ArrayError(Exception):
    """A file that does not hold the array it should; the message says what is wrong with it."""


@dataclass(frozen=True)
class Header:
    """What a file says of its array: `offset` is where the values begin, in bytes."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran_order: bool
    offset: int

    @property
    def nbytes(self) -> int:
        """Bytes that the values take."""
        return prod(self.shape) * self.dtype.itemsize


def read_header(file: BinaryIO, kinds: str = NUMBERS) -> Header:
    """Read the header of an open `.npy` file.

    Raises
    ------
    ArrayError
        It is no such file, holds pickled objects or another kind of values, or claims a shape that cannot be.
    """
    try:
        version = np.lib.format.read_magic(file)
        read = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran_order, dtype = read(file, max_header_size=LONGEST_HEADER)
        offset = file.tell()
    except (ValueError, EOFError, SyntaxError, TypeError, tokenize.TokenError, RecursionError, MemoryError) as error:
        raise ArrayError(f"is no .npy file, or its header is broken: {_first_line(error)}") from error
    if dtype.hasobject:
        raise ArrayError("holds pickled Python objects, which are never loaded")
    if dtype.kind not in kinds or dtype.itemsize == 0:
        raise ArrayError(f"holds {dtype}, not {'numbers' if kinds == NUMBERS else 'text'}")
    if any(isinstance(length, bool) or length < 0 for length in shape):
        raise ArrayError(f"claims the impossible shape {shape}")
    return Header(tuple(shape), dtype, fortran_order, offset)


def parse_array(content: bytes, kinds: str = NUMBERS) -> NDArray[Any]:
    """Return the array that the content of a `.npy` file holds, read-only and without a copy.

    Raises
    ------
    ArrayError
        See `read_header`; or it is empty, or cut short.
    """
    if not content:
        raise ArrayError("is empty (0 bytes)")
    header = read_header(io.BytesIO(content), kinds)
    there = len(content) - header.offset
    if there < header.nbytes:
        raise ArrayError(f"is cut short: {there} of {header.nbytes} bytes of data are there")
    values = np.frombuffer(content, dtype=header.dtype, count=prod(header.shape), offset=header.offset)
    try:
        return values.reshape(header.shape, order="F" if header.fortran_order else "C")
    except ValueError as error:
        raise ArrayError(f"claims the impossible shape {header.shape}") from error


def _first_line(error: BaseException) -> str:
    line = next(iter(str(error).splitlines()), type(error).__name__)
    # Python names some things by their place in memory, which says nothing and is never the same.
    return re.sub(r" (object )?at 0x[0-9a-f]+", "", line)
