"""Identity: when two presentations show the same video, and two segments the same stimulus.

Distances are mean squared differences of key frames in gray levels squared, as sums of integers in float64: exact,
hence the same on every machine and whichever of the two comes first.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from ingest.analysis.signatures import Pictures, Projection, SegmentSignature, VideoSignature
from ingest.analysis.stimulus_classes import PARAMETRIC_CLASSES

Distances = NDArray[np.float64]

VIDEO_LIMIT = 5.0
"""Mean squared difference from which on two videos are different (published rule)."""

SEGMENT_LIMIT = 20.0
"""Largest mean squared difference of two presentations of one segment (published rule)."""

FRAME_TOLERANCE = 2
"""Frames by which bounds of segments, and lengths, of one video may differ (published rule)."""

_REPRESENTED = 1.0
"""Mean squared difference of each pair of pictures up to which one signature stands for another: far below the limits,
but no less than what rounding makes of the differences of repeats."""


class Likeness(Enum):
    """How alike two signatures are; REPRESENTED: so alike that keeping one of them is enough."""

    DIFFERENT = 0
    SAME = 1
    REPRESENTED = 2


@dataclass(frozen=True)
class SearchLimits:
    """What coarse pictures of signatures that are the same satisfy, so that others need no closer look.

    ``frame`` bounds the squared difference of each pair of pictures, ``total`` their sum; ``length`` is by how much the
    numbers of pictures may differ (None: by any number).
    """

    frame: float
    total: float
    length: int | None


def same_video(a: VideoSignature, b: VideoSignature) -> bool:
    """Return whether two presentations show the same video.

    Parametric videos (published rule): same label, number of segments, and bounds within two frames; mean distance
    over key frames below 5. Key frames are paired within each segment in order, as far as both have them. In classes
    of still segments, each pair must also be within the segments' own limit: among 20 or 35 segments one that differs
    (another photograph, a blob at the next place) can hide below the mean, and then one video would have two sequences
    of segments. Classes of moving segments have too few segments for that.

    Natural videos and unknown ones: lengths within two frames; mean distance over the key frames that both have at the
    same place below 5; and no two thumbnails 5 or more apart. The thumbnails see every frame, so they replace the
    agreement of segmentations: cut detection flips at threshold edges (of the published presentations, one has another
    number of segments than its video, though two independent groupings put it there), while a short inserted scene that
    falls between key frames, in which no cut was found, is noticed. Repeats differ by less than a gray level even in
    the frame at a cut, so that no repeat is lost.
    """
    return compare_videos(a, b) is not Likeness.DIFFERENT


def same_segment(a: SegmentSignature, b: SegmentSignature) -> bool:
    """Return whether two segments show the same stimulus: same label, distance over key frames at most 20.

    Key frames are paired in order, as far as both have them. Where a signature holds shifted key frames, the best shift
    counts (published rule); signatures from the catalog hold none, for which the other's shifts make up.
    """
    return compare_segments(a, b) is not Likeness.DIFFERENT


def compare_videos(a: VideoSignature, b: VideoSignature) -> Likeness:
    """Return how alike two videos are; see `same_video`."""
    if a.label != b.label or a.shape != b.shape or abs(a.valid_frames - b.valid_frames) > FRAME_TOLERANCE:
        return Likeness.DIFFERENT
    if a.parametric:
        return _compare_parametric(a, b)
    return _compare_natural(a, b)


def compare_segments(a: SegmentSignature, b: SegmentSignature) -> Likeness:
    """Return how alike two segments are; see `same_segment`."""
    if a.label != b.label or a.shape != b.shape:
        return Likeness.DIFFERENT
    pairs = [(a.key_frames, b.key_frames)]
    pairs += [(shifted, b.key_frames) for shifted in a.shifted]
    pairs += [(a.key_frames, shifted) for shifted in b.shifted]
    common = min(len(a.key_frames), len(b.key_frames))
    distances = [_distances(one[:common], other[:common]) for one, other in pairs]
    if distances[0].max() <= _REPRESENTED and len(a.key_frames) == len(b.key_frames):
        return Likeness.REPRESENTED
    return Likeness.SAME if min(one.mean() for one in distances) <= SEGMENT_LIMIT else Likeness.DIFFERENT


def video_search_limits(projection: Projection) -> SearchLimits:
    """Return what the projection of any video that is the same as this one's satisfies."""
    total = VIDEO_LIMIT * projection.n_key_frames
    if projection.label not in PARAMETRIC_CLASSES:
        return SearchLimits(frame=VIDEO_LIMIT, total=total, length=1)
    return SearchLimits(frame=SEGMENT_LIMIT if _still(projection.label) else total, total=total, length=0)


