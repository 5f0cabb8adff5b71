"""What every picture asks of its arrays before it draws: dimensions, frames that are not padding, a sampling rate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catalog.errors import PictureError

Span = tuple[int, int]
"""A segment: its first frame, and the frame after its last."""

_DIMENSIONS = {
    1: "one value a frame: (frames,)",
    2: "rows of frames: (rows, frames)",
    3: "a video: (height, width, frames)",
}


def as_signal(values: ArrayLike, dimensions: int, what: str) -> NDArray[Any]:
    """Return the array without the frames that are all NaN at its end, which only fill it up.

    Raises
    ------
    PictureError
        It has other dimensions, holds no numbers, or has no frame that is not all NaN.
    """
    array = np.asarray(values)
    if array.ndim != dimensions:
        raise PictureError(f"{what} of shape {array.shape}: expected {_DIMENSIONS[dimensions]}")
    if array.dtype.kind not in "fiub":
        raise PictureError(f"{what} of {array.dtype}: expected real numbers")
    if dimensions == 2 and len(array) == 0:
        raise PictureError(f"{what} of shape {array.shape}: there is no row to show; select at least one")
    there = np.flatnonzero(~np.isnan(array).all(axis=tuple(range(dimensions - 1))))
    if array.size == 0 or len(there) == 0:
        raise PictureError(
            f"{what} of shape {array.shape}: there is nothing to show, every frame is NaN; "
            "`catalog problems` tells what is known of it"
        )
    return array[..., : int(there[-1]) + 1]


def checked_frequency(sampling_freq: float) -> float:
    """Return the sampling rate in Hz.

    Raises
    ------
    PictureError
        It is not above 0.
    """
    if not sampling_freq > 0 or not np.isfinite(sampling_freq):
        raise PictureError(f"sampling_freq={sampling_freq!r}: expected frames a second, such as 30")
    return float(sampling_freq)


def chosen(indices: Sequence[int] | NDArray[Any], size: int, what: str) -> list[int]:
    """Return indices as given; negative ones count from the end.

    Raises
    ------
    PictureError
        There is none, or one that is out of range.
    """
    found = [int(index) for index in indices]
    wrong = [index for index in found if not -size <= index < size]
    if wrong:
        raise PictureError(f"{what} {wrong[0]}: expected 0 to {size - 1}, there are {size}")
    if not found:
        raise PictureError(f"no {what} to show: choose at least one of 0 to {size - 1}")
    return [index % size for index in found]


def spans_within(segments: Iterable[Span], n_frames: int) -> list[Span]:
    """Return the segments, cut to the frames that there are; those beyond are left out."""
    return [(int(start), min(int(end), n_frames)) for start, end in segments if start < n_frames]


def seconds(frames: NDArray[Any] | Sequence[float], sampling_freq: float) -> NDArray[np.float64]:
    """Return when frames are on screen."""
    return np.asarray(frames, dtype=np.float64) / sampling_freq
