"""Drift of the display clock against the recording clock: every presentation is a resampling of the stimulus."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ingest.simulation.stimuli import Frames

__all__ = ["drift_rate", "resample", "wander"]

RATE = 0.0011  # frames per frame
RATE_NATURAL_IMAGES = 0.0002
SPREAD = 0.004  # of the rate, either way: two repeats then differ by at most 0.003 frames in the end


def drift_rate(rng: np.random.Generator, label: str) -> float:
    """How far one presentation falls behind, in frames per frame."""
    rate = RATE_NATURAL_IMAGES if label == "NaturalImages" else RATE
    return float(rate * (1 + rng.uniform(-SPREAD, SPREAD)))


def resample(frames: Frames, rate: float) -> Frames:
    """Frames as recorded: `(1 - d) * f[t] + d * f[t - 1]` with `d = rate * t`; the first is as it was.

    Args:
        frames: (frames, height, width) in the order shown.
        rate: from `drift_rate`.

    Returns:
        A new array of the same shape. Still pixels keep their value to the last bit.
    """
    lag = (rate * np.arange(len(frames))).astype(np.float32)[:, None, None]
    recorded = np.empty_like(frames)
    recorded[0] = frames[0]
    np.subtract(frames[:-1], frames[1:], out=recorded[1:])
    recorded[1:] *= lag[1:]
    recorded[1:] += frames[1:]
    return recorded


def wander(recorded: Frames, frames: Frames, rate: float) -> npt.NDArray[np.float64]:
    """The recorded frames as float64 in which still pixels are off by the rounding of the resampling.

    Only these: what moves keeps the value it has in float32, so that both releases show the same to far beyond what a
    comparison of pixels could care for.
    """
    wide = recorded.astype(np.float64)
    still = frames[1:] == frames[:-1]
    lag = (rate * np.arange(len(frames)))[1:, None, None]
    resampled = wide[1:] * (1 - lag)
    resampled += wide[1:] * lag
    np.minimum(resampled, 255.0, out=resampled)
    np.copyto(wide[1:], resampled, where=still)
    return wide
