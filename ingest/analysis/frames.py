"""Frames: a video's pixels in the one form in which they are analysed, and coarse pictures of them."""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.analysis.signals import valid_part

COARSE_SHAPE = (3, 4)
"""Blocks, down and across, of a coarse picture: 12 by 16 pixels each at the recordings' 36 by 64."""


def canonical_frames(video: NDArray[Any]) -> tuple[NDArray[np.float32], bool]:
    """Return the valid frames, (T_valid, height, width), float32, and whether others stand between them.

    ``video`` is (height, width, T) of any real type; the frames keep its memory order. Those that are all NaN are left
    out; casting to float32 makes files of either release, and their last-place noise, the same.
    """
    if not np.issubdtype(video.dtype, np.floating):
        video = video.astype(np.float32)
    valid, gap = valid_part(video)
    return valid.astype(np.float32, copy=False).transpose(2, 0, 1), gap


def to_uint8(frames: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    """Return intensities rounded to whole gray levels 0…255, the form in which presentations are compared."""
    rounded: NDArray[np.uint8] = np.clip(np.rint(frames), 0, 255).astype(np.uint8)
    return rounded


def coarse_pictures(frames: NDArray[Any]) -> NDArray[np.uint8]:
    """Return the block means of each frame, rounded to gray levels: (T, height, width) to (T, 3, 4).

    Blocks of frames with fewer rows or columns than blocks share pixels.
    """
    height, width = frames.shape[1:]
    if frames.size == 0:
        return np.zeros((len(frames), *COARSE_SHAPE), dtype=np.uint8)
    rows, columns = _edges(height, COARSE_SHAPE[0]), _edges(width, COARSE_SHAPE[1])
    means = np.empty((len(frames), *COARSE_SHAPE))
    for i, (top, bottom) in enumerate(rows):
        band = frames[:, top:bottom].sum(axis=1, dtype=np.float32)
        for j, (left, right) in enumerate(columns):
            means[:, i, j] = band[:, left:right].sum(axis=1) / ((bottom - top) * (right - left))
    return to_uint8(means)


@lru_cache
def coarse_gain(height: int, width: int) -> float:
    """Return the most by which averaging frames of this size over blocks can raise a mean squared difference.

    1 where the blocks are equal and cover the frame; more where some are smaller or share pixels.
    """
    weights = np.zeros((height, width))
    for top, bottom in _edges(height, COARSE_SHAPE[0]):
        for left, right in _edges(width, COARSE_SHAPE[1]):
            weights[top:bottom, left:right] += 1 / ((bottom - top) * (right - left))
    return float(weights.max()) * height * width / (COARSE_SHAPE[0] * COARSE_SHAPE[1])


@lru_cache
def _edges(size: int, count: int) -> tuple[tuple[int, int], ...]:
    """Return ``count`` stretches, none empty, that cover ``size`` pixels."""
    starts = [min(index * size // count, size - 1) for index in range(count)]
    return tuple((start, max((index + 1) * size // count, start + 1)) for index, start in enumerate(starts))
