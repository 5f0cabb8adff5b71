"""What a stimulus is before anything is drawn: a name, and segments with their timing and content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

__all__ = [
    "BACKGROUND",
    "GRAY",
    "HEIGHT",
    "WIDTH",
    "Frames",
    "LookAlike",
    "Parameter",
    "Segment",
    "Stimulus",
    "even_starts",
]

HEIGHT, WIDTH = 36, 64
GRAY = 128.0
BACKGROUND = "Background"

Frames = npt.NDArray[np.float32]  # (frames, height, width), 0..255
Parameter = float | int | str


@dataclass(frozen=True)
class Segment:
    """One piece of a stimulus.

    Attributes:
        name: names the content: the same name shows the same pixels wherever it occurs, up to its length.
        start: first frame.
        end: the frame after the last.
        onset: when the content appears, in frames; within `start - 0.5 .. start + 0.5`. Only photographs appear
            between two frames, and the frame on the way is then a mixture of both contents.
        parameters: what the segment shows, in the terms of its class.
    """

    name: str
    start: int
    end: int
    onset: float
    parameters: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True)
class LookAlike:
    """How a video differs from the one it looks like."""

    of: str
    difference: str
    segments: tuple[int, ...]


@dataclass(frozen=True)
class Stimulus:
    """A video as designed: the same name is the same content, in both mice of a pair."""

    name: str
    label: str
    segments: tuple[Segment, ...]
    look_alike: LookAlike | None = None

    @property
    def frames(self) -> int:
        """Length in frames."""
        return self.segments[-1].end


def even_starts(rng: np.random.Generator, count: int, duration: int, late: float) -> list[tuple[int, int]]:
    """(start, end) of `count` segments of `duration` frames.

    A share `late` of the inner boundaries comes a frame late, as in the published videos: the segment before has then a
    frame more, the one after a frame less.
    """
    starts = [index * duration for index in range(count)]
    for index in range(1, count):
        starts[index] += int(rng.random() < late)
    return list(zip(starts, [*starts[1:], count * duration], strict=True))
