"""One `.npy` file, read once: its array, and what to remember of the file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.arrays import ArrayError, FoundFile, Root, digest_of, parse_array
from catalog.arrays.digests import CRC32, algorithm_of
from catalog.arrays.npy import NUMBERS, TEXT


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
        The digest of the file, see `catalog.arrays.digests`.
    """

    values: NDArray[Any]
    bytes: int
    modified_ns: int
    digest: str


def read_array(root: Root, path: str, *, dimensions: int | None = None, algorithm: str = CRC32) -> LoadedArray:
    """Read a numeric array; the file is read from disk once. See `load_array`.

    Raises
    ------
    UnreadableError
        The file cannot be read, or changed while it was being read.
    ArrayError
        See `load_array`.
    """
    return load_array(*root.read(path), dimensions=dimensions, algorithm=algorithm)


def load_array(
    content: bytes, found: FoundFile, *, dimensions: int | None = None, algorithm: str = CRC32
) -> LoadedArray:
    """Return the numeric array that a file holds.

    Parameters
    ----------
    content, found
        What was read of a `.npy` file, and what the file was like.
    dimensions
        How many the array must have; None for any number.
    algorithm
        By what the digest of the file is made.

    Raises
    ------
    ArrayError
        It is cut short, holds pickled objects or no numbers, or has other dimensions.
    """
    values = parse_array(content, NUMBERS)
    if dimensions is not None and values.ndim != dimensions:
        raise ArrayError(f"has {values.ndim} dimensions {values.shape}, expected {dimensions}")
    claimed = found.digest if found.digest is not None and algorithm_of(found.digest) == algorithm else None
    return LoadedArray(values, found.bytes, found.modified_ns, claimed or digest_of(content, algorithm))


def read_texts(root: Root, path: str) -> list[str]:
    """Read a one-dimensional array of text, such as `tiers.npy`; ArrayError when it is something else."""
    content, _ = root.read(path)
    values = parse_array(content, TEXT)
    if values.ndim != 1:
        raise ArrayError(f"has {values.ndim} dimensions {values.shape}, expected 1")
    try:
        if values.dtype.kind == "S":
            values = np.char.decode(values, "utf-8")
        texts = [str(value) for value in values]
        "".join(texts).encode()
    except (UnicodeError, ValueError) as error:
        raise ArrayError(f"holds text that cannot be read: {error}") from error
    if any("\0" in text for text in texts):
        raise ArrayError("holds text with NUL characters")
    return texts
