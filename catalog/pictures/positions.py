"""Neurons in space, coloured by what they did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catalog.counts import counted
from catalog.errors import PictureError
from catalog.pictures.picture import Picture, new_figure
from catalog.pictures.style import BLACK, MISSING, SEQUENTIAL

if TYPE_CHECKING:
    from mpl_toolkits.mplot3d import Axes3D

OUTER = (1, 99)
"""Percentiles between which colours spread: activity has a long tail that would leave all others one colour."""


def show_positions(
    coords: ArrayLike,
    values: ArrayLike | None = None,
    *,
    unit: str = "",
    ax: Axes3D | None = None,
) -> Picture[Axes3D]:
    """Show where neurons are, in µm and true to scale, with z, the depth, growing downwards.

    Parameters
    ----------
    coords
        (neurons, 3): x, y, z in µm.
    values
        (neurons,): what to colour them by. Colours spread between the 1st and 99th percentile; pointed ends of the
        colour bar stand for what is beyond. Neurons whose value is NaN are pale orange.
    unit
        What the values are, for the colour bar: `"mean activation (a.u.)"`.
    ax
        Axes made with `projection="3d"`; a new figure otherwise.

    Raises
    ------
    PictureError
        There are no neurons, the coordinates have another shape or are NaN, or there are not as many values.
    """
    points = np.asarray(coords, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 3:
        raise PictureError(f"coordinates of shape {points.shape}: expected (neurons, 3)")
    if len(points) == 0:
        raise PictureError("there are no neurons to show; select at least one")
    if np.isnan(points).any():
        missing = int(np.isnan(points).any(axis=1).sum())
        told = f"{missing:,} of {counted(len(points), 'neuron has', 'neurons have')} no coordinates"
        raise PictureError(f"{told}; leave them out to see the others")
    colours = None if values is None else np.asarray(values, dtype=np.float64)
    if colours is not None and colours.shape != (len(points),):
        raise PictureError(f"values of shape {colours.shape}: expected ({len(points)},), one for each neuron")
    if ax is None:
        new: Any = new_figure(6.0, 4.7).add_subplot(projection="3d")
        ax = new
    _draw(ax, points, colours, unit)
    for axis, name in ((ax.xaxis, "x"), (ax.yaxis, "y"), (ax.zaxis, "z")):
        axis.set_label_text(f"{name} (µm)")
        axis.labelpad = 8
    ax.tick_params(labelsize="small")
    for name, ticks in (("x", 6), ("y", 6), ("z", 3)):
        ax.locator_params(axis=name, nbins=ticks)
    # Without a colour bar, the box fills the page, and the layout does not reckon with the label of z beside it.
    zoom = 0.9 if colours is None else 1.0
    ax.set_box_aspect([float(np.ptp(limits)) for limits in (ax.get_xlim(), ax.get_ylim(), ax.get_zlim())], zoom=zoom)
    if not ax.zaxis_inverted():
        ax.invert_zaxis()
    figure: Any = ax.get_figure(root=True)
    return Picture(figure, ax)


def _draw(ax: Axes3D, points: NDArray[np.float64], values: NDArray[np.float64] | None, unit: str) -> None:
    size = float(np.clip(24_000 / len(points), 3, 20))
    style: dict[str, Any] = {"s": size, "linewidths": 0, "depthshade": False}
    x, y, z = points.T
    if values is None:
        ax.scatter(x, y, z, color=BLACK, alpha=0.6, **style)
        return
    there = ~np.isnan(values)
    if not there.any():
        raise PictureError(f"{unit or 'the values'}: NaN for every neuron; the catalog knows no activity of them")
    low, high = (float(limit) for limit in np.percentile(values[there], OUTER))
    if not there.all():
        ax.scatter(x[~there], y[~there], z[~there], color=MISSING, **style)
    cloud = ax.scatter(x[there], y[there], z[there], c=values[there], cmap=SEQUENTIAL, vmin=low, vmax=high, **style)
    beyond = (values[there].min() < low, values[there].max() > high)
    extend = {(True, True): "both", (True, False): "min", (False, True): "max", (False, False): "neither"}[beyond]
    figure: Any = ax.get_figure(root=True)
    figure.colorbar(cloud, ax=ax, label=unit, extend=extend, location="bottom", shrink=0.6, aspect=30, pad=0.04)
