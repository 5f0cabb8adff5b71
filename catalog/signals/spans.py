"""Segments of trials: which frames of which trial each was on screen, read for many trials at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, overload

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from catalog.errors import SignalError
from catalog.filters import AnyOf
from catalog.models import Segment, Trial, TrialSegment, VideoSegment
from catalog.signals.states import one_state

Identity = tuple[int, int, str | None]
"""The recording's internal number, the trial's number, and its video."""


@dataclass(frozen=True)
class SegmentSpan:
    """Frames `frame_start` up to, not including, `frame_end` of a trial's video.

    As measured on this presentation, if that was done, else as the video has it. `segment_id` and `label` are None for
    the pieces of natural videos, between two cuts.
    """

    segment_index: int
    frame_start: int
    frame_end: int
    segment_id: str | None
    bad_properties: bool
    label: str | None = None


class Spans:
    """The segments of some trials; the catalog is asked once, when those of any are needed.

    Parameters
    ----------
    trials
        The internal number of each trial, and what it is: numbers may have been given to other trials meanwhile.
    session
        With what to ask.
    """

    def __init__(self, trials: Mapping[int, Identity], session: Session) -> None:
        self._trials = trials
        self._session: Session | None = session

    def of(self, trial_id: int) -> list[SegmentSpan]:
        """Return the segments of one trial, in their order; those measured on it, else those of its video.

        Raises
        ------
        SignalError
            The trials were taken in again, or removed, since the signals were asked for.
        """
        return self._found.get(trial_id, [])

    @cached_property
    def _found(self) -> dict[int, list[SegmentSpan]]:
        assert self._session is not None
        some = AnyOf(Trial.__table__.c.id, list(self._trials))
        with one_state(self._session) as connection:
            known = sa.select(Trial.id, Trial.recording_id, Trial.trial, Trial.video_id).where(some)
            if {trial_id: tuple(identity) for trial_id, *identity in connection.execute(known)} != self._trials:
                raise SignalError(
                    "trials were taken in again, or removed, since their signals were asked for; ask for them again"
                )
            return _read(connection, some)

    def __getstate__(self) -> dict[str, Any]:
        """Return what goes to another process, which may have no database: the segments themselves."""
        _ = self._found
        return {**self.__dict__, "_session": None}


class TrialSegments(Sequence[SegmentSpan]):
    """The segments of one trial, in their order; the catalog is asked when they are looked at.

    Raises
    ------
    SignalError
        See `Spans.of`.
    """

    def __init__(self, spans: Spans, trial_id: int) -> None:
        self._spans = spans
        self._trial_id = trial_id

    @overload
    def __getitem__(self, index: int) -> SegmentSpan: ...
    @overload
    def __getitem__(self, index: slice) -> list[SegmentSpan]: ...
    def __getitem__(self, index: int | slice) -> SegmentSpan | list[SegmentSpan]:
        """Return one of them, or some."""
        return self._spans.of(self._trial_id)[index]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._spans.of(self._trial_id))

    def __repr__(self) -> str:
        """Show them as a list."""
        return repr(list(self))


def _read(connection: Connection, some: AnyOf) -> dict[int, list[SegmentSpan]]:
    """Return the segments of each trial: those measured on it, else those of its video."""
    of_video = sa.and_(
        VideoSegment.video_id == Trial.video_id, VideoSegment.segment_index == TrialSegment.segment_index
    )
    measured = (
        sa.select(Trial.id, *_span(TrialSegment), Segment.label)
        .join(TrialSegment, TrialSegment.trial_id == Trial.id)
        .outerjoin(VideoSegment, of_video)
        .outerjoin(Segment, Segment.id == VideoSegment.segment_id)
        .where(some)
        .order_by(Trial.id, TrialSegment.segment_index)
    )
    unmeasured = (
        sa.select(Trial.id, *_span(VideoSegment), Segment.label)
        .join(VideoSegment, VideoSegment.video_id == Trial.video_id)
        .outerjoin(Segment, Segment.id == VideoSegment.segment_id)
        .where(some, ~sa.exists().where(TrialSegment.trial_id == Trial.id))
        .order_by(Trial.id, VideoSegment.segment_index)
    )
    found: dict[int, list[SegmentSpan]] = {}
    for statement in (measured, unmeasured):
        for trial_id, *values in connection.execute(statement):
            found.setdefault(trial_id, []).append(SegmentSpan(*values))
    return found


def _span(table: Any) -> tuple[Any, ...]:
    return (table.segment_index, table.frame_start, table.frame_end, VideoSegment.segment_id, table.bad_properties)
