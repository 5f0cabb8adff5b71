"""From a question about trials to their signals: a few statements, however many trials there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, Select
from sqlalchemy.orm import Session

from catalog.errors import QueryError, nearest
from catalog.models import ArrayFile, Recording, RecordingRoot, Segment, Trial, TrialSegment, VideoSegment
from catalog.signals.behavior import Gaze, Locomotion, Pupil
from catalog.signals.neurons import ChosenNeurons, NeuronChoice
from catalog.signals.responses import Responses
from catalog.signals.roots import Roots, SignalFile
from catalog.signals.signal import SegmentSpan, Signal
from catalog.signals.video import Video

CLASSES: dict[str, type[Signal]] = {one.name: one for one in (Video, Responses, Pupil, Gaze, Locomotion)}
"""The class of each signal, by the name that the catalog has for it."""


@dataclass(frozen=True)
class Wish:
    """What is asked of each trial: a signal, of which neurons, and whether also where it is not valid."""

    signal: str
    neurons: NeuronChoice = None
    allow_invalid: bool = False

    def __post_init__(self) -> None:
        """Refuse a signal that there is not."""
        if self.signal not in CLASSES:
            raise QueryError(f"unknown signal {self.signal!r}. {nearest(str(self.signal), CLASSES)}")
        if self.neurons is not None and self.signal != "response":
            raise QueryError(f"neurons= chooses among responses; the {self.signal} has no neurons")


def read_signals(session: Session, trials: Select[Any], wish: Wish) -> list[Any]:
    """Return a signal of each trial, in the order of the trials; no file is opened.

    `trials` is the statement of a query of trials.
    """
    with one_state(session) as connection:
        return signals_in(connection, session, trials, wish)


def signals_in(connection: Connection, session: Session, trials: Select[Any], wish: Wish) -> list[Any]:
    """Return what `read_signals` does, as a connection sees the catalog; the session is for later questions."""
    picked = trials.with_only_columns(Trial.id, maintain_column_froms=True)
    spans = _read_spans(connection, picked.subquery())
    rows = connection.execute(_trial_rows(trials, wish.signal)).all()
    roots = _read_roots(connection)
    make = CLASSES[wish.signal]
    shared: dict[int, dict[str, Any]] = {}
    found = []
    for (trial_id, recording_id, name, sampling_freq, *facts), file in ((row[:-7], row[-7:]) for row in rows):
        if recording_id not in shared:
            shared[recording_id] = {
                "recording": name,
                "roots": Roots(name, tuple(roots.get(recording_id, ()))),
                "allow_invalid": wish.allow_invalid,
            }
            if make is Responses:
                shared[recording_id]["chosen"] = ChosenNeurons(name, recording_id, wish.neurons, session)
        found.append(
            make(
                trial_id=trial_id,
                sampling_freq=float("nan") if sampling_freq is None else sampling_freq,
                segments=spans.get(trial_id, []),
                file=_file(file),
                **dict(zip(_FACTS, facts, strict=True)),
                **shared[recording_id],
            )
        )
    return found


def _file(columns: Sequence[Any]) -> SignalFile | None:
    path, array_row, size, modified_ns, digest, dtype, shape = columns
    return None if path is None else SignalFile(path, array_row, size, modified_ns, digest, dtype, tuple(shape))


_FACTS = (
    "source",
    "trial",
    "label",
    "trial_type",
    "video_id",
    "published_video_id",
    "trial_valid_frames",
    "valid_frames",
    "valid",
)


def _trial_rows(trials: Select[Any], signal: str) -> Select[Any]:
    file = ArrayFile
    columns: list[Any] = [Trial.id, Recording.id, Recording.name, Recording.sampling_freq, Recording.source]
    columns += [Trial.trial, Trial.label, Trial.trial_type, Trial.video_id, Trial.published_video_id]
    columns += [Trial.valid_frames, getattr(Trial, f"valid_frames_{signal}"), getattr(Trial, f"valid_{signal}")]
    columns += [file.path, file.array_row, file.bytes, file.modified_ns, file.digest, file.dtype, file.shape]
    of_trial = sa.and_(file.trial_id == Trial.id, file.signal == signal)
    return trials.with_only_columns(*columns, maintain_column_froms=True).outerjoin(ArrayFile, of_trial)


def _read_roots(connection: Connection) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    statement = sa.select(RecordingRoot.recording_id, RecordingRoot.path).order_by(RecordingRoot.id)
    for recording_id, path in connection.execute(statement):
        found.setdefault(recording_id, []).append(path)
    return found


def _read_spans(connection: Connection, picked: Any) -> dict[int, list[SegmentSpan]]:
    """Return the segments of each trial: those measured on it, else those of its video."""
    of_video = sa.and_(
        VideoSegment.video_id == Trial.video_id, VideoSegment.segment_index == TrialSegment.segment_index
    )
    measured = (
        sa.select(Trial.id, *_span(TrialSegment), Segment.label)
        .join(picked, picked.c.id == Trial.id)
        .join(TrialSegment, TrialSegment.trial_id == Trial.id)
        .outerjoin(VideoSegment, of_video)
        .outerjoin(Segment, Segment.id == VideoSegment.segment_id)
        .order_by(Trial.id, TrialSegment.segment_index)
    )
    unmeasured = (
        sa.select(Trial.id, *_span(VideoSegment), Segment.label)
        .join(picked, picked.c.id == Trial.id)
        .join(VideoSegment, VideoSegment.video_id == Trial.video_id)
        .outerjoin(Segment, Segment.id == VideoSegment.segment_id)
        .where(~sa.exists().where(TrialSegment.trial_id == Trial.id))
        .order_by(Trial.id, VideoSegment.segment_index)
    )
    found: dict[int, list[SegmentSpan]] = {}
    for statement in (measured, unmeasured):
        for trial_id, *values in connection.execute(statement):
            found.setdefault(trial_id, []).append(SegmentSpan(*values))
    return found


def _span(table: Any) -> tuple[Any, ...]:
    return (table.segment_index, table.frame_start, table.frame_end, VideoSegment.segment_id, table.bad_properties)


@contextmanager
def one_state(session: Session) -> Iterator[Connection]:
    """Yield a connection all of whose questions see one state of the catalog, whoever writes meanwhile."""
    bind = session.get_bind()
    if not isinstance(bind, Engine):
        yield session.connection()
        return
    begin = "BEGIN" if bind.dialect.name == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    with bind.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(begin)
        try:
            yield connection
        finally:
            connection.exec_driver_sql("ROLLBACK")