def segment_search_limits(projection: Projection) -> SearchLimits:
    """Return what the projection of any segment that is the same as this one's satisfies."""
    total = SEGMENT_LIMIT * projection.n_key_frames
    return SearchLimits(frame=total, total=total, length=None)


def _compare_parametric(a: VideoSignature, b: VideoSignature) -> Likeness:
    if len(a.starts) != len(b.starts):
        return Likeness.DIFFERENT
    bounds_a, bounds_b = np.stack([a.starts, a.ends]), np.stack([b.starts, b.ends])
    if np.abs(bounds_a - bounds_b).max() > FRAME_TOLERANCE:
        return Likeness.DIFFERENT
    if np.array_equal(a.key_segments, b.key_segments):
        distances = _distances(a.key_frames, b.key_frames)
    else:
        pairs = _pairs(a, b)
        distances = _distances(a.key_frames[pairs[0]], b.key_frames[pairs[1]])
    if _still(a.label) and distances.max() > SEGMENT_LIMIT:
        return Likeness.DIFFERENT
    return _likeness(distances, alike=np.array_equal(bounds_a, bounds_b))


def _compare_natural(a: VideoSignature, b: VideoSignature) -> Likeness:
    common = min(len(a.thumbnails), len(b.thumbnails))
    if common == 0:
        return Likeness.REPRESENTED
    coarse = _distances(a.thumbnails[:common], b.thumbnails[:common])
    if coarse.max() >= VIDEO_LIMIT:
        return Likeness.DIFFERENT
    _, in_a, in_b = np.intersect1d(a.key_positions, b.key_positions, assume_unique=True, return_indices=True)
    if len(in_a) == 0:
        return Likeness.SAME
    alike = np.array_equal(a.key_positions, b.key_positions) and a.valid_frames == b.valid_frames
    return _likeness(
        _distances(a.key_frames[in_a], b.key_frames[in_b]), alike=alike and bool(coarse.max() <= _REPRESENTED)
    )


def _likeness(distances: Distances, *, alike: bool) -> Likeness:
    """Return the likeness by the distances of key frames; ``alike``: whether everything else is the same."""
    if distances.mean() >= VIDEO_LIMIT:
        return Likeness.DIFFERENT
    return Likeness.REPRESENTED if alike and distances.max() <= _REPRESENTED else Likeness.SAME


def _pairs(a: VideoSignature, b: VideoSignature) -> tuple[list[int], list[int]]:
    """Return which key frames of two segmentations are compared: the n-th of a segment with the n-th."""
    pairs: tuple[list[int], list[int]] = ([], [])
    for segment in range(len(a.starts)):
        in_a, in_b = np.flatnonzero(a.key_segments == segment), np.flatnonzero(b.key_segments == segment)
        common = min(len(in_a), len(in_b))
        pairs[0].extend(in_a[:common].tolist())
        pairs[1].extend(in_b[:common].tolist())
    return pairs


def _distances(a: Pictures, b: Pictures) -> Distances:
    """Return the mean squared difference of each pair of pictures, (n, …) and (n, …)."""
    difference = np.subtract(a, b, dtype=np.float64).reshape(len(a), -1)
    return np.asarray(np.einsum("np,np->n", difference, difference) / difference.shape[1])


def _still(label: str) -> bool:
    return PARAMETRIC_CLASSES[label].criteria.static
