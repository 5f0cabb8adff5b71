"""Extents: the smallest and the largest intensity of each frame of a video, of its rows and of its columns."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Extents:
    """Extents of a video; one that holds a NaN is NaN.

    ``column_max`` and ``column_min`` are (T, width), ``row_max`` and ``row_min`` (T, height).
    """

    column_max: Pixels
    column_min: Pixels
    row_max: Pixels
    row_min: Pixels

    @cached_property
    def frame_max(self) -> NDArray[np.float64]:
        """Largest intensity of each frame, (T,); float64, so that differences of float32 intensities are exact."""
        found: NDArray[np.float64] = self.column_max.max(axis=1).astype(np.float64)
        return found

    @cached_property
    def frame_min(self) -> NDArray[np.float64]:
        """Smallest intensity of each frame, (T,)."""
        found: NDArray[np.float64] = self.column_min.min(axis=1).astype(np.float64)
        return found

    @property
    def low(self) -> float:
        """Smallest intensity of the video."""
        return float(self.frame_min.min())

    @property
    def high(self) -> float:
        """Largest intensity of the video."""
        return float(self.frame_max.max())

    @property
    def finite(self) -> bool:
        """Whether no pixel is NaN or infinite."""
        return bool(np.isfinite(self.high - self.low))


def measure_extents(frames: Pixels) -> Extents:
    """Return the extents of frames (T, height, width), at least one pixel.

    Where frames are a view of an array that holds time last, as files do, this takes a third of the time: intensities
    of successive frames are compared many at a time.
    """
    return Extents(
        column_max=frames.max(axis=1),
        column_min=frames.min(axis=1),
        row_max=frames.max(axis=2),
        row_min=frames.min(axis=2),
    )
