"""Labels: which stimulus class a segmented video belongs to, and which of its segments do not fit."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ingest.analysis.segments import Segment
from ingest.analysis.stimulus_classes import (
    NATURAL_VIDEO,
    PARAMETRIC_CLASSES,
    UNKNOWN,
    SegmentCriteria,
    StimulusClass,
)

_FEW_SEGMENTS = 3
"""With no more segments than this, equal durations may be chance (published rule)."""

_IRREGULAR_DURATIONS = 1.0
"""Least standard deviation, in frames, of the durations of a natural video with more segments (published rule)."""


def classify(segments: Sequence[Segment]) -> tuple[str, tuple[bool, ...]]:
    """Return the label of a video with these segments, and for each segment whether it is bad for that label.

    The label is the one parametric class whose conditions hold. Where none or several hold, the video is a
    NaturalVideo if its segments look like it, otherwise ``unknown``, for which no segment is bad (published rule).
    """
    if not segments:
        return UNKNOWN, ()
    matches = [
        (stimulus.label, bad)
        for stimulus in PARAMETRIC_CLASSES.values()
        if (bad := _matching(segments, stimulus)) is not None
    ]
    if len(matches) == 1:
        return matches[0]
    uniform = tuple(segment.is_uniform for segment in segments)
    if sum(uniform) <= 1 and _irregular([segment.duration for segment in segments]):
        return NATURAL_VIDEO, uniform
    return UNKNOWN, (False,) * len(segments)


def bad_segments(segments: Sequence[Segment], criteria: SegmentCriteria) -> tuple[bool, ...]:
    """Return for each segment whether it fails one of the criteria."""
    bad = [_fails(segment, criteria) for segment in segments]
    if criteria.alternating:
        for index, (one, next_one) in enumerate(pairwise(segments)):
            if one.is_uniform == next_one.is_uniform:
                bad[index] = bad[index + 1] = True
    return tuple(bad)


def _matching(segments: Sequence[Segment], stimulus: StimulusClass) -> tuple[bool, ...] | None:
    """Return which segments are bad if the video satisfies the class, else None."""
    if len(segments) not in stimulus.counts:
        return None
    if sum(segment.is_uniform for segment in segments) < stimulus.uniform_at_least:
        return None
    bad = bad_segments(segments, stimulus.criteria)
    return bad if sum(bad) <= stimulus.bad_at_most else None


def _fails(segment: Segment, criteria: SegmentCriteria) -> bool:
    least, most = criteria.duration
    if criteria.uniform_duration is not None and segment.is_uniform:
        least, most = criteria.uniform_duration
    sides = (segment.margin_left, segment.margin_right)
    margins = (*sides, segment.margin_top, segment.margin_bottom)
    return (
        not least <= segment.duration <= most
        or (criteria.static and not segment.is_static)
        or (
            criteria.background_proportion is not None
            and segment.background_proportion < criteria.background_proportion
        )
        or (criteria.side_margins is not None and min(sides) < criteria.side_margins)
        or (criteria.open_margins is not None and min(margins) >= criteria.open_margins)
    )


def _irregular(durations: Sequence[int]) -> bool:
    return len(durations) <= _FEW_SEGMENTS or float(np.std(durations)) >= _IRREGULAR_DURATIONS
