"""Excerpts: stretches of frames that two natural videos have in common, wherever they are in each of them.

Coarse pictures of every frame are compared, which a signature keeps of natural videos. They never differ by more than
the frames themselves do, so that no common stretch is overlooked for their coarseness; a stretch of a second or more
that agrees in all of them by chance would be two scenes of the same light and the same motion.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from ingest.analysis.frames import COARSE_SHAPE
from ingest.analysis.key_frames import grid_positions
from ingest.analysis.signatures import Pictures, VideoSignature

EXCERPT_FRAMES = 30
"""Frames, one second of the recordings, from which on a common stretch counts."""

EXCERPT_LIMIT = 5.0
"""Mean squared difference of coarse pictures, in gray levels squared, below which two frames may be the same: the limit
from which on two videos are different."""

NEAR_LIMIT = 50.0
"""Mean squared difference of key frames, in gray levels squared, below which two different videos are near-equal: ten
times the limit from which on they are different; unrelated clips differ by thousands."""

TEXTURE = 4.0
"""Least standard deviation, in gray levels, of a frame's blocks: frames flatter than that (fades, black) are all alike
and say nothing."""

_BLOCKS = prod(COARSE_SHAPE)
_ROWS_AT_ONCE = 1 << 17
_ROUNDING = 1.0
"""What float32 may make of a mean squared difference; candidates are looked at again, exactly."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Excerpt:
    """What one video has of another.

    ``frames`` of it are there in stretches of `EXCERPT_FRAMES` or more; the longest has ``longest`` frames, and begins
    at frame ``start`` of the one and ``other_start`` of the other.
    """

    frames: int
    longest: int
    start: int
    other_start: int


class FrameLibrary:
    """Coarse pictures of every frame of some videos, (T, 3, 4) each, to look for frames of other videos in."""

    def __init__(self, videos: Sequence[Pictures]) -> None:
        lengths = [len(video) for video in videos]
        self._starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.intp)])
        flat = [_flat(video) for video in videos]
        self._frames = np.concatenate(flat) if flat else np.empty((0, _BLOCKS), dtype=np.uint8)
        self._textured = _textured(self._frames)

    def excerpts(self, other: Pictures) -> dict[int, Excerpt]:
        """Return what ``other`` has of the videos, by their index; videos that it has nothing of are left out."""
        frames = _flat(other)
        textured = _textured(frames)
        found: dict[int, list[tuple[int, Mask]]] = {}
        for video, lag in self._candidates(frames, textured):
            runs = _runs(self._matches(video, lag, frames, textured))
            if runs.any():
                found.setdefault(video, []).append((lag, runs))
        return {video: _summed_up(lags) for video, lags in found.items()}

    def near(self, other: Pictures) -> list[int]:
        """Return the index of each video whose frames are near those of ``other`` at the same places, as a whole.

        The mean is over the frames 5, 15, 25 … that both have, at which natural videos have their key frames.
        """
        frames = _flat(other)
        lengths = np.diff(self._starts)
        total, count = np.zeros(len(lengths)), np.zeros(len(lengths))
        for position in grid_positions(len(frames)):
            there = np.flatnonzero(lengths > position)
            difference = np.subtract(self._frames[self._starts[there] + position], frames[position], dtype=np.float64)
            total[there] += (difference**2).mean(axis=1)
            count[there] += 1
        return [int(index) for index in np.flatnonzero((count > 0) & (total < NEAR_LIMIT * count))]

    def _candidates(self, frames: Pictures, textured: Mask) -> Iterator[tuple[int, int]]:
        """Yield (video, lag) where two or more of a few sampled frames agree; frame t is like frame t + lag there.

        Samples are half a stretch apart, so that there are two in every stretch that counts.
        """
        samples = np.flatnonzero(textured)
        samples = samples[samples % (EXCERPT_FRAMES // 2) == 0]
        if len(samples) == 0:
            return
        hits = [np.empty((0, 2), dtype=np.intp)]
        wanted = frames[samples].astype(np.float32)
        for first in range(0, len(self._frames), _ROWS_AT_ONCE):
            known = self._frames[first : first + _ROWS_AT_ONCE].astype(np.float32)
            distances = -2 * (known @ wanted.T)
            distances += np.einsum("nb,nb->n", known, known)[:, None]
            distances += np.einsum("nb,nb->n", wanted, wanted)
            near = distances < (EXCERPT_LIMIT + _ROUNDING) * _BLOCKS
            near &= self._textured[first : first + _ROWS_AT_ONCE, None]
            rows, columns = np.nonzero(near)
            videos = np.searchsorted(self._starts, rows + first, side="right") - 1
            hits.append(np.stack([videos, rows + first - self._starts[videos] - samples[columns]], axis=1))
        pairs, counts = np.unique(np.concatenate(hits), axis=0, return_counts=True)
        yield from ((int(video), int(lag)) for video, lag in pairs[counts > 1])

    def _matches(self, video: int, lag: int, frames: Pictures, textured: Mask) -> Mask:
        """Return which frames are like those ``lag`` later in a video."""
        start, end = self._starts[video : video + 2]
        first, last = max(0, -lag), min(len(frames), end - start - lag)
        matches = np.zeros(len(frames), dtype=np.bool_)
        there = slice(start + first + lag, start + last + lag)
        difference = np.subtract(self._frames[there], frames[first:last], dtype=np.float64)
        near = np.einsum("nb,nb->n", difference, difference) < EXCERPT_LIMIT * _BLOCKS
        matches[first:last] = near & textured[first:last] & self._textured[there]
        return matches


def key_frame_distance(a: VideoSignature, b: VideoSignature) -> float | None:
    """Return the mean squared difference of the key frames that two videos have at the same places; None without any.

    In gray levels squared, as the limits of identity are.
    """
    if a.shape != b.shape:
        return None
    _, in_a, in_b = np.intersect1d(a.key_positions, b.key_positions, assume_unique=True, return_indices=True)
    if len(in_a) == 0:
        return None
    difference = np.subtract(a.key_frames[in_a], b.key_frames[in_b], dtype=np.float64)
    return float((difference**2).mean())


def _summed_up(lags: Sequence[tuple[int, Mask]]) -> Excerpt:
    longest, start, other_start = 0, 0, 0
    for lag, runs in lags:
        for first, last in _bounds(runs):
            # A still scene agrees at many lags; the smallest says most.
            if (last - first, -abs(lag)) > (longest, -abs(start - other_start)):
                longest, start, other_start = last - first, first + lag, first
    frames = int(np.logical_or.reduce([runs for _, runs in lags]).sum())
    return Excerpt(frames, longest, start, other_start)


def _runs(matches: Mask) -> Mask:
    """Return which frames lie in stretches of matches that are long enough."""
    kept = np.zeros_like(matches)
    for first, last in _bounds(matches):
        kept[first:last] = last - first >= EXCERPT_FRAMES
    return kept


def _bounds(mask: Mask) -> list[tuple[int, int]]:
    """Return the stretches of true values, from the first of each up to, not including, the one past its last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]])))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _flat(pictures: Pictures) -> Pictures:
    return pictures.reshape(len(pictures), _BLOCKS)


def _textured(frames: Pictures) -> Mask:
    return np.asarray(frames.std(axis=1) >= TEXTURE)
