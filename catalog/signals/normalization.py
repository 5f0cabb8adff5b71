"""Normalisations of responses: pure functions of the values and of what is known of each neuron."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from catalog.errors import QueryError, nearest

Column: TypeAlias = NDArray[np.float64]
"""(neurons, 1): a value for each neuron, to go with (neurons, frames)."""

STATISTICS_OF: dict[str, tuple[str, ...]] = {
    "by_mean": ("mean_activation",),
    "by_std": ("std_activation",),
    "by_zscore": ("mean_activation", "std_activation"),
    "by_max": ("max_activation",),
    "minmax": ("min_activation", "max_activation"),
    "by_mean_per_trial": (),
}
"""The statistics of the catalog that each normalisation needs."""

OTHER_NAMES = {"by_minmax": "minmax"}

FORMULAS: dict[str, Callable[..., NDArray[Any]]] = {
    "by_mean": lambda values, mean: _divided(values - mean, mean),
    "by_std": lambda values, std: _divided(values, std),
    "by_zscore": lambda values, mean, std: _divided(values - mean, std),
    "by_max": lambda values, highest: _divided(values, highest),
    "minmax": lambda values, lowest, highest: _divided(values - lowest, highest - lowest),
}


def known_normalization(name: str | None) -> str | None:
    """Return the name of a normalisation in its usual spelling.

    Raises
    ------
    QueryError
        There is none of that name; the nearest are named.
    """
    if name is None:
        return None
    if isinstance(name, str) and OTHER_NAMES.get(name, name) in STATISTICS_OF:
        return OTHER_NAMES.get(name, name)
    raise QueryError(f"unknown normalization {name!r}. {nearest(str(name), STATISTICS_OF)}")


def normalized(values: NDArray[Any], name: str, statistics: list[Column], valid_frames: int) -> NDArray[np.float64]:
    """Return responses normalised, as float64.

    Parameters
    ----------
    values
        (neurons, frames).
    name
        One of `STATISTICS_OF`.
    statistics
        Those that it needs, (neurons, 1) each.
    valid_frames
        How many frames are the trial's; `by_mean_per_trial` takes its mean over them, NaN left out.

    Returns
    -------
    (neurons, frames), without unit; NaN throughout for a neuron whose divisor is 0, which has no such value.
    """
    if name == "by_mean_per_trial":
        mean = _mean_of_present(values[:, :valid_frames])
        return FORMULAS["by_mean"](values, mean)
    return FORMULAS[name](values, *statistics)


def _divided(values: NDArray[Any], divisor: Column) -> NDArray[np.float64]:
    defined = np.where(divisor == 0, np.nan, divisor)
    result: NDArray[np.float64] = values / defined
    return result


def _mean_of_present(values: NDArray[Any]) -> Column:
    """Return the mean of each row over what is not NaN; NaN where nothing is."""
    present = ~np.isnan(values)
    count = present.sum(axis=1, keepdims=True)
    total = np.where(present, values, 0).sum(axis=1, keepdims=True, dtype=np.float64)
    mean: Column = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    return mean
