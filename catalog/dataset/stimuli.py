"""What was shown, by the catalog's video: its segments, and the trials that show it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from catalog.dataset.names import ShownNames
from catalog.models import Recording, Segment, Trial, VideoSegment
from catalog.signals.spans import SegmentSpan

Segments = dict[str, NDArray[Any]]
Duplicates = dict[str, dict[str, Any]]


class Stimuli:
    """Facts about videos, each asked for once."""

    def __init__(self, names: ShownNames) -> None:
        self.names = names
        self._segments: dict[str, Segments] = {}
        self._duplicates: dict[str, Duplicates] = {}

    def segments(self, video: str | None) -> Segments:
        """Return `frame_start`, `frame_end`, `bad_properties` and, of parametric videos, `segment_ID`: a list each."""
        if video is None:
            return {}
        if video not in self._segments:
            statement = (
                sa.select(
                    VideoSegment.frame_start,
                    VideoSegment.frame_end,
                    VideoSegment.bad_properties,
                    VideoSegment.segment_id,
                )
                .where(VideoSegment.video_id == video)
                .order_by(VideoSegment.segment_index)
            )
            self._segments[video] = self._lists(self._ask(statement))
        return self._segments[video]

    def spans(self, video: str | None) -> list[tuple[int, int]]:
        """Return the first frame of each segment of a video, and the frame after its last."""
        found = self.segments(video)
        return list(zip(found["frame_start"].tolist(), found["frame_end"].tolist(), strict=True)) if found else []

    def presented(self, video: str | None, spans: Iterable[SegmentSpan]) -> Segments:
        """Return what `segments` does, at the frames at which one presentation has them."""
        found = self.segments(video)
        measured = ("frame_start", "frame_end", "bad_properties")
        shown = {name: values.copy() if name in measured else values for name, values in found.items()}
        for span in spans:
            if found and span.segment_index < len(found["frame_start"]):
                for name in measured:
                    shown[name][span.segment_index] = getattr(span, name)
        return shown

    def duplicates(self, video: str | None) -> Duplicates:
        """Return `trials`, as text, and how many they are (`n`), by recording, over all that the catalog holds."""
        if video is None:
            return {}
        if video not in self._duplicates:
            found: Duplicates = {}
            statement = sa.select(Recording.name, Trial.trial).join(Recording, Recording.id == Trial.recording_id)
            statement = statement.where(Trial.video_id == video).order_by(Recording.name, Trial.trial)
            for name, trial in self._ask(statement):
                found.setdefault(name, {"trials": []})["trials"].append(str(trial))
            for shown in found.values():
                shown["n"] = len(shown["trials"])
            self._duplicates[video] = found
        return self._duplicates[video]

    def occurrences(self, segment: str) -> list[tuple[str, int, str]]:
        """Return (video, index in it, class of the segment) of each place where a segment is, in order."""
        statement = (
            sa.select(VideoSegment.video_id, VideoSegment.segment_index, Segment.label)
            .join(Segment, Segment.id == VideoSegment.segment_id)
            .where(VideoSegment.segment_id == segment)
            .order_by(VideoSegment.video_id, VideoSegment.segment_index)
        )
        return [(video, index, label) for video, index, label in self._ask(statement)]

    def _lists(self, rows: list[Any]) -> Segments:
        found: Segments = {
            "frame_start": np.array([row[0] for row in rows], dtype=np.int64),
            "frame_end": np.array([row[1] for row in rows], dtype=np.int64),
            "bad_properties": np.array([row[2] for row in rows], dtype=bool),
        }
        if any(row[3] is not None for row in rows):
            shown = [None if row[3] is None else self.names.segment(row[3]) for row in rows]
            found["segment_ID"] = np.array(shown, dtype=object)
        return found

    def _ask(self, statement: sa.Executable) -> list[Any]:
        with self.names.catalog.engine.connect() as connection:
            return list(connection.execute(statement))
