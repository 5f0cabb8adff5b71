"""How reliable the responses of neurons to a repeated stimulus are: pure functions of (repeat, neuron, frame).

Each takes responses and, if some are missing, a mask (True where there is no value, as in `numpy.ma`; NaN counts as
missing too). Repeats without any value are left out, and so are, of each neuron, the frames that not every repeat has.
Each returns a value for each neuron, (neuron,); NaN where it is not defined: fewer than two frames, or a neuron that
never varies; of correlations, also a neuron that does not vary in one of the repeats. Count the NaN before neurons are
chosen by such a value: they are the silent ones. Fewer than two repeats are a `QueryError`.

In what follows, x_r(t) is the response in repeat r of R; the signal is what every repeat shares, with variance S over
time, and the noise is the rest, with variance N.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catalog.counts import counted
from catalog.errors import QueryError

ROUNDING = 16 * float(np.finfo(np.float64).eps)
PerNeuron: TypeAlias = NDArray[np.float64]


def signal_to_noise(responses: ArrayLike, mask: ArrayLike | None = None) -> PerNeuron:
    """Return the variance over time of the mean response / the mean over time of the variance over repeats.

    Var_t[mean_r x_r(t)] / mean_t[Var_r x_r(t)], both variances unbiased: (S + N/R) / N in the long run, and 1/R for
    a neuron that does not follow the stimulus. (With the mean over repeats of the variance over time below, it would be
    the quality index of Baden et al. 2016, Nature 529:345-350.)
    """
    values, weights = _prepared(responses, mask)
    return _ratio(_variance(values.mean(axis=0), weights), _mean(values.var(axis=0, ddof=1), weights))


def signal_power(responses: ArrayLike, mask: ArrayLike | None = None) -> PerNeuron:
    """Return the part of the variance over time that repeats share: S on average, however few the repeats.

    (R · Var_t[mean_r x_r] - mean_r[Var_t x_r]) / (R - 1): Sahani and Linden 2003, How linear are auditory cortical
    responses? (Advances in Neural Information Processing Systems 15). It can be below 0 where there is little signal.
    """
    values, weights = _prepared(responses, mask)
    n_repeats = len(values)
    of_mean, of_each = _variance(values.mean(axis=0), weights), _variance(values, weights).mean(axis=0)
    power: PerNeuron = (n_repeats * of_mean - of_each) / (n_repeats - 1)
    return power


def noise_power(responses: ArrayLike, mask: ArrayLike | None = None) -> PerNeuron:
    """Return the part of the variance over time that repeats do not share: N on average.

    mean_r[Var_t x_r] less the signal power: Sahani and Linden 2003, as `signal_power`.
    """
    values, weights = _prepared(responses, mask)
    total: PerNeuron = _variance(values, weights).mean(axis=0)
    return total - signal_power(responses, mask)


def odd_even_correlation(responses: ArrayLike, mask: ArrayLike | None = None, *, corrected: bool = False) -> PerNeuron:
    """Return the correlation over time of the mean of odd repeats (first, third, …) and the mean of even ones.

    Pearson's; with R even, S / (S + 2N/R) in the long run. This is the reliability of half of the repeats; `corrected`,
    it is that of all of them, S / (S + N/R), by `spearman_brown`.
    """
    values, weights = _prepared(responses, mask)
    found = _correlation(values[0::2].mean(axis=0), values[1::2].mean(axis=0), weights)
    return spearman_brown(found) if corrected else found


def spearman_brown(correlation: ArrayLike, factor: float = 2) -> PerNeuron:
    """Return the reliability of `factor` times as many repeats: factor · r / (1 + (factor - 1) · r).

    Spearman 1910 and Brown 1910 (British Journal of Psychology 3:271-295 and 3:296-322).
    """
    given = np.asarray(correlation, dtype=np.float64)
    return _ratio(factor * given, 1 + (factor - 1) * given)


def oracle_correlation(responses: ArrayLike, mask: ArrayLike | None = None) -> PerNeuron:
    """Return the mean correlation over time of each repeat with the mean of all others.

    The oracle score: how well the other repeats predict one (Walker et al. 2019, Nature Neuroscience 22:2060-2065);
    S / sqrt((S + N) · (S + N/(R-1))) in the long run.
    """
    values, weights = _prepared(responses, mask)
    total = values.sum(axis=0)
    others = (total - values) / (len(values) - 1)
    found: PerNeuron = np.mean([_correlation(one, rest, weights) for one, rest in zip(values, others, strict=True)], 0)
    return found


def _prepared(responses: ArrayLike, mask: ArrayLike | None) -> tuple[NDArray[np.float64], PerNeuron]:
    """Return the repeats that there are, 0 where a frame does not count, and (neuron, frame) which do: 1 or 0."""
    given: Any = responses if isinstance(responses, np.ma.MaskedArray) else np.asarray(responses)
    values = np.array(np.ma.getdata(given), dtype=np.float64)
    if values.ndim != 3:
        raise QueryError(f"responses have the shape {values.shape}: expected (repeat, neuron, frame)")
    missing = np.isnan(values) | np.asarray(np.ma.getmaskarray(given))
    if mask is not None:
        if np.shape(mask) != values.shape:
            raise QueryError(f"the mask has the shape {np.shape(mask)}, and the responses {values.shape}")
        missing |= np.asarray(mask, dtype=bool)
    there = ~missing.all(axis=(1, 2))
    values, missing = values[there], missing[there]
    if len(values) < 2:
        raise QueryError(f"{counted(len(values), 'repeat')} with responses: reliability needs 2 or more")
    counts = ~missing.any(axis=0)
    values[:, ~counts] = 0
    weights: PerNeuron = counts.astype(np.float64)
    return values, weights


def _mean(values: NDArray[np.float64], weights: PerNeuron) -> PerNeuron:
    return _ratio((values * weights).sum(axis=-1), weights.sum(axis=-1))


def _deviation(values: NDArray[np.float64], weights: PerNeuron) -> NDArray[np.float64]:
    """Return the difference from the mean over the frames that count; 0 for those that do not."""
    mean = _mean(values, weights)[..., None]
    found = (values - mean) * weights
    # A neuron that never varies has a mean that is off by its rounding, which must not look like variance.
    found[np.abs(found) <= ROUNDING * np.abs(mean)] = 0
    return found


def _variance(values: NDArray[np.float64], weights: PerNeuron) -> PerNeuron:
    """Return the unbiased variance over the frames that count."""
    deviation = _deviation(values, weights)
    return _ratio((deviation**2).sum(axis=-1), weights.sum(axis=-1) - 1)


def _correlation(first: NDArray[np.float64], second: NDArray[np.float64], weights: PerNeuron) -> PerNeuron:
    one, other = _deviation(first, weights), _deviation(second, weights)
    return _ratio((one * other).sum(axis=-1), np.sqrt((one**2).sum(axis=-1) * (other**2).sum(axis=-1)))


def _ratio(above: Any, below: Any) -> PerNeuron:
    """Return the quotient; NaN where the divisor is not above 0."""
    above, below = np.broadcast_arrays(np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64))
    found: PerNeuron = np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0)
    return found
