"""Frames of a video: one, or a grid of chosen or evenly spaced ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catalog.errors import PictureError
from catalog.pictures.picture import Picture, axes_for, drawn_on, new_figure
from catalog.pictures.style import GRAYS, MISSING
from catalog.pictures.values import as_signal, checked_frequency, chosen

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from catalog.pictures.picture import AxesGrid

BRIGHTEST = 255
"""Gray levels run from 0, black, to this, white: the same in every picture, so that pictures can be compared."""


def show_frame(video: ArrayLike, frame: int, sampling_freq: float, *, ax: Axes | None = None) -> Picture[Axes]:
    """Show one frame of a video, (height, width, frames), in gray levels 0-255.

    Raises
    ------
    PictureError
        It is no video, all its frames are NaN, or it has no such frame.
    """
    pixels = as_signal(video, 3, "a video")
    (frame,) = chosen([frame], pixels.shape[2], "frame")
    ax = axes_for(ax, 4.0, 2.7)
    _draw(ax, pixels[:, :, frame], _title(frame, checked_frequency(sampling_freq)))
    return drawn_on(ax)


def show_frames(
    video: ArrayLike,
    sampling_freq: float,
    *,
    frames: Sequence[int] | NDArray[Any] | None = None,
    count: int = 12,
    columns: int = 4,
    figure: Figure | None = None,
) -> Picture[AxesGrid]:
    """Show frames of a video in a grid, each under its number and time.

    Parameters
    ----------
    video
        (height, width, frames), in gray levels 0-255. Frames of NaN at its end are no frames of it; one of NaN in
        between is shown as an empty tile.
    sampling_freq
        Frames a second.
    frames
        Which ones.
    count
        How many, if it is not said which: evenly spaced from the first to the last.
    columns
        Tiles in a row.
    figure
        Where to draw; a new one otherwise.

    Returns
    -------
    Picture
        Its axes are an array (rows, columns); places without a frame are switched off.

    Raises
    ------
    PictureError
        It is no video, all its frames are NaN, or it has no such frame.
    """
    pixels = as_signal(video, 3, "a video")
    frequency = checked_frequency(sampling_freq)
    shown = _spread(count, pixels.shape[2]) if frames is None else chosen(frames, pixels.shape[2], "frame")
    if columns < 1:
        raise PictureError(f"columns={columns}: expected 1 or more")
    columns = min(columns, len(shown))
    rows = -(-len(shown) // columns)
    if figure is None:
        width = max(2.1 * columns, 2.6)
        height = width / columns * pixels.shape[0] / pixels.shape[1] + 0.3
        figure = new_figure(width, rows * height)
    grid = figure.subplots(rows, columns, squeeze=False)
    for ax in grid.flat[len(shown) :]:
        ax.axis("off")
    for ax, frame in zip(grid.flat, shown, strict=False):
        _draw(ax, pixels[:, :, frame], _title(frame, frequency))
    return Picture(figure, grid)


def _spread(count: int, n_frames: int) -> list[int]:
    if count < 1:
        raise PictureError(f"count={count}: expected 1 or more")
    if count == 1:
        return [n_frames // 2]
    spread: list[int] = np.unique(np.rint(np.linspace(0, n_frames - 1, min(count, n_frames))).astype(int)).tolist()
    return spread


def _title(frame: int, sampling_freq: float) -> str:
    return f"frame {frame} · {frame / sampling_freq:.2f} s"


def _draw(ax: Axes, pixels: NDArray[Any], title: str) -> None:
    ax.imshow(pixels, cmap=GRAYS, vmin=0, vmax=BRIGHTEST, interpolation="nearest")
    ax.set_facecolor(MISSING)
    ax.set(xticks=[], yticks=[])
    ax.set_title(title, fontsize="small", pad=3)
    if np.isnan(pixels).all():
        ax.text(0.5, 0.5, "no data", transform=ax.transAxes, ha="center", va="center", fontsize="small")
