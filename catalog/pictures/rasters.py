"""Rasters: the responses of many neurons over time, a line each, as grays or as above a threshold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catalog.pictures.borders import draw_borders, time_axis
from catalog.pictures.picture import Picture, axes_for, drawn_on
from catalog.pictures.style import INK, MISSING, in_lines
from catalog.pictures.values import Span, as_signal, checked_frequency, chosen

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WHITE_TO_BLACK = 99
"""Percentile of the responses that is drawn black, together with all above it: the largest one would leave the others
white (published habit)."""

NAMED = 25
"""Neurons, if they were chosen and are no more than that, are called by their rows."""


def show_raster(
    responses: ArrayLike,
    sampling_freq: float,
    *,
    threshold: float | None = None,
    neurons: Sequence[int] | NDArray[Any] | None = None,
    segments: Iterable[Span] = (),
    unit: str = "response (a.u.)",
    names: Sequence[object] | None = None,
    ax: Axes | None = None,
) -> Picture[Axes]:
    """Show responses as an image: a line of pixels for each neuron, a column for each frame.

    Parameters
    ----------
    responses
        (neurons, frames). Frames of NaN at the end are left out; other NaN is drawn pale orange.
    sampling_freq
        Frames a second.
    threshold
        Draw what is above it black and all else white, and say in the title how much it is.
    neurons
        Which rows, in this order; all of them otherwise.
    segments
        (first frame, frame after the last) of each; a dotted line where one begins.
    unit
        What the values are, for the colour bar and the title.
    names
        What to call the neurons, one for each row of the array; their rows otherwise.
    ax
        Where to draw; a new figure otherwise.

    Raises
    ------
    PictureError
        The array has other dimensions, no neurons, or nothing but NaN; or there is no such neuron.
    """
    values = as_signal(responses, 2, "responses")
    frequency = checked_frequency(sampling_freq)
    rows = list(range(len(values))) if neurons is None else chosen(neurons, len(values), "neuron")
    values = values[rows]
    named = (neurons is not None or names is not None) and len(rows) <= NAMED
    ax = axes_for(ax, 8.0, max(1.0 + 0.16 * len(rows), 2.4) if named else min(max(1.6 + 0.03 * len(rows), 2.6), 6.0))
    shown = values if threshold is None else np.where(np.isnan(values), np.nan, values > threshold)
    n_frames = values.shape[1]
    extent = (-0.5 / frequency, (n_frames - 0.5) / frequency, len(rows) - 0.5, -0.5)
    low, high = (0.0, 1.0) if threshold is not None else _limits(values)
    image = ax.imshow(shown, cmap=INK, vmin=low, vmax=high, aspect="auto", interpolation="nearest", extent=extent)
    ax.set_facecolor(MISSING)
    draw_borders(ax, segments, n_frames, frequency)
    time_axis(ax, n_frames, frequency)
    called = [str(row if names is None else names[row]) for row in rows]
    _neuron_axis(ax, called, named=named, chosen_ones=neurons is not None or names is not None)
    figure: Any = ax.get_figure(root=True)
    if threshold is None:
        # Deconvolution leaves values a hair below 0, which are no end of the scale.
        below = np.nanmin(values) < low - 0.01 * (high - low)
        figure.colorbar(image, ax=ax, label=in_lines(unit), extend="both" if below else "max", pad=0.02)
    else:
        share = np.nanmean(shown)
        ax.set_title(f"black: above {threshold:g} ({share:.1%} of the values), {unit}", fontsize="small")
    return drawn_on(ax)


def _limits(values: NDArray[Any]) -> tuple[float, float]:
    """Return what is white and what is black: 0, or the lowest value where there are many below 0, and a high one."""
    low, high = np.nanpercentile(values, [1, WHITE_TO_BLACK])
    low = min(float(low), 0.0)
    return low, float(high) if high > low else max(float(np.nanmax(values)), low + 1.0)


def _neuron_axis(ax: Axes, names: list[str], *, named: bool, chosen_ones: bool) -> None:
    """Count neurons on the left axis; where a few were chosen, say which."""
    from matplotlib.ticker import MaxNLocator

    if named:
        ax.set_yticks(range(len(names)), names, fontsize="small")
        ax.set_ylabel("neuron (row)")
    else:
        ax.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
        ax.set_ylabel(f"{len(names)} chosen neurons" if chosen_ones else "neuron (row)")
