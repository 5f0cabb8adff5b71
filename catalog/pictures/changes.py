"""The change signal: how much a video changes from each frame to the next, with its peaks and segments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catalog.counts import counted
from catalog.errors import PictureError
from catalog.pictures.borders import draw_borders, draw_shades, frame_axis, time_axis
from catalog.pictures.picture import Picture, axes_for, drawn_on
from catalog.pictures.style import BLACK, VERMILION
from catalog.pictures.values import Span, as_signal, checked_frequency, chosen, seconds, spans_within

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def change_signal(video: ArrayLike) -> NDArray[np.float64]:
    """Return the mean over pixels of the squared difference of successive frames, in squared gray levels.

    `video` is (height, width, frames); the result has a value less than it has frames. It is what the catalogued
    segments were found with (published rule). NaN on either side gives NaN.
    """
    pixels = as_signal(video, 3, "a video")
    changes = np.empty(pixels.shape[2] - 1)
    for frame in range(len(changes)):
        step = pixels[:, :, frame + 1].astype(np.float64) - pixels[:, :, frame]
        changes[frame] = np.mean(step * step)
    return changes


def show_change_signal(
    video: ArrayLike,
    sampling_freq: float,
    *,
    peaks: Sequence[int] | None = None,
    segments: Iterable[Span] = (),
    ax: Axes | None = None,
) -> Picture[Axes]:
    """Show the change signal of a video over time.

    A change lies between two frames, and is drawn there: the change from frame 24 to 25 at 24.5. A segment that begins
    with frame 25 begins at the same place.

    Parameters
    ----------
    video
        (height, width, frames), in gray levels.
    sampling_freq
        Frames a second.
    peaks
        Indices of the change signal to be marked, such as a trial's `peaks`; otherwise the changes at which segments
        begin: peaks cut a video into segments, unless a long segment was cut into equal pieces.
    segments
        (first frame, frame after the last) of each; every second one is shaded.

    ax
        Where to draw; a new figure otherwise.

    Raises
    ------
    PictureError
        It is no video, or has fewer than two frames; a peak is none of its changes.
    """
    changes = change_signal(video)
    frequency = checked_frequency(sampling_freq)
    if len(changes) == 0:
        raise PictureError("a video of 1 frame changes nowhere: expected 2 frames or more")
    times = seconds(np.arange(len(changes)) + 0.5, frequency)
    ax = axes_for(ax, 8.0, 3.0)
    n_frames = len(changes) + 1
    spans = list(segments)
    draw_shades(ax, spans, n_frames, frequency)
    draw_borders(ax, spans, n_frames, frequency)
    ax.plot(times, changes, color=BLACK, linewidth=0.9)
    marked = [start - 1 for start, _ in spans_within(spans, n_frames) if start > 0] if peaks is None else peaks
    if len(marked) > 0:
        at = chosen(marked, len(changes), "peak")
        name = counted(len(at), "cut" if peaks is None else "peak")
        ax.plot(times[at], changes[at], "o", color=VERMILION, markersize=4, label=name, clip_on=False)
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1.12), frameon=False, fontsize="small", borderaxespad=0)
    ax.set_ylim(bottom=0)
    ax.set_ylabel("change\n(squared gray levels)")
    time_axis(ax, n_frames, frequency)
    frame_axis(ax, frequency)
    return drawn_on(ax)
