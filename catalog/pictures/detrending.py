"""Detrending: what is left of a signal when its slow drift is taken off."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catalog.errors import PictureError
from catalog.pictures.picture import missing_extra
from catalog.pictures.values import as_signal

KINDS = ("linear", "constant")


def detrended(
    values: ArrayLike, kind: Literal["linear", "constant"] = "linear", *, breaks: Sequence[int] = ()
) -> NDArray[np.float64]:
    """Return a signal less its least-squares line, or less its mean (`scipy.signal.detrend`).

    Parameters
    ----------
    values
        (frames,). Frames of NaN at the end stay NaN. NaN in between is no part of the fit and stays NaN: each stretch
        is fitted to the frames that it has, at the times at which it has them.
    kind
        "linear" or "constant".
    breaks
        Frames at which a new line, or mean, begins.

    Returns
    -------
    array (frames,), float64
        As long as `values`, in the same unit.

    Raises
    ------
    PictureError
        There is more than one value a frame, nothing but NaN, another kind, or a break that is no frame.
    """
    if kind not in KINDS:
        raise PictureError(f"kind={kind!r}: expected 'linear' or 'constant'")
    trace = as_signal(values, 1, "a signal to detrend").astype(np.float64)
    wrong = [at for at in breaks if not 0 < at < len(trace)]
    if wrong:
        raise PictureError(f"break {wrong[0]}: expected a frame after the first, up to {len(trace) - 1}")
    result = np.full(np.shape(values), np.nan)
    edges = [0, *sorted(set(breaks)), len(trace)]
    for start, end in pairwise(edges):
        result[start:end] = _without_trend(trace[start:end], kind)
    return result


def _without_trend(stretch: NDArray[np.float64], kind: Literal["linear", "constant"]) -> NDArray[np.float64]:
    there = ~np.isnan(stretch)
    if there.all():
        try:
            from scipy.signal import detrend
        except ModuleNotFoundError as error:
            raise missing_extra("detrended signals", "scipy", "analysis") from error
        whole: NDArray[np.float64] = detrend(stretch, type=kind)
        return whole
    if not there.any():
        return stretch
    # scipy takes every value to be one frame after the other, and has no answer where some are missing.
    times = np.flatnonzero(there).astype(np.float64)
    line = np.polynomial.Polynomial.fit(times, stretch[there], deg=1 if kind == "linear" and len(times) > 1 else 0)
    return stretch - line(np.arange(len(stretch), dtype=np.float64))
