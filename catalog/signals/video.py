"""Videos as they were on screen in one trial, and their segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from catalog.errors import NotFoundError
from catalog.signals.signal import Signal
from catalog.signals.sizes import size_of
from catalog.signals.spans import SegmentSpan
from catalog.signals.watching import Watched

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from catalog.pictures import Picture


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Video(Watched, Signal):
    """One presentation of a video: (height, width, frames), usually (36, 64, frames)."""

    name = "video"
    unit = "gray level (0-255)"

    def segment(self, segment_index: int) -> VideoSegment:
        """Return one of its segments.

        Raises
        ------
        NotFoundError
            It has none of that index.
        """
        for span in self.segments:
            if span.segment_index == segment_index:
                return VideoSegment(self, span)
        raise NotFoundError(
            f"{self.describe()} has no segment {segment_index!r}; it has {len(self.segments)}, counted from 0"
        )

    def video_segments(self) -> list[VideoSegment]:
        """Return all of its segments."""
        return [VideoSegment(self, span) for span in self.segments]

    @property
    def title(self) -> str:
        """What to call it in a picture: class, published or own ID, and trial."""
        named = (self.label, self.published_video_id or self.video_id, f"trial {self.trial}")
        return " · ".join(filter(None, named))

    def show_change_signal(
        self, *, peaks: Sequence[int] | None = None, segments: bool = True, ax: Axes | None = None
    ) -> Picture[Axes]:
        """Show how much each frame changes to the next, with segments; see `catalog.pictures.show_change_signal`."""
        from catalog.pictures import show_change_signal

        return show_change_signal(
            self.data, self.sampling_freq, peaks=peaks, segments=self.frame_spans(segments), ax=ax
        )


@dataclass(frozen=True, eq=False, repr=False)
class VideoSegment(Watched):
    """Frames `frame_start` up to, not including, `frame_end` of a video; nothing is opened before it is asked for."""

    video: Video
    span: SegmentSpan

    unit = Video.unit

    def __repr__(self) -> str:
        """Show which it is, and its size, without opening it."""
        shown = ", ".join(filter(None, (self.label, self.segment_id)))
        frames = f"frames {self.frame_start} to {self.frame_end - 1}"
        where = f"{self.segment_index} of trial {self.trial} of {self.recording}"
        size = "no file" if self.video.file is None else size_of(self.shape, self.sampling_freq)
        return f"<VideoSegment {where}, {shown}: {frames}, {size}, {self.unit}>"

    @property
    def segment_index(self) -> int:
        """Which segment of its video, counted from 0."""
        return self.span.segment_index

    @property
    def segment_id(self) -> str | None:
        """Its ID by content; None for a piece of a natural video."""
        return self.span.segment_id

    @property
    def label(self) -> str | None:
        """Its class; a gray pause between photographs is a `Background`."""
        return self.span.label or self.video.label

    @property
    def frame_start(self) -> int:
        """Its first frame."""
        return self.span.frame_start

    @property
    def frame_end(self) -> int:
        """The frame after its last."""
        return self.span.frame_end

    @property
    def recording(self) -> str:
        """The recording that it was shown in."""
        return self.video.recording

    @property
    def trial(self) -> int:
        """The trial that it was shown in."""
        return self.video.trial

    @property
    def sampling_freq(self) -> float:
        """Frames a second."""
        return self.video.sampling_freq

    @property
    def valid_frames(self) -> int:
        """How many frames it has."""
        return self.frame_end - self.frame_start

    @property
    def shape(self) -> tuple[int, ...]:
        """(height, width, frames) of `data`."""
        return (*self.video.shape[:-1], self.valid_frames)

    @property
    def data(self) -> NDArray[Any]:
        """Its frames as stored, read-only; see `Signal.data`."""
        return self.video.data[..., self.frame_start : self.frame_end]

    @property
    def title(self) -> str:
        """What to call it in a picture: its video, and which segment."""
        return f"{self.video.title} · segment {self.segment_index}"

    @property
    def times(self) -> NDArray[np.float64]:
        """When each frame began, in seconds from its first."""
        return np.arange(self.valid_frames) / self.sampling_freq

    def get_data(self) -> NDArray[Any]:
        """Return a copy of its frames, (height, width, frames)."""
        return np.array(self.data)
