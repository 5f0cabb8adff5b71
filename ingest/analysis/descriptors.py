"""Descriptors: what each segment of a video looks like."""

from typing import cast

import numpy as np
from numpy.typing import NDArray

from ingest.analysis.change_signal import change_signal
from ingest.analysis.extents import Extents, measure_extents
from ingest.analysis.segments import Bounds, Segment

STATIC_CHANGE = 50.0
"""Largest change (squared intensity) within a static segment (published rule)."""

UNIFORM_RANGE = 35.0
"""Largest intensity range of a uniform area (published rule)."""

UNIFORM_PROPORTION = 0.8
"""Least background proportion of a uniform segment (published rule)."""

_TRANSITION_FRAMES = 3
_BINS = 255
_INTENSITIES = 256.0
_BIN_WIDTH = _INTENSITIES / _BINS

_CHUNK = 16
"""Frames counted at a time: their bins stay in a processor's second-level cache."""


class SegmentDescriber:
    """Describes segments of one video; what does not depend on the segmentation is computed once.

    ``frames`` is (T, height, width), finite, at least one frame; ``extents`` are theirs, where they are known. A
    description is kept, so that a segment that stays the same from one labelling pass to the next is not described
    again.
    """

    def __init__(self, frames: NDArray[np.float32], extents: Extents | None = None) -> None:
        self._pixels = frames.reshape(len(frames), -1)
        self._extents = measure_extents(frames) if extents is None else extents
        if not self._extents.finite:
            raise ValueError(
                "the frames hold NaN or infinite pixels; expected finite ones: pass only frames without missing pixels"
            )
        self._in_range = self._extents.low >= 0 and self._extents.high < _INTENSITIES
        self.change = change_signal(frames)
        self._described: dict[Bounds, Segment] = {}

    def describe(self, bounds: Bounds) -> Segment:
        """Return the segment with its descriptors; ``bad_properties`` is left False until the video has a label."""
        if bounds not in self._described:
            self._described[bounds] = self._describe(bounds)
        return self._described[bounds]

    def _describe(self, bounds: Bounds) -> Segment:
        start, end = bounds
        change = self.change[start : end - 1]
        lead, trail = transition_frames(change), transition_frames(change[::-1])
        inner = change[lead : len(change) - trail]
        max_change = float(inner.max()) if len(inner) else 0.0
        steady = slice(start + lead, end - trail)
        intensity_range = float(self._extents.frame_max[steady].max() - self._extents.frame_min[steady].min())
        color, proportion = self._background(steady)
        margins = self._margins(bounds, intensity_range)
        is_static = max_change <= STATIC_CHANGE
        return Segment(
            frame_start=start,
            frame_end=end,
            duration=end - start,
            transition_start=lead,
            transition_end=trail,
            max_change=max_change,
            is_static=is_static,
            intensity_range=intensity_range,
            margin_left=margins[0],
            margin_right=margins[1],
            margin_top=margins[2],
            margin_bottom=margins[3],
            background_color=color,
            background_proportion=proportion,
            is_uniform=proportion >= UNIFORM_PROPORTION and intensity_range <= UNIFORM_RANGE and is_static,
        )

    def _margins(self, bounds: Bounds, intensity_range: float) -> tuple[int, int, int, int]:
        """Return the left, right, top and bottom margin over all frames of the segment, transitions included."""
        extents = self._extents
        height, width = extents.row_max.shape[1], extents.column_max.shape[1]
        if intensity_range <= UNIFORM_RANGE:
            return width, width, height, height
        frames = slice(*bounds)
        column_max, column_min = extents.column_max[frames].max(axis=0), extents.column_min[frames].min(axis=0)
        row_max, row_min = extents.row_max[frames].max(axis=0), extents.row_min[frames].min(axis=0)
        return (
            _margin(column_max, column_min),
            _margin(column_max[::-1], column_min[::-1]),
            _margin(row_max, row_min),
            _margin(row_max[::-1], row_min[::-1]),
        )

    def _background(self, frames: slice) -> tuple[float, float]:
        """Return the centre of the fullest intensity bin and its density (share of the pixels over bin width)."""
        segment = self._pixels[frames]
        counts = np.zeros(_BINS, dtype=np.int64)
        for start in range(0, len(segment), _CHUNK):
            pixels = segment[start : start + _CHUNK].reshape(-1)
            if not self._in_range:
                pixels = pixels[(pixels >= 0) & (pixels < _INTENSITIES)]
            # 255/256 is a binary fraction: the product of a float32 with it is exact in float64, so no pixel falls
            # into the wrong bin.
            bins = np.multiply(pixels, _BINS / _INTENSITIES, dtype=np.float64).astype(np.intp)
            counts += np.bincount(bins, minlength=_BINS)
        fullest = int(counts.argmax())
        return (fullest + 0.5) * _BIN_WIDTH, int(counts[fullest]) / segment.size / _BIN_WIDTH


def transition_frames(change: NDArray[np.float64]) -> int:
    """Return how many samples at the start of a segment's own change signal belong to the cut before it.

    At most three, and none unless the signal, three samples in from both ends, has something left that stays below
    the static limit (published rule; segments of seven frames have nothing left, and none in the published data).
    Reverse the signal for the cut after it.
    """
    inside = change[_TRANSITION_FRAMES:-_TRANSITION_FRAMES]
    if len(inside) == 0 or inside.max() >= STATIC_CHANGE:
        return 0
    count = _TRANSITION_FRAMES
    while count > 0 and change[count - 1] < STATIC_CHANGE:
        count -= 1
    return count


def _margin(high: NDArray[np.float32], low: NDArray[np.float32]) -> int:
    """Return how many lines from the first on together stay within the uniform range; high, low: per line."""
    together = np.maximum.accumulate(high).astype(np.float64) - np.minimum.accumulate(low)
    return int(cast("np.intp", (together <= UNIFORM_RANGE).sum()))
