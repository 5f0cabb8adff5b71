"""The gaze path: where the pupil's centre was, coloured by when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from catalog.errors import PictureError
from catalog.pictures.picture import Picture, axes_for, drawn_on
from catalog.pictures.style import SEQUENTIAL, VERMILION, open_frame
from catalog.pictures.values import as_signal, checked_frequency, seconds

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def show_gaze_path(
    gaze: ArrayLike, sampling_freq: float, *, unit: str = "a.u.", ax: Axes | None = None
) -> Picture[Axes]:
    """Show the path of the gaze, both axes on one scale; the colour tells the time, a ring where it begins.

    Parameters
    ----------
    gaze
        (2, frames): x, y. Frames of NaN at the end are left out, and elsewhere leave a gap.
    sampling_freq
        Frames a second.
    unit
        Of x and y.
    ax
        Where to draw; a new figure otherwise.

    Raises
    ------
    PictureError
        The array has other dimensions, or no frame with both x and y.
    """
    from_to = as_signal(gaze, 2, "gaze")
    frequency = checked_frequency(sampling_freq)
    if len(from_to) != 2:
        raise PictureError(f"gaze of shape {np.shape(gaze)}: expected (2, frames), x and y")
    points = from_to.T.astype(np.float64)
    there = ~np.isnan(points[:, 0] + points[:, 1])
    if not there.any():
        raise PictureError("gaze: there is no frame with both x and y")
    ax = axes_for(ax, 5.2, 4.2)
    from matplotlib.collections import LineCollection

    times = seconds(np.arange(len(points)), frequency)
    # A step that touches a missing point would be drawn as nothing, yet spoil the limits of the axes.
    whole = np.flatnonzero(there[:-1] & there[1:])
    steps = np.stack([points[whole], points[whole + 1]], axis=1)
    path = LineCollection(list(steps), cmap=SEQUENTIAL, linewidths=1.4, capstyle="round")
    path.set_array((times[whole] + times[whole + 1]) / 2)
    path.set_clim(0, max(times[-1], 1 / frequency))
    ax.add_collection(path)
    first = int(np.flatnonzero(there)[0])
    ax.plot(*points[first], "o", markersize=8, markerfacecolor="none", markeredgecolor=VERMILION, label="begin")
    ax.update_datalim(points[there])
    ax.margins(0.08)
    ax.autoscale_view()
    ax.set_aspect("equal", adjustable="datalim")
    ax.set_xlabel(f"gaze x ({unit})")
    ax.set_ylabel(f"gaze y ({unit})")
    ax.legend(frameon=False, fontsize="small", loc="best")
    ax.locator_params(nbins=6)
    open_frame(ax)
    figure: Any = ax.get_figure(root=True)
    figure.colorbar(path, ax=ax, label="time (s)", pad=0.02)
    return drawn_on(ax)
