"""The ways in: a signal of a trial, and the signals of a query."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy.orm import object_session

from catalog.entities import ENTITIES, segment_overview
from catalog.errors import QueryError, SignalError
from catalog.models import Segment, Trial
from catalog.query import Query
from catalog.signals.collection import Signals
from catalog.signals.neurons import NeuronChoice
from catalog.signals.reading import Wish, read_signals
from catalog.signals.repeats import Repeats
from catalog.signals.windows import Windows, read_windows, required_window


def open_signal(trial: Trial, signal: str, neurons: NeuronChoice = None, *, allow_invalid: bool = False) -> Any:
    """Return one signal of a trial; its file is opened when its values are asked for.

    Parameters
    ----------
    trial
        A trial of the catalog, while its session is open.
    signal
        "video", "response", "pupil", "gaze" or "locomotion".
    neurons
        Of responses, which neurons: a query, filters, or rows; None for all.
    allow_invalid
        Give the values out even if the signal is not valid: all zero, or missing.

    Raises
    ------
    QueryError
        There is no such signal.
    SignalError
        The trial belongs to no open session.
    """
    wish = Wish(signal, neurons, allow_invalid)
    session = object_session(trial)
    if session is None:
        raise SignalError(f"{trial!r} belongs to no open session; ask the catalog for it: cat.trial(recording, number)")
    found = read_signals(session, ENTITIES["trials"].select().where(Trial.id == trial.id), wish)
    # The number by which the catalog knows a trial can be another's, once recordings were taken in or removed.
    asked = (trial.recording.name, trial.trial, trial.video_id)
    if not found or (found[0].recording, found[0].trial, found[0].video_id) != asked:
        raise SignalError(
            f"trial {trial.trial} of {trial.recording.name} was taken in again, or removed, since it was asked for; "
            "ask for it again: cat.trial(recording, number)"
        )
    return found[0]


def signals_of(
    query: Query[Any],
    signal: str,
    neurons: NeuronChoice = None,
    *,
    window: tuple[int, int] | None = None,
    allow_invalid: bool = False,
) -> Signals[Any] | Windows:
    """Return one signal of each trial of a query, or around each presentation of its segments, in its order.

    Raises
    ------
    QueryError
        The query is one of neither, or has no window where it needs one; or there is no such window or signal.
    """
    wish = Wish(signal, neurons, allow_invalid)
    name = query.entity.name
    if name == "trials":
        if window is not None:
            raise QueryError("window= cuts around segments; ask cat.segment_presentations.filter(…), or leave it out")
        return Signals(partial(read_signals, query.session, query.statement, wish), wish)
    if name not in ("segments", "segment_presentations"):
        raise QueryError(
            f'{name} have no {signal} of their own; ask for trials, such as cat.trials.filter(label="Gabor"), or for '
            "cat.segment_presentations.filter(…) with a window"
        )
    if window is None:
        raise QueryError(f"the {signal} of {name} needs a window, in frames from each segment's first: window=(-5, 30)")
    if name == "segments":
        query = _presentations(query)
    frames = required_window(window)
    return Windows(partial(read_windows, query.session, query.statement, wish, frames), wish, frames)


def _presentations(segments: Query[Any]) -> Query[Any]:
    """Return the query for every presentation of some segments."""
    chosen = segments.statement.with_only_columns(Segment.id, maintain_column_froms=True)
    shown: Query[Any] = Query(ENTITIES["segment_presentations"], segments.session)
    return shown.filter(segment_overview.c.segment_id.in_(chosen))


def repeats_of(
    trials: Query[Trial],
    min_repeats: int = 2,
    min_recordings: int = 1,
    *,
    signal: str = "response",
    neurons: NeuronChoice = None,
    allow_invalid: bool = False,
) -> Repeats:
    """Return the videos that trials show repeatedly; see `Catalog.repeats`."""
    wish = Wish(signal, neurons, allow_invalid)
    if not allow_invalid:
        trials = trials.filter(**{f"valid_{signal}": True})
    signals: Signals[Any] = Signals(partial(read_signals, trials.session, trials.statement, wish), wish)
    return Repeats(signals, min_repeats, min_recordings)
