"""Faults of a presentation: frames of the stimulus that the screen dropped, doubled or stalled on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ingest.simulation.stimuli import BACKGROUND, Segment, Stimulus

__all__ = ["STALL", "Fault", "frames_after", "frames_shown", "image_faults", "shown_times", "stall"]

STALL = 97  # frames: makes the published lengths 403 and 414 of videos of 306 and 317 frames
KEEP_CLEAR = 4  # frames next to a segment's edges that faults spare, mixtures of two contents among them
# A published grouping needs the repeats of a video within 2 frames of one another, and gray of 10 to 20 frames.
GRAY_SHORTEST, GRAY_LONGEST = 10, 20
PHOTOGRAPH_SHORTEST, PHOTOGRAPH_LONGEST = 14, 16


@dataclass(frozen=True)
class Fault:
    """One fault.

    Attributes:
        kind: "dropped": `count` frames from `frame` on are not shown; "doubled" or "stalled": `frame` is shown `count`
            times more.
        frame: index in the stimulus, not in the presentation.
        count: how many frames.
    """

    kind: Literal["dropped", "doubled", "stalled"]
    frame: int
    count: int


def shown_times(frames: int, faults: Iterable[Fault]) -> npt.NDArray[np.intp]:
    """How many times each frame of a stimulus is shown: (frames,)."""
    times = np.ones(frames, np.intp)
    for fault in faults:
        if fault.kind == "dropped":
            times[fault.frame : fault.frame + fault.count] = 0
        else:
            times[fault.frame] += fault.count
    return times


def frames_shown(frames: int, faults: Iterable[Fault]) -> npt.NDArray[np.intp]:
    """The index in the stimulus of each frame of the presentation: (presented frames,)."""
    return np.repeat(np.arange(frames), shown_times(frames, faults))


def frames_after(frames: int, faults: Iterable[Fault]) -> int:
    """Length of the presentation."""
    return int(shown_times(frames, faults).sum())


def stall(stimulus: Stimulus) -> tuple[Fault, ...]:
    """The screen stalls in the middle of the third segment."""
    third = stimulus.segments[2]
    return (Fault("stalled", (third.start + third.end) // 2, STALL),)


def image_faults(rng: np.random.Generator, stimulus: Stimulus) -> tuple[Fault, ...]:
    """One of the faults of published image videos, somewhere in the middle.

    Either one or two frames too many or too few, so that all later segments start shifted; or a frame too many that is
    made up for by a frame too few some segments later, so that only the segments between are shifted.
    """
    if rng.random() < 0.7:
        doubled = bool(rng.random() < 0.6)
        change = int(rng.integers(1, 3)) * (1 if doubled else -1)
        return _change_one(rng, stimulus.segments[4:16], change)
    return _change_one(rng, stimulus.segments[4:9], 1) + _change_one(rng, stimulus.segments[10:16], -1)


def _change_one(rng: np.random.Generator, segments: tuple[Segment, ...], change: int) -> tuple[Fault, ...]:
    """A fault in one of the segments that stay of valid length; none if there is no such segment."""
    able = [segment for segment in segments if _stays_valid(segment, change)]
    if not able:
        return ()
    segment = able[int(rng.integers(len(able)))]
    frame = int(rng.integers(segment.start + KEEP_CLEAR, segment.end - KEEP_CLEAR - 1))
    return (Fault("doubled" if change > 0 else "dropped", frame, abs(change)),)


def _stays_valid(segment: Segment, change: int) -> bool:
    length = segment.end - segment.start + change
    if segment.name == BACKGROUND:
        return GRAY_SHORTEST <= length <= GRAY_LONGEST
    return PHOTOGRAPH_SHORTEST <= length <= PHOTOGRAPH_LONGEST
