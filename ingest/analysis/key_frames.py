"""Key frames: the few frames of a video or segment by which presentations are compared."""

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ingest.analysis.segments import Bounds
from ingest.analysis.stimulus_classes import KeyFrames

_GRID_STEP = 10
_GRID_START = 5


def segment_positions(bounds: Bounds, rule: KeyFrames) -> tuple[int, ...]:
    """Return the key frames of a segment of a parametric video, at least one, counted from the video's start."""
    start, end = bounds
    middle = start + (end - start) // 2
    if rule.step is None:
        return (middle,)
    return tuple(range(start + rule.edge, end - rule.edge, rule.step)) or (middle,)


def grid_positions(valid_frames: int) -> tuple[int, ...]:
    """Return frames 5, 15, 25 …: they lie in the same places however a natural video is cut."""
    return tuple(range(_GRID_START, valid_frames, _GRID_STEP))


def natural_positions(bounds: Sequence[Bounds], valid_frames: int) -> tuple[int, ...]:
    """Return the grid frames and the middle of each segment that holds none of them, in ascending order."""
    grid = grid_positions(valid_frames)
    middles = [start + (end - start) // 2 for start, end in bounds if not any(start <= frame < end for frame in grid)]
    return tuple(sorted((*grid, *middles)))


def shifted_positions(positions: Sequence[int], shift: int, bounds: Bounds) -> NDArray[np.intp]:
    """Return key frames moved by ``shift`` frames, kept within the segment (which only matters for tiny ones)."""
    start, end = bounds
    return cast("NDArray[np.intp]", np.clip(np.asarray(positions, dtype=np.intp) + shift, start, end - 1))
