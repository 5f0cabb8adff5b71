"""Activity statistics of neurons over a whole recording, gathered trial by trial in one pass."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_CHUNK = 256
"""Neurons treated at a time: 256 by 324 float64 values stay in a processor's second-level cache."""

_CANCELLED = 1e-3
"""Share of a sum of squares from which on the squared deviations are read from it by taking the mean off: three of
sixteen digits are lost then. Responses are far above, their standard deviation being four times their mean."""


@dataclass(frozen=True)
class ActivityPartial:
    """What some trials contribute; every array is (n_neurons,).

    ``squares`` is the sum of squared deviations from ``mean``. A neuron without samples (count 0) has mean and squares
    0, minimum +inf, maximum -inf.
    """

    count: NDArray[np.int64]
    mean: Floats
    squares: Floats
    minimum: Floats
    maximum: Floats

    @property
    def total(self) -> float:
        """Sum of all samples."""
        return float((self.mean * self.count).sum())

    def merge(self, other: "ActivityPartial") -> "ActivityPartial":
        """Return the partial of both sets of trials (Chan, Golub and LeVeque 1983)."""
        if len(self.count) != len(other.count):
            raise ValueError(
                f"cannot merge activity of {len(self.count)} and {len(other.count)} neurons; "
                "expected trials of one recording"
            )
        count = self.count + other.count
        share = other.count / np.maximum(count, 1)
        shift = other.mean - self.mean
        return ActivityPartial(
            count=count,
            mean=self.mean + shift * share,
            squares=self.squares + other.squares + shift**2 * self.count * share,
            minimum=np.minimum(self.minimum, other.minimum),
            maximum=np.maximum(self.maximum, other.maximum),
        )


@dataclass(frozen=True)
class ActivityStatistics:
    """Mean, population standard deviation, minimum and maximum per neuron; NaN where a neuron has no samples."""

    mean: Floats
    std: Floats
    minimum: Floats
    maximum: Floats


def trial_activity(responses: NDArray[np.floating[Any]]) -> ActivityPartial:
    """Return the partial of one trial's responses, (n_neurons, T), float32 or float64; NaN entries do not count."""
    n_neurons, n_frames = responses.shape
    partial = ActivityPartial(
        count=np.full(n_neurons, n_frames, dtype=np.int64),
        mean=np.zeros(n_neurons),
        squares=np.zeros(n_neurons),
        minimum=np.full(n_neurons, np.inf),
        maximum=np.full(n_neurons, -np.inf),
    )
    if n_frames == 0:
        return partial
    buffer = np.empty((min(_CHUNK, n_neurons), n_frames))
    for start in range(0, n_neurons, _CHUNK):
        chunk = slice(start, start + _CHUNK)
        values = responses[chunk]
        # In one type and memory order: sums round differently in another.
        samples = buffer[: len(values)]
        np.copyto(samples, values)
        _measure(samples, partial, chunk)
    return partial


def activity_statistics(partials: Iterable[ActivityPartial]) -> ActivityStatistics:
    """Return the statistics over all the trials whose partials are given, at least one."""
    total = reduce(ActivityPartial.merge, partials)
    none = total.count == 0
    return ActivityStatistics(
        mean=np.where(none, np.nan, total.mean),
        std=np.where(none, np.nan, np.sqrt(total.squares / np.maximum(total.count, 1))),
        minimum=np.where(none, np.nan, total.minimum),
        maximum=np.where(none, np.nan, total.maximum),
    )


def _measure(samples: Floats, partial: ActivityPartial, chunk: slice) -> None:
    """Fill in the rows ``chunk`` of a partial from their samples, (rows, T), C-contiguous, which are used up.

    Samples are read as few times as can be: this is where most of a recording's bytes end.
    """
    n_rows, n_frames = samples.shape
    total = np.vecdot(samples, np.ones(n_frames))
    if np.isnan(total).any():
        _measure_with_gaps(samples, partial, chunk)
        return
    mean = total / n_frames
    partial.mean[chunk] = mean
    # Reducing the rows of a flat array takes two thirds of the time of reducing along the last axis.
    flat, starts = samples.reshape(-1), np.arange(0, n_rows * n_frames, n_frames)
    np.minimum.reduceat(flat, starts, out=partial.minimum[chunk])
    np.maximum.reduceat(flat, starts, out=partial.maximum[chunk])
    raw_squares = np.vecdot(samples, samples)
    squares = raw_squares - total * mean
    partial.squares[chunk] = squares
    # Where little is left of the difference, so are few of its digits: those neurons take a second pass.
    doubtful = np.flatnonzero(~(squares > _CANCELLED * raw_squares))
    if len(doubtful):
        _measure_deviations(samples[doubtful], partial, doubtful + chunk.start)


def _measure_deviations(samples: Floats, partial: ActivityPartial, rows: NDArray[np.intp]) -> None:
    """Fill in mean and squares of some rows of a partial by deviations from their mean, whatever its size."""
    n_frames = samples.shape[1]
    mean = samples.sum(axis=1) / n_frames
    samples -= mean[:, None]
    # Deviations sum to zero but for the rounding of the mean, which this takes back out.
    residue = samples.sum(axis=1) / n_frames
    partial.mean[rows] = mean + residue
    partial.squares[rows] = np.maximum(np.einsum("nt,nt->n", samples, samples) - n_frames * residue**2, 0)


def _measure_with_gaps(samples: Floats, partial: ActivityPartial, chunk: slice) -> None:
    """As `_measure`, where entries are NaN."""
    present = ~np.isnan(samples)
    count = present.sum(axis=1)
    divisor = np.maximum(count, 1)
    mean = np.where(present, samples, 0).sum(axis=1) / divisor
    deviation = np.where(present, samples - mean[:, None], 0)
    residue = deviation.sum(axis=1) / divisor
    partial.count[chunk] = count
    partial.minimum[chunk] = np.where(present, samples, np.inf).min(axis=1)
    partial.maximum[chunk] = np.where(present, samples, -np.inf).max(axis=1)
    partial.mean[chunk] = mean + residue
    partial.squares[chunk] = np.maximum((deviation**2).sum(axis=1) - count * residue**2, 0)
