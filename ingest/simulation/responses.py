"""Responses of neurons: sparse and non-negative, alike when the same thing is shown again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingest.simulation.faults import frames_shown
from ingest.simulation.sessions import Presentation
from ingest.simulation.streams import stream

__all__ = ["Neurons", "Responses", "draw_neurons", "respond"]

Responses = npt.NDArray[np.float32]  # (neurons, frames)

PLANES = tuple(range(200, 426, 25))  # µm
FIELD = 620  # µm, side of the imaged square
# Fitted to the published neuron statistics of three recordings with all responses: mean activation has median 2.4 and
# 5 % to 95 % quantiles of 0.8 and 9.7, its standard deviation is about 4.8 times as large.
MEDIAN_MEAN, MEAN_SPREAD = 2.4, 0.76  # natural logarithm
THRESHOLD = 0.9
POWER = 2.3
MEAN_ABOVE_THRESHOLD = 0.0976  # of max(z - THRESHOLD, 0) ** POWER for standard normal z
SMOOTHED = 5  # frames: the microscope is slower than the 30 samples a second it is resampled to
RELIABILITY = (0.2, 0.8)  # share of a neuron's variance that the stimulus explains
MEDIAN_RESIDUE, RESIDUE_SPREAD = 1.5e-9, 1.1  # of the deconvolution where nothing happens; natural logarithm


@dataclass(frozen=True)
class Neurons:
    """The neurons of a recording.

    Attributes:
        unit_ids: (neurons,) increasing, with gaps.
        coordinates: (neurons, 3) x, y, z in µm; z is one of ten planes.
        scale: (neurons,) mean activity.
        reliability: (neurons,) share of the variance that the stimulus explains.
        residue: (neurons,) size of what the deconvolution leaves where nothing happens.
    """

    unit_ids: npt.NDArray[np.int64]
    coordinates: npt.NDArray[np.int64]
    scale: npt.NDArray[np.float32]
    reliability: npt.NDArray[np.float32]
    residue: npt.NDArray[np.float32]


def draw_neurons(seed: int, recording: str, count: int) -> Neurons:
    """The neurons of a recording, plane by plane as the microscope finds them."""
    rng = stream(seed, "neurons", recording)
    unit_ids = np.cumsum(1 + (rng.random(count) < 0.08))
    corner = rng.integers(-1400, 0, 2)
    coordinates = np.empty((count, 3), np.int64)
    coordinates[:, :2] = corner + rng.integers(0, FIELD + 1, (count, 2))
    coordinates[:, 2] = np.sort(np.resize(PLANES, count))
    return Neurons(
        unit_ids=unit_ids.astype(np.int64),
        coordinates=coordinates,
        scale=(MEDIAN_MEAN * np.exp(MEAN_SPREAD * rng.standard_normal(count))).astype(np.float32),
        reliability=rng.uniform(*RELIABILITY, count).astype(np.float32),
        residue=(MEDIAN_RESIDUE * np.exp(RESIDUE_SPREAD * rng.standard_normal(count))).astype(np.float32),
    )


def respond(seed: int, recording: str, neurons: Neurons, presentation: Presentation) -> Responses:
    """Responses to one presentation: (neurons, valid frames), about non-negative."""
    count = len(neurons.scale)
    stimulus = presentation.stimulus
    # By segment, so that neurons answer a Gabor alike in every video that holds it.
    drive = np.concatenate(
        [
            stream(seed, "drive", recording, segment.name).standard_normal(
                (segment.end - segment.start, count), dtype=np.float32
            )
            for segment in stimulus.segments
        ]
    ).T[:, frames_shown(stimulus.frames, presentation.faults)]
    rng = stream(seed, "noise", recording, stimulus.name, presentation.repeat)
    noise = rng.standard_normal(drive.shape, dtype=np.float32)
    drive *= np.sqrt(neurons.reliability)[:, None]
    residue = noise * neurons.residue[:, None]
    noise *= np.sqrt(1 - neurons.reliability)[:, None]
    drive += noise
    activity = _smooth(drive) - np.float32(THRESHOLD)
    np.maximum(activity, 0, out=activity)
    active = activity > 0
    activity[active] **= np.float32(POWER)
    activity *= (neurons.scale / np.float32(MEAN_ABOVE_THRESHOLD))[:, None]
    return np.where(active, activity, residue)


def _smooth(signal: Responses) -> Responses:
    """A moving average over SMOOTHED frames, scaled to keep the variance of white noise: (neurons, frames)."""
    frames = signal.shape[1]
    half = SMOOTHED // 2
    padded = np.pad(signal, ((0, 0), (half, half)), mode="wrap")
    total = padded[:, :frames].copy()
    for shift in range(1, SMOOTHED):
        total += padded[:, shift : shift + frames]
    total /= np.float32(np.sqrt(SMOOTHED))
    return total
