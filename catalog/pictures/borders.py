"""Where a video's segments are: borders and shades behind what is drawn over time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from catalog.pictures.style import BLUE, PALE
from catalog.pictures.values import Span, spans_within

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_borders(ax: Axes, segments: Iterable[Span], n_frames: int, sampling_freq: float) -> None:
    """Draw a line where a segment begins, half a frame before its first frame; none at the start of the video."""
    for start, _ in spans_within(segments, n_frames):
        if start > 0:
            ax.axvline((start - 0.5) / sampling_freq, color=BLUE, linestyle=":", linewidth=0.9, gid="segment border")


def draw_shades(ax: Axes, segments: Iterable[Span], n_frames: int, sampling_freq: float) -> None:
    """Shade every second segment."""
    for start, end in spans_within(segments, n_frames)[1::2]:
        left, right = (start - 0.5) / sampling_freq, (end - 0.5) / sampling_freq
        ax.axvspan(left, right, color=PALE, linewidth=0, zorder=0, gid="segment")


def time_axis(ax: Axes, n_frames: int, sampling_freq: float) -> None:
    """Label the lower axis in seconds, from the first frame to the last."""
    ax.set_xlim(-0.5 / sampling_freq, (n_frames - 0.5) / sampling_freq)
    ax.set_xlabel("time (s)")


def frame_axis(ax: Axes, sampling_freq: float) -> None:
    """Add an upper axis that counts frames."""
    there_and_back: Any = (lambda time: time * sampling_freq, lambda frame: frame / sampling_freq)
    upper = ax.secondary_xaxis("top", functions=there_and_back)
    upper.set_xlabel("frame")
