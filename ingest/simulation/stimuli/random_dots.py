"""RandomDots: 4 random-dot kinematograms of 60 frames: black and white discs drifting over gray."""

from __future__ import annotations

import numpy as np

from ingest.simulation.stimuli.base import GRAY, HEIGHT, WIDTH, Frames, Segment, Stimulus, even_starts
from ingest.simulation.streams import stream

__all__ = ["another", "design", "differ_clearly", "render"]

LABEL = "RandomDots"
N_SEGMENTS, DURATION = 4, 60
DIRECTIONS = 8
COHERENCES = (0.5, 1.0)
SPEEDS = (0.9, 1.35)  # pixels per frame
RADIUS = 4.0  # pixels
CONTRAST = 76.5  # black and white are then 153 apart, as published
N_DOTS = 22
EDGE = RADIUS + 1  # dots leave the screen before they come back on the other side


def design(seed: int, pair: int, number: int) -> Stimulus:
    """Video `number` of a pair of mice; eight in a row show every combination once."""
    kinds = DIRECTIONS * len(COHERENCES) * len(SPEEDS)
    per_round = kinds // N_SEGMENTS
    order = stream(seed, LABEL, pair, "order", number // per_round).permutation(kinds)
    chosen = order[number % per_round * N_SEGMENTS :][:N_SEGMENTS]
    slots = even_starts(stream(seed, LABEL, pair, number), N_SEGMENTS, DURATION, late=0.0)
    pattern = f"p{pair}-{number // per_round}"
    segments = (_segment(int(kind), pattern, *slot) for kind, slot in zip(chosen, slots, strict=True))
    return Stimulus(f"p{pair}-{LABEL}-{number}", LABEL, tuple(segments))


def _segment(kind: int, pattern: str, start: int, end: int) -> Segment:
    direction, coherence, speed = kind // 4, kind // 2 % 2, kind % 2
    parameters = {
        "direction": direction * 360 / DIRECTIONS,
        "coherence": COHERENCES[coherence],
        "speed": SPEEDS[speed],
        "kind": kind,
    }
    name = f"{LABEL}-direction{direction}-coherence{coherence}-speed{speed}-{pattern}"
    return Segment(name, start, end, float(start), parameters)


def another(segment: Segment, key: object, *, close: bool = False) -> Segment:
    """The same motion of other dots."""
    return _segment(int(segment.parameters["kind"]), str(key), segment.start, segment.end)


def differ_clearly(_one: Segment, _other: Segment) -> bool:
    """Whether exchanging the two makes another video: always, no two share their dots."""
    return True


def render(stimulus: Stimulus, seed: int) -> Frames:
    """Frames (frames, height, width)."""
    return np.concatenate([_render_segment(segment, seed) for segment in stimulus.segments])


def _render_segment(segment: Segment, seed: int) -> Frames:
    rng = stream(seed, LABEL, segment.name)
    area = np.array([WIDTH + 2 * EDGE, HEIGHT + 2 * EDGE])
    start = rng.uniform(0, 1, (N_DOTS, 2)) * area
    heading = np.where(
        np.arange(N_DOTS) < float(segment.parameters["coherence"]) * N_DOTS,
        np.deg2rad(float(segment.parameters["direction"])),
        rng.uniform(0, 2 * np.pi, N_DOTS),
    )
    tones = np.where(rng.random(N_DOTS) < 0.5, GRAY - CONTRAST, GRAY + CONTRAST)
    velocity = float(segment.parameters["speed"]) * np.stack([np.cos(heading), -np.sin(heading)], axis=1)
    time = np.arange(segment.end - segment.start)
    path = (start + velocity * time[:, None, None]) % area - EDGE  # (frames, dots, 2)

    frames = np.full((len(time), HEIGHT, WIDTH), GRAY, np.float32)
    x, y = np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32)
    for dot in rng.permutation(N_DOTS):
        across = (x - path[:, dot, 0, None].astype(np.float32)) ** 2
        down = (y - path[:, dot, 1, None].astype(np.float32)) ** 2
        # Half a pixel of soft edge, or slow dots would move in jumps of whole pixels.
        cover = (RADIUS**2 - across[:, None, :] - down[:, :, None]) / np.float32(2 * RADIUS) + np.float32(0.5)
        np.clip(cover, 0, 1, out=cover)
        frames += cover * (np.float32(tones[dot]) - frames)
    return frames
