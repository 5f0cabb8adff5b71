"""Tiles of a contact sheet: a frame from the middle of one presentation of each video."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catalog.errors import SignalError

if TYPE_CHECKING:
    from catalog.catalog import Catalog
    from catalog.models import Video
    from catalog.query import Query
    from catalog.signals import SegmentSpan

logger = logging.getLogger(__name__)

NO_ARRAYS = "no file"
BACKGROUND = "Background"
"""The label of the gray pauses between photographs."""

NOT_OPENED = "not readable"


class Tile(NamedTuple):
    """A frame from the middle of a video, (height, width) in gray levels; None with a note, if none can be opened."""

    video_id: str
    label: str
    name: str
    """What people call it: its published ID, or the first digits of the ID that its content gave it."""
    pixels: NDArray[Any] | None
    note: str


def middle_frames(cat: Catalog, videos: Query[Video] | None = None) -> Iterator[Tile]:
    """Yield a tile for each video, by label and ID; one file is open at a time.

    The first presentation that can be opened counts, one of each recording at most being tried. What cannot be opened
    is logged, with the reason.
    """
    from catalog.signals import signals_of

    known = sorted((cat.videos if videos is None else videos).rows(["label", "id"]))
    trials = cat.trials if videos is None else cat.trials.filter(video_id=[video_id for _, video_id in known])
    presentations: dict[str, dict[str, Any]] = {}
    signals: Any = signals_of(trials, "video", allow_invalid=True)
    for signal in signals:
        if signal.video_id is not None:
            presentations.setdefault(signal.video_id, {}).setdefault(signal.recording, signal)
    for label, video_id in known:
        found = list(presentations.get(video_id, {}).values())
        published = next((signal.published_video_id for signal in found if signal.published_video_id), None)
        pixels, note = _first_opened(video_id, [signal for signal in found if signal.file is not None])
        yield Tile(video_id, label, published or _short(video_id), pixels, note)


def _first_opened(video_id: str, signals: list[Any]) -> tuple[NDArray[Any] | None, str]:
    for signal in signals:
        try:
            values = signal.data
        except SignalError as error:
            logger.warning("no picture of video %s from this presentation: %s", video_id, error)
            continue
        return np.array(values[..., middle_frame(signal.valid_frames or values.shape[-1], signal.segments)]), ""
    return None, NOT_OPENED if signals else NO_ARRAYS


def middle_frame(n_frames: int, segments: Sequence[SegmentSpan]) -> int:
    """Return the frame in the middle of a video; if that is in a gray pause, that of the nearest photograph."""
    middle = n_frames // 2
    pause = next((span for span in segments if span.frame_start <= middle < span.frame_end), None)
    shown = [(span.frame_start + span.frame_end) // 2 for span in segments if span.label != BACKGROUND]
    if pause is None or pause.label != BACKGROUND or not shown:
        return middle
    return min(shown, key=lambda frame: abs(frame - middle))


def _short(video_id: str) -> str:
    return video_id if len(video_id) <= 9 else f"{video_id[:8]}…"
