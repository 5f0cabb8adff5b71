"""Whole arrays of all trials of a recording as one, a row for each trial that the catalog knows."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.dataset.errors import DataSetError
from catalog.signals.signal import Signal
from catalog.signals.stacks import require_memory

logger = logging.getLogger(__name__)

FEW = 10
"""Trials that a message names."""


def stack_arrays(signals: Sequence[Signal], part: Any, what: str) -> NDArray[Any] | None:
    """Return the arrays that signals are in, a row each, in their order; None if none of them has one.

    Parameters
    ----------
    signals
        Of one recording, one of each trial. One without a file has a row of NaN, and the result is floating-point then.
    part
        What to take of each array.
    what
        What the arrays are called in errors, such as "responses".

    Raises
    ------
    DataSetError
        The arrays have different shapes.
    SignalError
        The memory does not suffice, or a file is not there, not what it was when it was ingested, or unreadable.
    """
    missing = [signal.trial for signal in signals if signal.file is None]
    stacked: NDArray[Any] | None = None
    first = ""
    for index, signal in enumerate(signals):
        if signal.file is None:
            continue
        told = f"the {what} of trial {signal.trial} of {signal.recording}"
        array = np.asarray(signal.roots.open(replace(signal.file, array_row=None), told)[part])
        if stacked is None:
            stacked = _empty(len(signals), array, bool(missing), f"the {what} of {signal.recording}")
            first = signal.file.path
        if array.shape != stacked.shape[1:]:
            raise DataSetError(
                f"the {what} of {signal.recording} cannot be stacked: {first} has the shape {stacked.shape[1:]}, "
                f"{signal.file.path} has {array.shape}"
            )
        stacked[index] = array
    if stacked is not None and missing:
        _fill(stacked, signals, what, missing)
    return stacked


def _empty(n_trials: int, array: NDArray[Any], with_gaps: bool, what: str) -> NDArray[Any]:
    dtype = np.result_type(array.dtype, np.float32) if with_gaps else array.dtype
    require_memory(n_trials * prod(array.shape) * dtype.itemsize, None, what)
    return np.empty((n_trials, *array.shape), dtype)


def _fill(stacked: NDArray[Any], signals: Sequence[Signal], what: str, missing: list[int]) -> None:
    for index, signal in enumerate(signals):
        if signal.file is None:
            stacked[index] = np.nan
    named = ", ".join(map(str, sorted(missing)[:FEW])) + (" and others" if len(missing) > FEW else "")
    logger.warning(
        "%s: there are no %s of %d of %d trials (%s); their rows are NaN",
        *(signals[0].recording, what, len(missing), len(signals), named),
    )
