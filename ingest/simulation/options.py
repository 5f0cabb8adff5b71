"""Options of a simulation, checked when they are given."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Literal

__all__ = ["ClassPlan", "SimulationOptions", "class_plan"]

Dtype = Literal["float32", "float64"]


@dataclass(frozen=True)
class ClassPlan:
    """Which parametric classes one recording shows in which tier."""

    live_test_bonus: tuple[str, ...]
    final_test_bonus: tuple[str, ...]

    @property
    def classes(self) -> tuple[str, ...]:
        """All parametric classes of the recording."""
        return self.live_test_bonus + self.final_test_bonus


# The three pairs of the published metadata; in each the first mouse is of the release with responses,
# the second of the one without. Pairs beyond the third start over.
CLASS_PLANS: tuple[tuple[ClassPlan, ClassPlan], ...] = (
    (
        ClassPlan(("PinkNoise",), ("GaussianDot", "RandomDots")),
        ClassPlan(("PinkNoise",), ("GaussianDot", "RandomDots")),
    ),
    (
        ClassPlan(("RandomDots",), ("Gabor", "NaturalImages")),
        ClassPlan(("Gabor",), ("NaturalImages", "RandomDots")),
    ),
    (
        ClassPlan(("NaturalImages",), ("GaussianDot", "PinkNoise")),
        ClassPlan(("GaussianDot",), ("NaturalImages", "PinkNoise")),
    ),
)

_AT_LEAST = {
    "seed": 0,
    "recordings": 1,
    "n_neurons": 1,
    "train_videos": 0,
    "test_videos": 0,
    "test_repeats": 1,
    "parametric_videos": 0,
    "parametric_repeats": 1,
    "look_alikes": 0,
}


@dataclass(frozen=True)
class SimulationOptions:
    """What to simulate.

    The defaults show all six classes and take about 250 MB. The published recordings have about 350 train videos, 6
    test videos in each of three tiers and 6 parametric videos of each of three classes (8 of random dots), 10 repeats
    each, and about 8,000 neurons.

    Attributes:
        seed: everything follows from it, names of recordings included.
        recordings: how many; two in a row are a pair that sees the same stimuli, the first of the release that holds
            float32 and all responses, the second of the one with float64 and withheld test responses.
        n_neurons: neurons of the smallest recording; each has up to a tenth more.
        train_videos: natural videos shown once in each recording.
        test_videos: natural videos in each of the tiers oracle, live_test_main and final_test_main.
        test_repeats: presentations of each of those in a recording.
        parametric_videos: videos of each parametric class of a recording.
        parametric_repeats: presentations of each of those in a recording.
        dtype: "float32" or "float64" for every recording; None: each release its own.
        ulp_wander: still pixels of float64 videos wander by a unit in the last place, as the resampling of the real
            release leaves them; None: where a recording is float64 because its release is. Without it a float64 file
            holds exactly the float32 values.
        drop_frames: some repeats of image videos drop or double a frame or two.
        stalled: the screen stalls for 97 frames during one image video; needs a recording that shows them (the third).
        look_alikes: how many sets of nearly equal, yet different videos to add to each recording.
        name_suffix: appended to the names of recordings, such as "_30hz".
        misspelled_behavior: the last recording calls its behavior folder "bahavior".
    """

    seed: int = 0
    recordings: int = 4
    n_neurons: int = 50
    train_videos: int = 2
    test_videos: int = 1
    test_repeats: int = 2
    parametric_videos: int = 1
    parametric_repeats: int = 2
    dtype: Dtype | None = None
    ulp_wander: bool | None = None
    drop_frames: bool = True
    stalled: bool = False
    look_alikes: int = 0
    name_suffix: str = ""
    misspelled_behavior: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError, naming option, value and what was expected."""
        for field in fields(self):
            value = getattr(self, field.name)
            least = _AT_LEAST.get(field.name)
            if least is not None and (isinstance(value, bool) or not isinstance(value, int) or value < least):
                raise ValueError(f"{field.name}={value!r}: expected a whole number of at least {least}")
        if self.dtype not in (None, "float32", "float64"):
            raise ValueError(f"dtype={self.dtype!r}: expected 'float32', 'float64' or None")
        if self.ulp_wander and self.dtype == "float32":
            raise ValueError("ulp_wander=True: expected dtype 'float64' or None, float32 files have nothing to wander")
        if not re.fullmatch(r"[A-Za-z0-9_.-]*", self.name_suffix):
            raise ValueError(f"name_suffix={self.name_suffix!r}: expected only letters, digits, '_', '-' and '.'")
        if self.stalled and (self.parametric_videos == 0 or not self._shows_images()):
            raise ValueError(
                f"stalled=True with recordings={self.recordings}, parametric_videos={self.parametric_videos}: "
                "expected at least 3 recordings and 1 parametric video, the stall happens in an image video"
            )
        if self.train_videos + self.test_videos + self.parametric_videos == 0:
            raise ValueError("train_videos, test_videos and parametric_videos are all 0: expected something to show")

    def _shows_images(self) -> bool:
        return any("NaturalImages" in class_plan(index).classes for index in range(self.recordings))


def class_plan(index: int) -> ClassPlan:
    """The classes of recording `index`, counted from 0."""
    return CLASS_PLANS[index // 2 % len(CLASS_PLANS)][index % 2]
