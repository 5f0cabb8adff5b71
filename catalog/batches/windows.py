"""Windows: which frames of which trial each item of a data set is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from catalog.errors import QueryError

Windows = NDArray[np.int64]
"""(items, 3): the place of the trial, its first frame, and the frame after its last."""


def windows(lengths: Sequence[int], n_frames: int | None, stride: int | None) -> Windows:
    """Return the windows of trials of these lengths, in the order of the trials.

    Parameters
    ----------
    lengths
        Frames of each trial.
    n_frames
        Of each window; None for whole trials. No window reaches beyond its trial: frames at the end that do not
        fill one are left out, and trials shorter than one have none.
    stride
        Frames from the start of one window to the start of the next; by default, windows do not overlap.

    Raises
    ------
    QueryError
        `n_frames` or `stride` is no such number, or no trial is long enough.
    """
    for name, value in (("n_frames", n_frames), ("stride", stride)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise QueryError(f"{name}={value!r}: expected a number of frames, 1 or more")
    if n_frames is None:
        if stride is not None:
            raise QueryError(f"stride={stride} is for windows; give n_frames= as well")
        return np.array([(place, 0, length) for place, length in enumerate(lengths)], dtype=np.int64).reshape(-1, 3)
    found = [
        (place, start, start + n_frames)
        for place, length in enumerate(lengths)
        for start in range(0, length - n_frames + 1, stride or n_frames)
    ]
    if not found:
        raise QueryError(f"n_frames={n_frames}: no trial has so many valid frames; the longest has {max(lengths)}")
    return np.array(found, dtype=np.int64)
