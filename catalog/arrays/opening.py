"""Opening one array of a recording: memory-mapped where it is a file of its own, read-only in any case."""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from catalog.arrays.npy import ArrayError, parse_array, read_header
from catalog.arrays.roots import Root, UnreadableError


def open_array(root: Root, path: str, rows: NDArray[np.intp] | slice | None = None) -> NDArray[Any]:
    """Return the array of a `.npy` file, read-only; of a file of its own, only what is looked at is read.

    Parameters
    ----------
    root, path
        Where the recording is, and the file in it.
    rows
        Which of the first axis, in that order; None for all.

    Raises
    ------
    ArrayError
        It holds no numbers, or is cut short.
    UnreadableError
        It is not there, or cannot be read.
    """
    local = root.local(path)
    values = parse_array(root.read(path)[0]) if local is None else _mapped(root, path)
    if rows is None:
        return values
    chosen = values[rows]
    chosen.flags.writeable = False
    return chosen


def _mapped(root: Root, path: str) -> NDArray[Any]:
    try:
        with root.open(path) as file:
            binary: BinaryIO = file  # type: ignore[assignment]
            header = read_header(binary)
            there = file.seek(0, 2) - header.offset
            if there < header.nbytes:
                raise ArrayError(f"is cut short: {there} of {header.nbytes} bytes of data are there")
            if header.nbytes == 0:
                return np.empty(header.shape, header.dtype)
            order = "F" if header.fortran_order else "C"
            mapped: Any = np.memmap(file, header.dtype, "r", header.offset, header.shape, order=order)  # type: ignore[call-overload]
    except FileNotFoundError as error:
        raise UnreadableError("is not there") from error
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror or error}") from error
    return mapped.view(np.ndarray)  # type: ignore[no-any-return]
