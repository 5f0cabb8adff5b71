"""The tables of a DataSet, read from the catalog: trials, and occurrences of segments, under published columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from catalog.dataset.names import ShownNames
from catalog.models import SIGNALS, Recording, Segment, Trial, Video, VideoSegment

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy.types import TypeEngine

COUNTS = ("valid_frames", *(f"valid_frames_{signal}" for signal in SIGNALS))
FLAGS = ("valid_trial", *(f"valid_{signal}" for signal in SIGNALS))
TRIAL_COLUMNS = (
    "recording",
    "label",
    "trial",
    "trial_type",
    "video_ID",
    "valid_frames",
    "valid_trial",
    *COUNTS[1:],
    *FLAGS[1:],
)
SEGMENT_COLUMNS = (
    "segment_ID",
    "segment_label",
    "video_ID",
    "video_label",
    "recording",
    "trial",
    "segment_index",
    "frame_start",
    "frame_end",
)
NUMBERS = {"segment_index", "frame_start", "frame_end", *COUNTS}
FEW = 200
"""Recordings that one statement may name; to more of them, it is cheaper to ask for all."""


def read_trials(connection: sa.Connection, recordings: Sequence[str], names: ShownNames) -> pd.DataFrame:
    """Return the trials of recordings, in their order and by number."""
    measured = [getattr(Trial, name) for name in TRIAL_COLUMNS[5:]]
    statement = (
        sa.select(
            Recording.name,
            Trial.label,
            Trial.trial,
            Trial.trial_type,
            Trial.published_video_id,
            *measured,
            Trial.video_id,
        )
        .join(Recording, Recording.id == Trial.recording_id)
        .order_by(Recording.name, Trial.trial)
    )
    table = []
    for name, label, number, trial_type, published, *values, video in _of(connection, statement, recordings):
        table.append((name, label, str(number), trial_type, names.video(video, published), *values))
    return _frame(table, TRIAL_COLUMNS)


def read_segments(
    connection: sa.Connection, recordings: Sequence[str], names: ShownNames, segment: str | None = None
) -> pd.DataFrame:
    """Return a row for each time a segment was on screen, by segment, video, place in it, recording and trial.

    Frames are those of the video, as it was published; a single presentation may be off by a dropped frame.
    `segment` is the catalog's ID of the only one wanted.
    """
    statement = (
        sa.select(
            Recording.name,
            VideoSegment.segment_id,
            Segment.label,
            Trial.video_id,
            Trial.published_video_id,
            Video.label.label("video_label"),
            Trial.trial,
            VideoSegment.segment_index,
            VideoSegment.frame_start,
            VideoSegment.frame_end,
        )
        .select_from(VideoSegment)
        .join(Segment, Segment.id == VideoSegment.segment_id)
        .join(Video, Video.id == VideoSegment.video_id)
        .join(Trial, Trial.video_id == VideoSegment.video_id)
        .join(Recording, Recording.id == Trial.recording_id)
    )
    if segment is not None:
        statement = statement.where(VideoSegment.segment_id == segment)
    places = {name: place for place, name in enumerate(recordings)}
    table = []
    for name, identifier, label, video, published, video_label, number, *span in _of(connection, statement, recordings):
        shown = names.segment(identifier), names.video(video, published)
        table.append((shown[0], label, shown[1], video_label, name, number, *span))
    table.sort(key=lambda row: (row[0], row[2], row[6], places[row[4]], row[5]))
    return _frame([(*row[:5], str(row[5]), *row[6:]) for row in table], SEGMENT_COLUMNS)


def _of(connection: sa.Connection, statement: Any, recordings: Sequence[str]) -> list[Any]:
    """Return the rows of these recordings, in their order; the name of the recording comes first in each row."""
    if len(recordings) <= FEW:
        statement = statement.where(Recording.name.in_(recordings))
    places = {name: place for place, name in enumerate(recordings)}
    found = [row for row in connection.execute(statement) if row[0] in places]
    if list(recordings) != sorted(recordings):
        found.sort(key=lambda row: places[row[0]])
    return found


def _frame(table: list[tuple[Any, ...]], columns: Sequence[str]) -> pd.DataFrame:
    from catalog.frames import frame

    found = frame(table, {name: _type(name) for name in columns})
    for name in NUMBERS & set(columns):
        if found[name].dtype == "Int64":
            # As `pandas.read_csv` has it: numbers of which some are missing are floating-point.
            found[name] = found[name].astype("float64")
    return found


def _type(column: str) -> TypeEngine[Any]:
    if column in NUMBERS:
        return sa.Integer()
    return sa.Boolean() if column in FLAGS else sa.Text()
