"""The six classes of stimuli: how a video of each is designed, and how it is drawn."""

from __future__ import annotations

from typing import Protocol

from ingest.simulation.stimuli import gabor, gaussian_dot, natural_images, natural_video, pink_noise, random_dots
from ingest.simulation.stimuli.base import BACKGROUND, GRAY, HEIGHT, WIDTH, Frames, LookAlike, Segment, Stimulus

__all__ = [
    "BACKGROUND",
    "GRAY",
    "HEIGHT",
    "PARAMETRIC",
    "WIDTH",
    "Frames",
    "LookAlike",
    "Segment",
    "Stimulus",
    "natural_video",
    "render",
]


class ParametricClass(Protocol):
    """What the module of a parametric class offers."""

    def design(self, seed: int, pair: int, number: int) -> Stimulus:
        """Video `number` of a pair of mice."""

    def another(self, segment: Segment, key: object, /, *, close: bool = False) -> Segment:
        """A segment that shows something else for as long, `key` names it where the class does not.

        If `close`, the class may choose something that looks much the same.
        """

    def differ_clearly(self, one: Segment, other: Segment, /) -> bool:
        """Whether exchanging the two in a video makes another video."""

    def render(self, stimulus: Stimulus, seed: int, /) -> Frames:
        """Frames (frames, height, width)."""


PARAMETRIC: dict[str, ParametricClass] = {
    "GaussianDot": gaussian_dot,
    "RandomDots": random_dots,
    "Gabor": gabor,
    "PinkNoise": pink_noise,
    "NaturalImages": natural_images,
}


def render(stimulus: Stimulus, seed: int) -> Frames:
    """The frames of a stimulus before any presentation: (frames, height, width), 0..255."""
    if stimulus.label == natural_video.LABEL:
        return natural_video.render(stimulus, seed)
    return PARAMETRIC[stimulus.label].render(stimulus, seed)
