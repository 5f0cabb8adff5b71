"""NaturalImages: 10 photographs of about half a second, each after a stretch of uniform gray of another length."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from ingest.simulation.stimuli.base import BACKGROUND, GRAY, HEIGHT, WIDTH, Frames, Segment, Stimulus
from ingest.simulation.streams import stream
from ingest.simulation.textures import picture

__all__ = ["another", "design", "differ_clearly", "render"]

LABEL = "NaturalImages"
N_PHOTOGRAPHS = 10
PHOTOGRAPH = 15.6  # frames
GRAY_LENGTHS = (13.4, 18.6)  # frames
SHORTEST, LONGEST = 305, 326  # frames of a whole video, as published
UNDECIDED = 0.15  # a change closer than this to the middle of a frame could count for either side


def design(seed: int, pair: int, number: int) -> Stimulus:
    """Video `number` of a pair of mice; no two show the same photograph."""
    rng = stream(seed, LABEL, pair, number)
    onsets = _onsets(rng)
    starts = [round(onset) for onset in onsets]
    segments = []
    for index, (start, end) in enumerate(pairwise(starts)):
        name = BACKGROUND if index % 2 == 0 else f"{LABEL}-p{pair}-{number}-{index // 2}"
        segments.append(Segment(name, start, end, onsets[index]))
    return Stimulus(f"p{pair}-{LABEL}-{number}", LABEL, tuple(segments))


def _onsets(rng: np.random.Generator) -> list[float]:
    """Onset of each segment, and the end of the last, in frames."""
    while True:
        onsets = [0.0]
        for _ in range(N_PHOTOGRAPHS):
            onsets.append(_decided(onsets[-1] + rng.uniform(*GRAY_LENGTHS)))
            onsets.append(_decided(onsets[-1] + PHOTOGRAPH))
        onsets[-1] = float(round(onsets[-1]))
        if SHORTEST <= onsets[-1] <= LONGEST:
            return onsets


def _decided(onset: float) -> float:
    """The onset, moved away from the middle of a frame, where resampling could carry it to either side."""
    past_middle = onset % 1 - 0.5
    if abs(past_middle) < UNDECIDED:
        onset += (UNDECIDED if past_middle >= 0 else -UNDECIDED) - past_middle
    return onset


def another(segment: Segment, key: object, *, close: bool = False) -> Segment:
    """Another photograph at the same time."""
    return replace(segment, name=f"{LABEL}-{key}")


def differ_clearly(one: Segment, other: Segment) -> bool:
    """Whether exchanging the two makes another video."""
    return one.name != other.name


def render(stimulus: Stimulus, seed: int) -> Frames:
    """Frames (frames, height, width)."""
    frames = np.empty((stimulus.frames, HEIGHT, WIDTH), np.float32)
    before = np.full((HEIGHT, WIDTH), GRAY, np.float32)
    for segment in stimulus.segments:
        shown = before * 0 + np.float32(GRAY) if segment.name == BACKGROUND else photograph(segment.name, seed)
        first = int(np.floor(segment.onset))
        frames[first : segment.end + 1] = shown
        share = segment.onset - first  # of frame `first` that still belongs to what was before
        if share > 0:
            frames[first] = shown + np.float32(share) * (before - shown)
        before = shown
    return frames


def photograph(name: str, seed: int) -> npt.NDArray[np.float32]:
    """The photograph of that name: (height, width), 0..255."""
    rng = stream(seed, LABEL, name)
    texture = picture(rng, 72, 96, slope=rng.uniform(1.0, 1.5), things=30, blur=0.5)[:HEIGHT, :WIDTH]
    # Film saturates gently: few photographs reach black or white, most come near to both.
    exposure, contrast, reach = rng.normal(0, 0.35), rng.uniform(0.7, 1.2), rng.uniform(105, 127)
    shown: npt.NDArray[np.float32] = (GRAY + reach * np.tanh(exposure + contrast * texture)).astype(np.float32)
    return shown
