"""Video clips: a video that plays in a notebook, and is saved as an animated picture or a film."""

from __future__ import annotations

import os
from base64 import b64encode
from html import escape
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from catalog.counts import counted
from catalog.errors import PictureError
from catalog.pictures import animations, films
from catalog.pictures.values import as_signal, checked_frequency

SHOWN_WIDTH = 448
"""Pixels that a clip is wide in a notebook, or a little less: whole multiples keep the video's own pixels square."""

FILM_SCALE = 8
"""Players smooth what they enlarge; 64 pixels are made 512 before."""


class Clip:
    """A video that can be played, in whole gray levels; made of (height, width, frames) and frames a second.

    As the last line of a notebook's cell it plays, over and over, at its own speed. `save` writes it to a file.

    Intensities are rounded to whole gray levels and clipped to 0-255. Frames of NaN at the end are left out; NaN in
    between is black, so that later frames stay at their time.

    Raises
    ------
    PictureError
        It is no video, or all its frames are NaN.
    """

    frames: NDArray[np.uint8]
    """(frames, height, width)."""

    def __init__(self, video: ArrayLike, sampling_freq: float, *, title: str = "") -> None:
        pixels = as_signal(video, 3, "a video")
        whole = np.clip(np.rint(np.nan_to_num(pixels, nan=0.0)), 0, 255).astype(np.uint8)
        self.frames = np.ascontiguousarray(np.moveaxis(whole, -1, 0))
        self.sampling_freq = checked_frequency(sampling_freq)
        self.title = title

    @property
    def duration(self) -> float:
        """Seconds that it plays."""
        return len(self.frames) / self.sampling_freq

    def save(self, path: str | os.PathLike[str], *, scale: int | None = None) -> Path:
        """Write the clip to a file, in the format that its name ends with; return its path.

        Parameters
        ----------
        path
            `.png` and `.webp` are animated pictures (Pillow), without loss: a frame of the file for each frame of the
            video, with the same gray levels, repeated without end. Times are in whole milliseconds, as these formats
            have them, none off by more than half of one. `.mp4` is H.264 (PyAV), which plays everywhere and
            loses a little: for talks, not for analysis. A file that is there is replaced.
        scale
            Repeat each pixel that many times across and down: 1 in animated pictures, 8 in films if not given.

        Raises
        ------
        PictureError
            Another ending, no such folder, a scale below 1, or what writes the format is not installed.
        """
        target = Path(path)
        writers = {".png": animations.as_png, ".webp": animations.as_webp, ".mp4": films.as_mp4}
        if target.suffix.lower() not in writers:
            raise PictureError(f"{target.name}: expected a name that ends with {', '.join(sorted(writers))}")
        if not target.parent.is_dir():
            raise PictureError(f"{target.parent} is no folder; make it first")
        if scale is None:
            scale = FILM_SCALE if target.suffix.lower() == ".mp4" else 1
        if scale < 1:
            raise PictureError(f"scale={scale}: expected 1 or more")
        enlarged = self.frames.repeat(scale, axis=1).repeat(scale, axis=2)
        # Whole in memory first: what fails leaves no file that looks like one.
        target.write_bytes(writers[target.suffix.lower()](enlarged, self.sampling_freq))
        return target

    def _repr_html_(self) -> str:
        """Return the clip for a notebook: the picture itself in the page, which needs no file and no script."""
        count, height, width = self.frames.shape
        factor = max(SHOWN_WIDTH // width, 1)
        source = b64encode(animations.as_webp(self.frames, self.sampling_freq)).decode()
        caption = " · ".join(
            part
            for part in (self.title, counted(count, "frame"), f"{self.duration:.1f} s at {self.sampling_freq:g} Hz")
            if part
        )
        return (
            f'<figure style="margin:0"><img alt="{escape(caption)}" width="{factor * width}" '
            f'height="{factor * height}" style="image-rendering:pixelated" src="data:image/webp;base64,{source}">'
            f"<figcaption>{escape(caption)}</figcaption></figure>"
        )

    def __repr__(self) -> str:
        """Show how long it is."""
        name = f" {self.title}" if self.title else ""
        return f"<Clip{name}, {counted(len(self.frames), 'frame')}, {self.duration:.1f} s>"
