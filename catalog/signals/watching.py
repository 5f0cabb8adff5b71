"""Looking at videos and their segments: clips, frames, gray levels (`catalog.pictures`; extra `analysis`)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from catalog.pictures import Clip, Picture
    from catalog.pictures.picture import AxesGrid


class _Film(Protocol):
    @property
    def data(self) -> NDArray[Any]: ...
    @property
    def sampling_freq(self) -> float: ...
    @property
    def title(self) -> str: ...


class _Clipped(Protocol):
    def display_video_clip(self) -> Clip: ...


class Watched:
    """What a video and a segment of it have in common: frames to look at."""

    def display_video_clip(self: _Film) -> Clip:
        """Return a clip, which plays in a notebook, at the speed at which it was shown."""
        from catalog.pictures import Clip

        return Clip(self.data, self.sampling_freq, title=self.title)

    def save(self: _Clipped, path: str | os.PathLike[str], *, scale: int | None = None) -> Path:
        """Write it to a `.png`, `.webp` or `.mp4` file that plays; see `catalog.pictures.Clip.save`."""
        return self.display_video_clip().save(path, scale=scale)

    def show_frame(self: _Film, frame: int, *, ax: Axes | None = None) -> Picture[Axes]:
        """Show one frame."""
        from catalog.pictures import show_frame

        return show_frame(self.data, frame, self.sampling_freq, ax=ax)

    def show_frames(
        self: _Film,
        frames: Sequence[int] | None = None,
        *,
        count: int = 12,
        columns: int = 4,
        figure: Figure | None = None,
    ) -> Picture[AxesGrid]:
        """Show frames in a grid: those of these numbers, or `count` evenly spaced ones."""
        from catalog.pictures import show_frames

        return show_frames(self.data, self.sampling_freq, frames=frames, count=count, columns=columns, figure=figure)

    def show_intensity(self: _Film, *, ax: Axes | None = None) -> Picture[Axes]:
        """Show how many pixels are how bright."""
        from catalog.pictures import show_intensity

        return show_intensity(self.data, ax=ax)
