"""Peaks of a change signal: the frame changes that cut a video into segments."""

import numpy as np
from numpy.typing import NDArray

from ingest.analysis.stimulus_classes import PeakParameters

_LEAST_SAMPLES = 3
"""A side with fewer samples left says nothing about how variable the signal is there (published rule)."""

_TIE = 1e-9
"""Relative slack of the outlier cut. Among five samples a lone deviant one is exactly two standard deviations away:
rounding must not decide whether that is further than two."""


def find_peaks(change: NDArray[np.float64], parameters: PeakParameters) -> tuple[int, ...]:
    """Return the indices t at which ``change`` (T-1 values) stands out on both sides, in ascending order.

    A side passes when the step to the neighbour on that side, up or down, is larger than the side's threshold
    (published rule; the two signs need not agree). Peaks closer than ``parameters.distance`` are thinned.
    """
    if len(change) < 2 * _LEAST_SAMPLES + 1:
        return ()
    step = np.abs(np.diff(change))
    # No threshold is below the floor: samples that fail it need no statistics.
    candidates = 1 + np.flatnonzero((step[:-1] > parameters.floor) & (step[1:] > parameters.floor))
    away = np.arange(1, parameters.window + 1)
    both = np.concatenate([candidates[:, None] - away, candidates[:, None] + away])
    before, after = np.split(_side_thresholds(change, both, parameters), 2)
    passes = (step[candidates - 1] > before) & (step[candidates] > after)
    return _thin(change, candidates[passes], parameters.distance)


def _side_thresholds(
    change: NDArray[np.float64], index: NDArray[np.intp], parameters: PeakParameters
) -> NDArray[np.float64]:
    """Return the threshold of each side, given the indices of its samples, (n, window); infinite if it cannot pass."""
    kept = (index >= 0) & (index < len(change))
    samples = change[np.clip(index, 0, len(change) - 1)]
    deviation, spread = _spread(samples, kept)
    if parameters.outlier_cut is not None:
        kept &= np.abs(deviation) <= parameters.outlier_cut * (1 + _TIE) * spread[:, None]
        _, spread = _spread(samples, kept)
    threshold = np.maximum(parameters.floor, parameters.factor * spread)
    threshold[kept.sum(axis=1) < _LEAST_SAMPLES] = np.inf
    return threshold


def _spread(samples: NDArray[np.float64], kept: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each sample's deviation from its row's mean and each row's population std, over the kept samples."""
    count = np.maximum(kept.sum(axis=1), 1)
    mean = np.where(kept, samples, 0.0).sum(axis=1) / count
    deviation = samples - mean[:, None]
    return deviation, np.sqrt((np.where(kept, deviation, 0.0) ** 2).sum(axis=1) / count)


def _thin(change: NDArray[np.float64], peaks: NDArray[np.intp], distance: int) -> tuple[int, ...]:
    """Keep the most prominent peaks first, and drop those closer than ``distance`` frames to one kept.

    Of equally prominent peaks the later is kept, as in the published tools.
    """
    lower = np.minimum(change[peaks - 1], change[peaks + 1])
    upper = np.maximum(change[peaks - 1], change[peaks + 1])
    prominence = np.maximum(change[peaks] - upper, lower - change[peaks])
    kept: list[int] = []
    for peak in peaks[np.argsort(prominence, kind="stable")[::-1]].tolist():
        if all(abs(peak - other) >= distance for other in kept):
            kept.append(peak)
    return tuple(sorted(kept))
