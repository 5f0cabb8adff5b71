"""Segments: the stretches of a video between its cuts."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Bounds = tuple[int, int]
"""First frame of a segment and the frame after its last."""

_SPLIT_TOLERANCE = 3
"""Frames by which a segment may miss a multiple of the nominal duration and still be split (published rule)."""


@dataclass(frozen=True)
class Segment:
    """A segment as the published metadata describe it: the sixteen published descriptors, under their names.

    Frames count from the video's start, ``frame_end`` is the frame after the last. Transitions are in frames,
    ``max_change`` in squared intensity, margins in pixels, ``background_proportion`` is a density per unit intensity.
    """

    frame_start: int
    frame_end: int
    duration: int
    transition_start: int
    transition_end: int
    max_change: float
    is_static: bool
    intensity_range: float
    margin_left: int
    margin_right: int
    margin_top: int
    margin_bottom: int
    background_color: float
    background_proportion: float
    is_uniform: bool
    bad_properties: bool = False


def cut_at_peaks(peaks: Sequence[int], valid_frames: int) -> list[Bounds]:
    """Return the segments between peaks: a peak at t means that frame t+1 begins a new segment (published rule)."""
    if valid_frames == 0:
        return []
    edges = [0, *(peak + 1 for peak in peaks), valid_frames]
    return list(pairwise(edges))


def split_missed_cuts(bounds: Sequence[Bounds], nominal_duration: int) -> list[Bounds]:
    """Split segments that last about a multiple of the nominal duration, where a cut was missed (published rule).

    A piece lasts the segment's duration over the number of pieces, rounded (half to even, as the published tools do);
    the last piece takes what remains.
    """
    return [piece for segment in bounds for piece in _pieces(segment, nominal_duration)]


def _pieces(bounds: Bounds, nominal_duration: int) -> list[Bounds]:
    start, end = bounds
    count = round((end - start) / nominal_duration)
    if count < 2 or abs(end - start - count * nominal_duration) > _SPLIT_TOLERANCE:
        return [bounds]
    piece = round((end - start) / count)
    edges = [*(start + index * piece for index in range(count)), end]
    return list(pairwise(edges))
