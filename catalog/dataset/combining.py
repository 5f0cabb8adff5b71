"""Averages over trials."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catalog.counts import counted
from catalog.dataset.errors import DataSetError
from catalog.dataset.signals import Responses
from catalog.signals import Responses as CatalogResponses


def combine_data(behavioral_list: Sequence[Any], weights: ArrayLike | None = None) -> NDArray[np.float64]:
    """Return the average of signals, frame by frame.

    Parameters
    ----------
    behavioral_list
        Signals, whose `data` have one shape. A frame that is NaN in one of them is NaN in the average.
    weights
        How much each counts, in proportion; all alike by default.

    Raises
    ------
    DataSetError
        There is nothing to combine, the shapes differ, responses are of different recordings, or there is not one
        weight for each, with a sum other than 0.
    """
    arrays = [np.asarray(signal.data) for signal in behavioral_list]
    if not arrays:
        raise DataSetError("there is nothing to combine: expected one signal at least; the filter may match no trial")
    shapes = {array.shape for array in arrays}
    if len(shapes) > 1:
        told = " and ".join(str(shape) for shape in sorted(shapes))
        raise DataSetError(f"signals of the shapes {told} cannot be averaged; combine trials of one recording")
    _require_same_neurons(behavioral_list)
    parts = np.ones(len(arrays)) if weights is None else np.asarray(weights, dtype=np.float64)
    if parts.shape != (len(arrays),):
        raise DataSetError(
            f"{counted(parts.size, 'weight')} for {counted(len(arrays), 'signal')}; expected one for each"
        )
    total = parts.sum()
    if not np.isfinite(total) or total == 0:
        raise DataSetError(f"weights with the sum {total} have no average; expected numbers with a sum other than 0")
    combined = np.zeros(arrays[0].shape)
    for array, part in zip(arrays, parts / total, strict=True):
        combined += array * part
    return combined


def _require_same_neurons(signals: Sequence[Any]) -> None:
    """Raise where responses of different neurons would be averaged, whose numbers are equal by chance."""
    recordings = {one.recording for one in signals if isinstance(one, (Responses, CatalogResponses))}
    if len(recordings) > 1:
        raise DataSetError(
            f"responses of {' and '.join(sorted(recordings))} are of different neurons, which cannot be averaged; "
            "combine trials of one recording: ds.load_responses_by(recording=…)"
        )
