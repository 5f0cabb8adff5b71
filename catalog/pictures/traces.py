"""Traces: one signal over time, or the responses of chosen neurons one above the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catalog.pictures.borders import draw_borders, time_axis
from catalog.pictures.picture import Picture, axes_for, drawn_on, new_figure
from catalog.pictures.style import BLACK, in_lines, open_frame
from catalog.pictures.values import Span, as_signal, checked_frequency, chosen, seconds

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from catalog.pictures.picture import AxesGrid

SHOWN_UNASKED = 8
"""Neurons, where none are chosen."""


def show_trace(
    values: ArrayLike,
    sampling_freq: float,
    *,
    unit: str,
    segments: Iterable[Span] = (),
    ax: Axes | None = None,
) -> Picture[Axes]:
    """Show one signal over time, such as pupil dilation or running speed.

    Parameters
    ----------
    values
        (frames,). Frames of NaN at the end are left out, and elsewhere leave a gap.
    sampling_freq
        Frames a second.
    unit
        What the values are, for the left axis: `"running speed (a.u.)"`.
    segments
        (first frame, frame after the last) of each; a dotted line where one begins.
    ax
        Where to draw; a new figure otherwise.

    Raises
    ------
    PictureError
        There is more than one value a frame, or nothing but NaN.
    """
    trace = as_signal(values, 1, unit)
    frequency = checked_frequency(sampling_freq)
    ax = axes_for(ax, 8.0, 2.6)
    draw_borders(ax, segments, len(trace), frequency)
    _draw(ax, trace, frequency)
    open_frame(ax)
    ax.set_ylabel(in_lines(unit))
    time_axis(ax, len(trace), frequency)
    return drawn_on(ax)


def show_traces(
    responses: ArrayLike,
    sampling_freq: float,
    *,
    neurons: Sequence[int] | NDArray[Any] | None = None,
    segments: Iterable[Span] = (),
    unit: str = "response (a.u.)",
    names: Sequence[object] | None = None,
    figure: Figure | None = None,
) -> Picture[AxesGrid]:
    """Show the responses of neurons over time, one above the other, each on a scale of its own.

    Parameters
    ----------
    responses
        (neurons, frames). Frames of NaN at the end are left out; a neuron without any value leaves its place empty.
    sampling_freq
        Frames a second.
    neurons
        Which rows, from top to bottom; otherwise the eight whose responses vary most, in the order of the rows.
    segments
        (first frame, frame after the last) of each; a dotted line where one begins.
    unit
        What the values are, for the left axis.
    names
        What to call the neurons, such as their unit IDs, one for each row of the array; their rows otherwise.
    figure
        Where to draw; a new one otherwise.

    Returns
    -------
    Picture
        Its axes are an array (neurons,).

    Raises
    ------
    PictureError
        The array has other dimensions, no neurons, or nothing but NaN; or there is no such neuron.
    """
    values = as_signal(responses, 2, "responses")
    frequency = checked_frequency(sampling_freq)
    rows = _liveliest(values) if neurons is None else chosen(neurons, len(values), "neuron")
    figure = new_figure(8.0, max(0.7 + 0.7 * len(rows), 2.4)) if figure is None else figure
    grid = figure.subplots(len(rows), 1, sharex=True, squeeze=False)[:, 0]
    spans = list(segments)
    for ax, row in zip(grid, rows, strict=True):
        draw_borders(ax, spans, values.shape[1], frequency)
        name = f"neuron {row if names is None else names[row]}"
        ax.text(1.01, 0.5, name, transform=ax.transAxes, ha="left", va="center", fontsize="small")
        if np.isnan(values[row]).all():
            ax.text(0.5, 0.5, "no data", transform=ax.transAxes, ha="center", va="center", fontsize="small")
            ax.set_yticks([])
        else:
            _draw(ax, values[row], frequency)
            ax.locator_params(axis="y", nbins=2)
        ax.tick_params(axis="x", bottom=ax is grid[-1])
        ax.spines["bottom"].set_visible(ax is grid[-1])
        open_frame(ax)
    time_axis(grid[-1], values.shape[1], frequency)
    figure.supylabel(in_lines(unit), fontsize="medium")
    return Picture(figure, grid)


def _draw(ax: Axes, trace: NDArray[Any], sampling_freq: float) -> None:
    ax.plot(seconds(np.arange(len(trace)), sampling_freq), trace, color=BLACK, linewidth=0.9)


def _liveliest(values: NDArray[Any]) -> list[int]:
    """Return the rows whose standard deviation is largest; rows with any value come before rows without."""
    there = ~np.isnan(values)
    count = np.maximum(there.sum(axis=1), 1)
    mean = np.where(there, values, 0).sum(axis=1) / count
    spread = np.where(there, (values - mean[:, None]) ** 2, 0).sum(axis=1) / count
    most = np.argsort(-spread, kind="stable")[:SHOWN_UNASKED]
    return sorted(int(row) for row in most)
