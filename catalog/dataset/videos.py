"""Videos and their segments, under the attributes and methods that users of the published classes know."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from catalog.counts import counted
from catalog.dataset.errors import DataSetError
from catalog.dataset.signals import TrialSignal

if TYPE_CHECKING:
    from catalog.pictures import Clip


class _Film:
    """What videos and their segments have in common: frames that can be shown."""

    sampling_freq: float

    def get_data(self) -> NDArray[Any]:
        """Return a copy of the frames, (height, width, frames), without padding."""
        raise NotImplementedError

    def compute_time_change(self) -> NDArray[np.float64]:
        """Return the mean squared change from each frame to the next."""
        from catalog.pictures import change_signal

        found: NDArray[np.float64] = change_signal(self.get_data())
        return found

    def display_video_clip(self, save_path: str | os.PathLike[str] | None = None, display: bool = True) -> Clip | None:
        """Return the clip, which plays where a notebook shows it; None without `display`.

        `save_path` is where to write it to, as the name ends: `.png` or `.webp`, animated, or `.mp4`.
        """
        from catalog.pictures import Clip

        clip = Clip(self.get_data(), self.sampling_freq)
        if save_path is not None:
            clip.save(save_path)
        return clip if display else None

    def plot_frame(self, frame: int) -> Any:
        """Show one frame; return (figure, axes)."""
        from catalog.pictures import show_frame

        return show_frame(self.get_data(), frame, self.sampling_freq)

    def plot_frames(self, frames: Sequence[int], ncol: int = 5) -> Any:
        """Show some frames in a grid; return (figure, axes)."""
        from catalog.pictures import show_frames

        return show_frames(self.get_data(), self.sampling_freq, frames=list(frames), columns=ncol)


class Video(_Film, TrialSignal):
    """A video as it was on screen in one trial: (height, width, frames)."""

    get_data = TrialSignal.get_data

    def plot_changes(self) -> Any:
        """Show the change from frame to frame, and where segments begin; return (figure, axes)."""
        from catalog.pictures import show_change_signal

        return show_change_signal(self.get_data(), self.sampling_freq, segments=self._borders(wanted=True))

    def plot_intensity_hist_all(self) -> Any:
        """Show how often each intensity occurs; return (figure, axes)."""
        from catalog.pictures import show_intensity

        return show_intensity(self.get_data())

    def plot_intensity_hist(self, segment: int) -> Any:
        """Show how often each intensity occurs in one segment; return (figure, axes)."""
        from catalog.pictures import show_intensity

        spans = self._borders(wanted=True)
        if not 0 <= segment < len(spans):
            raise DataSetError(f"segment={segment}: the video has {counted(len(spans), 'segment')}, counted from 0")
        return show_intensity(self.get_data(), spans[segment])


class VideoSegment(_Film):
    """One segment of a video, as it was on screen in one trial: (height, width, frames).

    Attributes
    ----------
    parentvideo
        `recording`, `trial`, `label` and `ID` of the video, and `segment_index`, `frame_start` and `frame_end` in it.
    ID, label, sampling_freq, valid_frames
        Its own ID and class; frames a second, and how many frames it has.
    duplicates
        The places where it is, by video: `segment_index`, and how many they are (`n`).
    """

    def __init__(
        self, video: Video, segment_index: int, identifier: str | None, label: str | None, places: dict[str, Any]
    ) -> None:
        spans = video.segments
        start, end = int(spans["frame_start"][segment_index]), int(spans["frame_end"][segment_index])
        self.video = video
        self.parentvideo = {
            "recording": video.recording,
            "trial": video.trial,
            "label": video.label,
            "ID": video.ID,
            "segment_index": segment_index,
            "frame_start": start,
            "frame_end": end,
        }
        self.ID = identifier
        self.label = label
        self.sampling_freq = video.sampling_freq
        self.valid_frames = end - start
        self.duplicates = places

    @property
    def data(self) -> NDArray[Any]:
        """Its frames as stored, read-only."""
        return self.video.data[..., self.parentvideo["frame_start"] : self.parentvideo["frame_end"]]

    def get_data(self) -> NDArray[Any]:
        """Return a copy of its frames, (height, width, frames)."""
        return np.array(self.data)

    def __repr__(self) -> str:
        """Show what it is, without opening it."""
        return f"<VideoSegment {self.ID}, {self.parentvideo['segment_index']} of video {self.video.ID}>"
