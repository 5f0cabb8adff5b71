"""The ways in: a signal of a trial, and the signals of a query."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import object_session

from catalog.entities import ENTITIES
from catalog.errors import QueryError, SignalError
from catalog.models import Trial
from catalog.query import Query
from catalog.signals.collection import Signals
from catalog.signals.neurons import NeuronChoice
from catalog.signals.reading import Wish, read_signals


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
    if not found:
        raise SignalError(f"{trial!r} is not in the catalog any more; ask for it again: cat.trial(recording, number)")
    return found[0]


def signals_of(
    query: Query[Any], signal: str, neurons: NeuronChoice = None, *, allow_invalid: bool = False
) -> Signals[Any]:
    """Return one signal of each trial of a query, in its order.

    Raises
    ------
    QueryError
        The query is not one of trials, or there is no such signal.
    """
    wish = Wish(signal, neurons, allow_invalid)
    if query.entity.name != "trials":
        raise QueryError(
            f"{query.entity.name} have no {signal} of their own; ask for trials, such as "
            'cat.trials.filter(label="Gabor")'
        )
    return Signals(query.session, query.statement, wish)
