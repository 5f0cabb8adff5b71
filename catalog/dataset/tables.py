"""The tables of a DataSet, read from the catalog: trials, and occurrences of segments, under published columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    found = _of(connection, statement, recordings)
    if not found:
        return _frame(dict.fromkeys(TRIAL_COLUMNS, ()))
    name, label, number, trial_type, published, *values, video = zip(*found, strict=True)
    shown = tuple(map(names.video, video, published))
    known = name, label, tuple(map(str, number)), trial_type, shown, *values
    return _frame(dict(zip(TRIAL_COLUMNS, known, strict=True)))


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
    columns = dict(
        zip(SEGMENT_COLUMNS, zip(*table, strict=True) if table else [()] * len(SEGMENT_COLUMNS), strict=True)
    )
    return _frame({**columns, "trial": tuple(map(str, columns["trial"]))})


def _of(connection: sa.Connection, statement: Any, recordings: Sequence[str]) -> list[Any]:
    """Return the rows of these recordings, in their order; the name of the recording comes first in each row."""
    if len(recordings) <= FEW:
        statement = statement.where(Recording.name.in_(recordings))
    places = {name: place for place, name in enumerate(recordings)}
    found = [row for row in connection.execute(statement).all() if row[0] in places]
    if list(recordings) != sorted(recordings):
        found.sort(key=lambda row: places[row[0]])
    return found


def _frame(columns: Mapping[str, tuple[Any, ...]]) -> pd.DataFrame:
    import pandas as pd

    from catalog.frames import series

    found = {name: series(values, _type(name)) for name, values in columns.items()}
    for name in NUMBERS & found.keys():
        if found[name].dtype == "Int64":
            # As `pandas.read_csv` has it: numbers of which some are missing are floating-point.
            found[name] = found[name].astype("float64")
    return pd.DataFrame(found, copy=False)


def _type(column: str) -> TypeEngine[Any]:
    if column in NUMBERS:
        return sa.Integer()
    return sa.Boolean() if column in FLAGS else sa.Text()
