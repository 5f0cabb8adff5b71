"""The intensity histogram: how many pixels of a video, or of a stretch of it, are how bright."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catalog.errors import PictureError
from catalog.pictures.picture import Picture, axes_for, drawn_on
from catalog.pictures.style import BLUE, open_frame
from catalog.pictures.values import Span, as_signal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BINS = 256
"""One for each whole gray level: the bin of level g holds g-0.5 up to g+0.5."""


def intensity_histogram(
    video: ArrayLike, span: Span | None = None, *, bins: int = BINS
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return how many pixels fall into each bin, and the edges of the bins, from -0.5 to 255.5 gray levels.

    `video` is (height, width, frames); `span` takes the frames from its first up to, not including, its second. NaN
    is counted nowhere.

    Raises
    ------
    PictureError
        It is no video, or has no such frames.
    """
    pixels = as_signal(video, 3, "a video")
    if span is not None:
        start, end = span
        if not 0 <= start < end <= pixels.shape[2]:
            raise PictureError(f"frames {start} to {end}: expected a stretch of 0 to {pixels.shape[2]}")
        pixels = pixels[:, :, start:end]
    if bins < 1:
        raise PictureError(f"bins={bins}: expected 1 or more")
    counts, edges = np.histogram(pixels, bins=bins, range=(-0.5, 255.5))
    return counts.astype(np.int64), edges


def show_intensity(
    video: ArrayLike, span: Span | None = None, *, bins: int = BINS, ax: Axes | None = None
) -> Picture[Axes]:
    """Show the histogram of gray levels, on a logarithmic axis: a background outnumbers all else by thousands.

    See `intensity_histogram` for the arguments and errors.
    """
    counts, edges = intensity_histogram(video, span, bins=bins)
    ax = axes_for(ax, 6.0, 3.2)
    ax.stairs(counts, edges, fill=True, color=BLUE)
    ax.set_yscale("log")
    ax.set_ylim(bottom=0.8)
    ax.set_xlim(-0.5, 255.5)
    ax.set_xticks([0, 64, 128, 192, 255])
    ax.set_xlabel("gray level")
    ax.set_ylabel("pixels")
    open_frame(ax)
    return drawn_on(ax)
