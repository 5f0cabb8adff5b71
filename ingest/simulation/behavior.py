"""Behavior of the mouse in a trial: pupil, running, gaze. It follows no stimulus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest.simulation.sessions import Presentation
from ingest.simulation.streams import stream

__all__ = ["Behavior", "behave"]


@dataclass(frozen=True)
class Behavior:
    """Behavior in one trial.

    Attributes:
        pupil_and_running: (2, frames) pupil dilation, running speed.
        gaze: (2, frames) x, y of the pupil's centre in the eye camera's pixels.
    """

    pupil_and_running: npt.NDArray[np.float32]
    gaze: npt.NDArray[np.float32]


def behave(seed: int, recording: str, presentation: Presentation) -> Behavior:
    """Behavior during one presentation."""
    rng = stream(seed, "behavior", recording, presentation.stimulus.name, presentation.repeat)
    frames = presentation.frames
    pupil = 25 * np.exp(rng.normal(0, 0.25) + 0.15 * _wave(rng, frames))
    running = np.maximum(0, 12 * _wave(rng, frames) + rng.normal(0, 8)) + np.abs(rng.normal(0, 0.02, frames))
    if not presentation.running:
        running[:] = 0
    gaze = np.stack([150 + 6 * _wave(rng, frames), 115 + 4 * _wave(rng, frames)]) + rng.normal(0, 0.2, (2, frames))
    return Behavior(np.stack([pupil, running]).astype(np.float32), gaze.astype(np.float32))


def _wave(rng: np.random.Generator, frames: int) -> npt.NDArray[np.float64]:
    """A slow signal of about unit size: (frames,)."""
    time = np.arange(frames)
    periods, phases = rng.uniform(60, 600, 3), rng.uniform(0, 2 * np.pi, 3)
    wave: npt.NDArray[np.float64] = np.sin(2 * np.pi * time / periods[:, None] + phases[:, None]).sum(0) / 1.2
    return wave
