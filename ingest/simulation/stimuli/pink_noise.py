"""PinkNoise: 12 pieces of 27 frames of 1/f noise that drifts in one direction and slowly changes, full screen."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from ingest.simulation.stimuli.base import GRAY, HEIGHT, WIDTH, Frames, Segment, Stimulus, even_starts
from ingest.simulation.streams import stream
from ingest.simulation.textures import radial_frequency

__all__ = ["another", "design", "differ_clearly", "render"]

LABEL = "PinkNoise"
N_SEGMENTS, DURATION = 12, 27
LATE = 0.07
DIRECTIONS = 8
CONTRAST = 41.0  # standard deviation in gray levels
SPEED = 0.45  # pixels per frame
KEPT = 0.999  # of the pattern from one frame to the next; the rest is new
DIRECTEDNESS = 1.5  # how much of the energy lies across the direction of motion


def design(seed: int, pair: int, number: int) -> Stimulus:
    """Video `number` of a pair of mice; no two pieces are alike."""
    rng = stream(seed, LABEL, pair, number)
    slots = even_starts(rng, N_SEGMENTS, DURATION, LATE)
    segments = (
        Segment(
            f"{LABEL}-p{pair}-{number}-{index}",
            *slot,
            onset=float(slot[0]),
            parameters={"direction": int(rng.integers(DIRECTIONS)) * 360 / DIRECTIONS},
        )
        for index, slot in enumerate(slots)
    )
    return Stimulus(f"p{pair}-{LABEL}-{number}", LABEL, tuple(segments))


def another(segment: Segment, key: object, *, close: bool = False) -> Segment:
    """Other noise of the same direction."""
    return replace(segment, name=f"{LABEL}-{key}")


def differ_clearly(_one: Segment, _other: Segment) -> bool:
    """Whether exchanging the two makes another video: always."""
    return True


def render(stimulus: Stimulus, seed: int) -> Frames:
    """Frames (frames, height, width)."""
    return np.concatenate([_render_segment(segment, seed) for segment in stimulus.segments])


def _render_segment(segment: Segment, seed: int) -> Frames:
    rng = stream(seed, LABEL, segment.name)
    count = segment.end - segment.start
    direction = np.deg2rad(float(segment.parameters["direction"]))
    fy, fx = np.fft.fftfreq(HEIGHT)[:, None], np.fft.rfftfreq(WIDTH)[None, :]
    along = np.cos(direction) * fx - np.sin(direction) * fy
    # Drawn in the longest length first, so that a frame more or less changes no frame before.
    noise = np.fft.rfft2(rng.standard_normal((DURATION + 2, HEIGHT, WIDTH), dtype=np.float32))[:count]
    # Random in phase alone at first: pieces then have all the same contrast and change, as published.
    noise[0] *= np.sqrt(HEIGHT * WIDTH) / np.abs(noise[0])
    noise *= _amplitude(along)
    step = KEPT * np.exp(-2j * np.pi * along * SPEED)
    for index in range(1, count):
        noise[index] = step * noise[index - 1] + np.sqrt(1 - KEPT**2) * noise[index]
    pattern = np.fft.irfft2(noise, (HEIGHT, WIDTH))
    return np.clip(GRAY + CONTRAST * pattern, 0, 255).astype(np.float32)


def _amplitude(along: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Amplitude of each coefficient for noise of variance 1: 1/f, stronger where the grating moves along its normal."""
    frequency = radial_frequency(HEIGHT, WIDTH)
    frequency[0, 0] = np.inf
    cosine = along / frequency
    # Structures larger than the screen would make whole pieces dark or bright.
    frequency = np.maximum(frequency, 1 / 24)
    frequency[0, 0] = np.inf
    amplitude = np.exp(DIRECTEDNESS * (cosine**2 - 1)) / frequency
    twice = np.full(WIDTH // 2 + 1, 2.0)  # coefficients a real FFT leaves out
    twice[[0, -1]] = 1.0
    power = float((amplitude**2 * twice).sum()) / (HEIGHT * WIDTH)
    normalised: npt.NDArray[np.float64] = amplitude / np.sqrt(power)
    return normalised
