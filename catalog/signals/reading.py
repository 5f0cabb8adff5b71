"""From a question about trials to their signals: a few statements, however many trials there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Select
from sqlalchemy.orm import Session

from catalog.errors import QueryError, nearest
from catalog.models import ArrayFile, Recording, RecordingRoot, Trial
from catalog.signals.behavior import Gaze, Locomotion, Pupil
from catalog.signals.neurons import ChosenNeurons, NeuronChoice
from catalog.signals.responses import Responses
from catalog.signals.roots import Roots, SignalFile
from catalog.signals.signal import Signal
from catalog.signals.spans import Identity, Spans, TrialSegments
from catalog.signals.states import one_state
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
    rows = connection.execute(_trial_rows(trials, wish.signal)).all()
    roots = _read_roots(connection)
    make = CLASSES[wish.signal]
    identities: dict[int, Identity] = {}
    spans = Spans(identities, session)
    shared: dict[int, dict[str, Any]] = {}
    found = []
    of_file = len(_FILE_COLUMNS)
    parts = ((row[:-of_file], row[-of_file:]) for row in rows)
    for (trial_id, recording_id, name, sampling_freq, *values), file in parts:
        if recording_id not in shared:
            place = Roots(name, tuple(roots.get(recording_id, ())))
            shared[recording_id] = {"recording": name, "roots": place, "allow_invalid": wish.allow_invalid}
            if make is Responses:
                shared[recording_id]["chosen"] = ChosenNeurons(name, recording_id, wish.neurons, session)
        facts = dict(zip(_FACTS, values, strict=True))
        identities[trial_id] = (recording_id, facts["trial"], facts["video_id"])
        freq = float("nan") if sampling_freq is None else sampling_freq
        found.append(
            make(
                trial_id=trial_id,
                sampling_freq=freq,
                segments=TrialSegments(spans, trial_id),
                file=_file(file),
                **facts,
                **shared[recording_id],
            )
        )
    return found


def _file(columns: Sequence[Any]) -> SignalFile | None:
    path, array_row, size, modified_ns, digest, dtype, shape = columns
    return None if path is None else SignalFile(path, array_row, size, modified_ns, digest, dtype, tuple(shape))


_FILE_COLUMNS = (
    ArrayFile.path,
    ArrayFile.array_row,
    ArrayFile.bytes,
    ArrayFile.modified_ns,
    ArrayFile.digest,
    ArrayFile.dtype,
    ArrayFile.shape,
)
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
    columns: list[Any] = [Trial.id, Recording.id, Recording.name, Recording.sampling_freq, Recording.source]
    columns += [Trial.trial, Trial.label, Trial.trial_type, Trial.video_id, Trial.published_video_id]
    columns += [Trial.valid_frames, getattr(Trial, f"valid_frames_{signal}"), getattr(Trial, f"valid_{signal}")]
    columns += _FILE_COLUMNS
    of_trial = sa.and_(ArrayFile.trial_id == Trial.id, ArrayFile.signal == signal)
    return trials.with_only_columns(*columns, maintain_column_froms=True).outerjoin(ArrayFile, of_trial)


def _read_roots(connection: Connection) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    statement = sa.select(RecordingRoot.recording_id, RecordingRoot.path).order_by(RecordingRoot.id)
    for recording_id, path in connection.execute(statement):
        found.setdefault(recording_id, []).append(path)
    return found
