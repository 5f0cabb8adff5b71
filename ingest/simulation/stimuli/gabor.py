"""Gabor: 12 drifting Gabor patches of 25 frames, in the middle of a gray screen.

All last 25 frames. That cut detection finds 24 or 26 for about one in twenty follows from the drift: late in a video a
third of the frame at a cut still shows what was before, and after a fast, fine Gabor the change that stands out is then
the small one behind the cut. In the published video with such durations they are near the end, too.
"""

from __future__ import annotations

import numpy as np

from ingest.simulation.stimuli.base import GRAY, HEIGHT, WIDTH, Frames, Segment, Stimulus, even_starts
from ingest.simulation.streams import stream

__all__ = ["another", "design", "differ_clearly", "render"]

LABEL = "Gabor"
N_SEGMENTS, DURATION = 12, 25
DIRECTIONS = 8
# Fitted to the published descriptors of 36 unique Gabors: their frame-to-frame change falls into nine groups that three
# spatial frequencies times three speeds explain, not three temporal frequencies common to all spatial ones.
SPATIAL_FREQUENCIES = (0.037, 0.075, 0.145)  # cycles per pixel
SPEEDS = (0.455, 0.91, 1.365)  # pixels per frame
ENVELOPE_SD = 5.25  # pixels
AMPLITUDE = 114.5
BLUR_SD = 0.65  # pixels: fine gratings lose contrast on their way to 36 by 64 pixels
FRAMES_PER_SECOND = 30


def design(seed: int, pair: int, number: int) -> Stimulus:
    """Video `number` of a pair of mice; six in a row show every Gabor once."""
    kinds = DIRECTIONS * len(SPATIAL_FREQUENCIES) * len(SPEEDS)
    per_round = kinds // N_SEGMENTS
    order = stream(seed, LABEL, pair, "order", number // per_round).permutation(kinds)
    chosen = order[number % per_round * N_SEGMENTS :][:N_SEGMENTS]
    slots = even_starts(stream(seed, LABEL, pair, number), N_SEGMENTS, DURATION, late=0.0)
    segments = (_segment(int(kind), *slot) for kind, slot in zip(chosen, slots, strict=True))
    return Stimulus(f"p{pair}-{LABEL}-{number}", LABEL, tuple(segments))


def _segment(kind: int, start: int, end: int) -> Segment:
    direction, rest = kind // 9, kind % 9
    spatial, speed = rest // 3, rest % 3
    parameters = {
        "direction": direction * 360 / DIRECTIONS,
        "spatial_frequency": SPATIAL_FREQUENCIES[spatial],
        "temporal_frequency": round(SPATIAL_FREQUENCIES[spatial] * SPEEDS[speed] * FRAMES_PER_SECOND, 6),
        "speed": SPEEDS[speed],
        "kind": kind,
    }
    name = f"{LABEL}-direction{direction}-spatial{spatial}-temporal{speed}"
    return Segment(name, start, end, float(start), parameters)


def another(segment: Segment, _key: object, *, close: bool = False) -> Segment:
    """The Gabor of the next spatial frequency, all else equal."""
    kind = int(segment.parameters["kind"])
    return _segment(kind // 9 * 9 + (kind + 3) % 9, segment.start, segment.end)


def differ_clearly(one: Segment, other: Segment) -> bool:
    """Whether exchanging the two makes another video: coarse Gabors of near directions nearly coincide."""
    return one.parameters["spatial_frequency"] != other.parameters["spatial_frequency"]


def render(stimulus: Stimulus, _seed: int) -> Frames:
    """Frames (frames, height, width)."""
    frames = np.empty((stimulus.frames, HEIGHT, WIDTH), np.float32)
    x, y = np.arange(WIDTH) - (WIDTH - 1) / 2, np.arange(HEIGHT) - (HEIGHT - 1) / 2
    envelope = np.exp(-(x[None, :] ** 2 + y[:, None] ** 2) / (2 * ENVELOPE_SD**2))
    for segment in stimulus.segments:
        direction = np.deg2rad(float(segment.parameters["direction"]))
        frequency = float(segment.parameters["spatial_frequency"])
        blur = np.exp(-2 * (np.pi * BLUR_SD * frequency) ** 2)
        # Rows count downwards, directions counter-clockwise from the right: up is 90 degrees.
        along = np.cos(direction) * x[None, :] - np.sin(direction) * y[:, None]
        travelled = float(segment.parameters["speed"]) * np.arange(segment.end - segment.start)
        grating = np.cos(2 * np.pi * frequency * (along[None] - travelled[:, None, None]))
        frames[segment.start : segment.end] = GRAY + AMPLITUDE * blur * envelope * grating
    return frames
