"""The change signal: how much a video changes from each frame to the next."""

import numpy as np
from numpy.typing import NDArray

_CHUNK = 16
"""Frames differenced at a time: 16 frames in float64 stay in a processor's second-level cache."""


def change_signal(frames: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the mean squared difference of successive frames (published rule).

    ``frames`` is (T, height, width); the result has T-1 values (none for fewer than two frames), in squared intensity.
    Differences of float32 are exact in float64, so the values do not depend on the type the file had.
    """
    pixels = frames.reshape(len(frames), frames[:1].size)
    change = np.zeros(max(len(frames) - 1, 0))
    blocks, differences = np.empty((_CHUNK + 1, pixels.shape[1])), np.empty((_CHUNK, pixels.shape[1]))
    for start in range(0, len(change), _CHUNK):
        chunk = change[start : start + _CHUNK]
        block, steps = blocks[: len(chunk) + 1], differences[: len(chunk)]
        np.copyto(block, pixels[start : start + len(block)])
        np.subtract(block[1:], block[:-1], out=steps)
        np.einsum("tp,tp->t", steps, steps, out=chunk)
    return change / max(pixels.shape[1], 1)
