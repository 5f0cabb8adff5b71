"""Signals of several trials as one array, with a mask; and whether the memory is there for it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from catalog.errors import SignalError
from catalog.signals.sizes import stack_size
from catalog.sizes import size_text

if TYPE_CHECKING:
    import pandas as pd


MEMORY = Path("/proc/meminfo")
"""Where Linux tells what memory is left."""


@dataclass(frozen=True, eq=False, repr=False)
class Stack:
    """Signals of several trials, one behind the other.

    Attributes
    ----------
    values
        (trial, …, frame): responses are (trial, neuron, frame), videos (trial, height, width, frame), gaze is
        (trial, 2, frame), pupil and running are (trial, frame). NaN where there is no value (0 for whole numbers).
    mask
        The same shape; True where there is no value, as in `numpy.ma`: after the end of a trial, and where the file
        holds NaN. It is read-only: where it is the same for all neurons, it is stored once.
    trials
        What is along the first axis: the signals, or the windows, that were stacked.
    """

    values: NDArray[Any]
    mask: NDArray[np.bool_]
    trials: list[Any]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of `values` and of `mask`."""
        return self.values.shape

    def __repr__(self) -> str:
        """Show of what it is, and its size."""
        windows = any(hasattr(one, "signal") for one in self.trials[:1])
        signals = [one.signal if windows else one for one in self.trials[:1]]
        shown = stack_size(self.shape, signals, ("presentation" if windows else "trial",))
        return f"<Stack of {shown}, {self.values.dtype}; values, mask, trials>"

    def to_frame(self) -> pd.DataFrame:
        """Return a DataFrame, a row for each place along the first axis."""
        return frame_of(self.trials)

    def masked(self) -> np.ma.MaskedArray[Any, Any]:
        """Return values and mask as one masked array of numpy."""
        return np.ma.MaskedArray(self.values, self.mask)


class Stacking:
    """An empty stack of a known size, to be filled row by row."""

    def __init__(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
        missing = np.nan if dtype.kind == "f" else 0
        self.values = np.empty(shape, dtype)
        self._missing = missing
        self._past = np.ones((shape[0], shape[-1]), dtype=bool)
        self._holes: dict[Any, NDArray[np.bool_]] = {}

    def put(self, index: int, values: NDArray[Any], start: int = 0) -> None:
        """Take the values of one row, (…, frames), to stand from frame `start` on."""
        stop = start + values.shape[-1]
        row = self.values[index]
        row[..., :start] = self._missing
        row[..., start:stop] = values
        row[..., stop:] = self._missing
        self._past[index, start:stop] = False
        kept = row[..., start:stop]
        # One sum is cheaper than looking at each value, and NaN where any of them is.
        with np.errstate(invalid="ignore", over="ignore"):
            doubtful = kept.dtype.kind == "f" and np.isnan(kept.sum(dtype=kept.dtype))
        if doubtful:
            self._holes[index] = np.isnan(row)

    def finish(self, trials: list[Any]) -> Stack:
        """Return the stack."""
        between = (1,) * (self.values.ndim - 2)
        mask = self._past.reshape(self._past.shape[0], *between, self._past.shape[1])
        mask = np.broadcast_to(mask, self.values.shape)
        if self._holes:
            mask = mask.copy()
            for index, holes in self._holes.items():
                mask[index] |= holes
            mask.flags.writeable = False
        return Stack(self.values, mask, trials)


def frame_of(items: Iterable[Any], columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Return a DataFrame of what is known of each item, a row each; the columns of an empty one are those given."""
    import pandas as pd

    return pd.DataFrame([item.facts() for item in items], columns=None if columns is None else list(columns))


def bytes_of(shape: Sequence[int], dtype: np.dtype[Any]) -> int:
    """Return the memory that a stack takes at most: a value and a byte of mask for each place."""
    return prod(shape) * (dtype.itemsize + 1)


def require_memory(needed: int, limit: int | None, what: str) -> None:
    """Raise unless so many bytes may be taken.

    Parameters
    ----------
    needed
        Bytes that will be taken.
    limit
        How many may be; None for what the machine has left.
    what
        What is to be stacked, for the error.

    Raises
    ------
    SignalError
        They may not; the message says how many there would be, and how to ask for less.
    """
    allowed = available_memory() if limit is None else limit
    if allowed is not None and needed > allowed:
        whose = "are available" if limit is None else "are allowed (limit_bytes)"
        raise SignalError(
            f"{what} would take {size_text(needed)} of memory, and {size_text(allowed)} {whose}; ask for fewer "
            "trials or neurons, or loop over them, which holds one trial at a time"
        )


def available_memory() -> int | None:
    """Return the bytes that can be taken without driving the machine to swap; None where it does not tell."""
    if MEMORY.exists():
        for line in MEMORY.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):
        return None
