"""Rasters: the responses of many neurons over time, a line each, as grays or as above a threshold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catalog.counts import counted
from catalog.pictures.borders import draw_borders, time_axis
from catalog.pictures.picture import Picture, axes_for, drawn_on
from catalog.pictures.style import INK, MISSING, in_lines
from catalog.pictures.values import Span, as_signal, checked_frequency, chosen

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WHITE_TO_BLACK = 99
"""Percentile of the responses that is drawn black, together with all above it: the largest one would leave the others
white (published habit)."""

LINES = 500
"""Neurons that have a line of the page each. Of more, a line shows the mean of several: nearest neighbours would show
one in sixteen of a recording, and hide what the others do together."""

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
    """Show responses as an image: a line for each neuron, a column for each frame.

    More neurons than a page has lines are drawn as means of neighbours, and the gray levels are those of the means.

    Parameters
    ----------
    responses
        (neurons, frames). Frames of NaN at the end are left out; other NaN is drawn pale orange.
    sampling_freq
        Frames a second.
    threshold
        Draw what is above it black and all else white, and say in the title how much it is; of more neurons than lines,
        the share of those above it.
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
    called = [str(row if names is None else names[row]) for row in rows]
    some = neurons is not None or names is not None
    ax = axes_for(ax, 8.0, _height(len(rows), named=some and len(rows) <= NAMED))
    shown = values if threshold is None else np.where(np.isnan(values), np.nan, values > threshold)
    n_frames = values.shape[1]
    crowd = -(-len(rows) // LINES)
    low, high = _limits(_means(shown, crowd)) if threshold is None or crowd > 1 else (0.0, 1.0)
    image = ax.imshow(
        shown,
        cmap=INK,
        vmin=low,
        vmax=high,
        aspect="auto",
        extent=(-0.5 / frequency, (n_frames - 0.5) / frequency, len(rows) - 0.5, -0.5),
        interpolation="nearest" if crowd == 1 else "hanning",
        interpolation_stage="data",
    )
    ax.set_facecolor(MISSING)
    draw_borders(ax, segments, n_frames, frequency)
    time_axis(ax, n_frames, frequency)
    _neuron_axis(ax, called, some=some, crowd=crowd)
    if threshold is not None:
        ax.set_title(f"above {threshold:g}: {np.nanmean(shown):.1%} of the values, {unit}", fontsize="small")
    if threshold is None or crowd > 1:
        # Deconvolution leaves values a hair below 0, which are no end of the scale.
        below = np.nanmin(shown) < low - 0.01 * (high - low)
        figure: Any = ax.get_figure(root=True)
        label = unit if threshold is None else f"share of neurons above {threshold:g}"
        figure.colorbar(image, ax=ax, label=in_lines(label), extend="both" if below else "max", pad=0.02)
    return drawn_on(ax)


def _height(n_neurons: int, *, named: bool) -> float:
    """Return how high a new figure is, in inches: names need more room than lines."""
    return max(1.0 + 0.16 * n_neurons, 2.4) if named else min(max(1.6 + 0.03 * n_neurons, 2.6), 6.0)


def _means(values: NDArray[Any], size: int) -> NDArray[Any]:
    """Return the means of so many neurons in a row at a time, as they are drawn; those left over in the end are not."""
    count = len(values) // size
    return values[: count * size].reshape(count, size, -1).mean(axis=1) if size > 1 else values


def _limits(values: NDArray[Any]) -> tuple[float, float]:
    """Return what is white and what is black: 0, or the lowest value where there are many below 0, and a high one."""
    known = values[~np.isnan(values)]
    if known.size == 0:
        return 0.0, 1.0
    low, high = np.percentile(known, [1, WHITE_TO_BLACK])
    low = min(float(low), 0.0)
    return low, float(high) if high > low else max(float(known.max()), low + 1.0)


def _neuron_axis(ax: Axes, names: list[str], *, some: bool, crowd: int) -> None:
    """Count neurons on the left axis; where a few were chosen, say which."""
    from matplotlib.ticker import MaxNLocator

    if some and len(names) <= NAMED:
        ax.set_yticks(range(len(names)), names, fontsize="small")
        ax.set_ylabel("neuron (row)")
    else:
        ax.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
        means = f"\n(lines: means of about {crowd})" if crowd > 1 else ""
        ax.set_ylabel((counted(len(names), "chosen neuron") if some else "neuron (row)") + means)
