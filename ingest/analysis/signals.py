"""Signals of a trial: how many frames each has, and whether they can be used."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class SignalSummary:
    """What is known of one signal of one trial.

    ``valid_frames`` counts the frames that are not all NaN; ``valid`` is False where all frames are NaN or the sum
    over the valid frames is 0 (published rule). ``gap`` tells of all-NaN frames before the last valid one, and
    ``partial`` of single NaNs within valid frames: neither occurs in intact files.
    """

    valid_frames: int
    valid: bool
    gap: bool
    partial: bool


def summarise_signal(values: NDArray[np.floating[Any]]) -> SignalSummary:
    """Return the summary of a signal, whose last axis is the frames: (T,), (2, T), (n_neurons, T), (H, W, T)."""
    kept, gap = valid_part(values)
    if kept.size == 0:
        return SignalSummary(valid_frames=0, valid=False, gap=False, partial=False)
    total = float(kept.sum(dtype=np.float64))
    partial = bool(np.isnan(total)) and bool(np.isnan(kept).any())
    if partial:
        total = float(np.nansum(kept, dtype=np.float64))
    return SignalSummary(valid_frames=kept.shape[-1], valid=total != 0, gap=gap, partial=partial)


def valid_part(values: NDArray[np.floating[Any]]) -> tuple[NDArray[np.floating[Any]], bool]:
    """Return the frames (last axis) of a signal that are not all NaN, and whether others stand between them."""
    mask = valid_frame_mask(as_rows(values))
    count = int(mask.sum())
    gap = not mask[:count].all()
    return (values[..., mask] if gap else values[..., :count]), gap


def as_rows(values: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Return the signal as (n, T), without copying where memory order allows; the order of the rows may change."""
    order = "F" if values.flags.f_contiguous and not values.flags.c_contiguous else "C"
    n_frames = values.shape[-1]
    return values.reshape((values.size // n_frames if n_frames else 0, n_frames), order=order)  # type: ignore[call-overload,no-any-return]


def valid_frame_mask(rows: NDArray[np.floating[Any]]) -> NDArray[np.bool_]:
    """Return for each frame of ``rows`` (n, T) whether it holds anything but NaN.

    Padding is NaN in every row, so the first row decides nearly always; the others are only read where it is NaN.
    """
    if len(rows) == 0:
        return np.zeros(rows.shape[1], dtype=bool)
    mask: NDArray[np.bool_] = ~np.isnan(rows[0])
    doubtful = np.flatnonzero(~mask)
    if len(doubtful) and len(rows) > 1:
        first, last = doubtful[0], doubtful[-1] + 1
        missing = np.isnan(rows[1:, first:last])
        # Column by column takes three times as long, and is only needed where there is anything.
        if not missing.all():
            mask[first:last] |= ~missing.all(axis=0)
    return mask
