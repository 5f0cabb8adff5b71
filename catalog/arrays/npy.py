"""The `.npy` format: headers that are not to be trusted, and the arrays behind them.

The format is numpy's (NEP 1): a magic string, two bytes of version, the header's length, and the header, which is a
Python dictionary of three entries. It is matched here, never evaluated: Python's parser, to which numpy hands it, can
be made to warn, to recurse and to run out of memory.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from math import prod
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

NUMBERS = "fiu"
TEXT = "SU"
"""The kinds of numpy types that a file may hold."""

LONGEST_HEADER = 10_000
"""Bytes, as in numpy; those that numpy writes have 128."""
MOST_DIMENSIONS = 32
MOST_BYTES = 2**62

MAGIC = b"\x93NUMPY"
LENGTH_BYTES = {b"\x01\x00": 2, b"\x02\x00": 4, b"\x03\x00": 4}
"""Version to the number of bytes that give the header's length."""

ENTRIES = {
    "descr": re.compile(r"""(['"])descr\1 *: *(?:(['"])(?P<value>[^'"\\]*)\2|(?P<records>[(\[]))"""),
    "fortran_order": re.compile(r"""(['"])fortran_order\1 *: *(?P<value>True|False)\b"""),
    "shape": re.compile(r"""(['"])shape\1 *: *\((?P<value>[-\d, L]*)\)"""),
}
"""How each entry of a header reads; Python 2 wrote an L after the lengths."""
TYPE = re.compile(r"[<>|=]?[a-zA-Z?]\d{0,9}")
LENGTH = re.compile(r"-?\d{1,19}")


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
    text = _header_text(file)
    found = {}
    for name, pattern in ENTRIES.items():
        match = pattern.search(text)
        if match is None:
            raise _broken(f"it has no {name} that can be read")
        found[name] = match
    if found["descr"]["records"]:
        raise ArrayError(f"holds records, not {_called(kinds)}")
    dtype = _dtype(found["descr"]["value"], kinds)
    shape = _shape(found["shape"]["value"], dtype)
    return Header(shape, dtype, found["fortran_order"]["value"] == "True", file.tell())


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
    return values.reshape(header.shape, order="F" if header.fortran_order else "C")


def _header_text(file: BinaryIO) -> str:
    magic = _read(file, len(MAGIC))
    if magic != MAGIC:
        raise ArrayError("is no .npy file: it does not begin as one")
    version = _read(file, 2)
    if version not in LENGTH_BYTES:
        raise _broken(f"it is of version {version[0]}.{version[1]}, expected 1.0, 2.0 or 3.0")
    length = int.from_bytes(_read(file, LENGTH_BYTES[version]), "little")
    if length > LONGEST_HEADER:
        raise _broken(f"it claims {length} bytes, {LONGEST_HEADER} are expected at most")
    # Latin-1 in versions 1 and 2, UTF-8 in version 3; what is looked for is ASCII in all of them.
    text = _read(file, length).decode("latin-1").strip()
    if not (text.startswith("{") and text.endswith("}")):
        raise _broken("it is no dictionary")
    return text


def _read(file: BinaryIO, count: int) -> bytes:
    found = b""
    while len(found) < count:
        more = file.read(count - len(found))
        if not more:
            raise _broken("it is cut short")
        found += more
    return found


def _broken(why: str) -> ArrayError:
    return ArrayError(f"is no .npy file, or its header is broken: {why}")


def _called(kinds: str) -> str:
    return "numbers" if kinds == NUMBERS else "text"


def _dtype(text: str, kinds: str) -> np.dtype[Any]:
    if text.lstrip("|") == "O":
        raise ArrayError("holds pickled Python objects, which are never loaded")
    if TYPE.fullmatch(text) is None or text.strip("<>|=")[0] not in "biufcSUVmM?":
        raise _broken(f"its type is {text[:40]!a}")
    try:
        dtype = np.dtype(text)
    except (TypeError, ValueError, OverflowError) as error:
        raise _broken(f"its type is {text[:40]!a}") from error
    if dtype.kind not in kinds or dtype.itemsize == 0:
        raise ArrayError(f"holds {dtype}, not {_called(kinds)}")
    return dtype


def _shape(text: str, dtype: np.dtype[Any]) -> tuple[int, ...]:
    lengths = [length.strip().removesuffix("L") for length in text.split(",")]
    one_without_comma = len(lengths) == 1 and lengths != [""]
    if lengths[-1] == "":
        lengths.pop()
    if one_without_comma or len(lengths) > MOST_DIMENSIONS or not all(map(LENGTH.fullmatch, lengths)):
        raise _broken(f"its shape is ({text[:40]})")
    shape = tuple(map(int, lengths))
    # Numpy multiplies lengths even where one of them is 0.
    if any(length < 0 for length in shape) or prod(max(length, 1) for length in shape) * dtype.itemsize > MOST_BYTES:
        raise ArrayError(f"claims the impossible shape {shape}")
    return shape
