"""Signals aligned to stimuli: a slice for each time a segment was on screen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select
from sqlalchemy.orm import Session

from catalog.counts import counted
from catalog.entities import ENTITIES, OVERVIEW_COLUMNS, segment_overview
from catalog.errors import QueryError
from catalog.models import Trial
from catalog.signals.asked import Asked
from catalog.signals.collection import common_dtype, common_shape, required_normalization
from catalog.signals.reading import Wish, signals_in
from catalog.signals.signal import Signal
from catalog.signals.stacks import Stack, Stacking, bytes_of, frame_of, require_memory
from catalog.signals.states import one_state

if TYPE_CHECKING:
    import pandas as pd

FACTS = tuple(name for name in OVERVIEW_COLUMNS if name != "trial_id")


@dataclass(frozen=True, eq=False, repr=False)
class Window:
    """A signal around one presentation of a segment: from frame `start` to before frame `stop`, of the whole trial.

    Attributes
    ----------
    signal
        The signal of the trial.
    row
        The presentation: the columns of the view `segment_overview`.
    start, stop
        Frames of the trial; outside of 0 … `signal.n_frames`, there is no value.
    """

    signal: Signal
    row: dict[str, Any]
    start: int
    stop: int

    def __repr__(self) -> str:
        """Show of what it is, without opening it."""
        segment = ", ".join(filter(None, (f"segment {self.row['segment_index']}", self.row["segment_label"])))
        trial = f"trial {self.signal.trial} of {self.recording}"
        return f"<Window on {self.signal.name} of {trial}, {segment}: frames {self.start} to {self.stop - 1}>"

    @property
    def recording(self) -> str:
        """The recording that the trial is of."""
        return self.signal.recording

    @property
    def inside(self) -> slice:
        """The frames of the trial that are in the window, and valid."""
        first = min(max(self.start, 0), self.signal.n_frames)
        return slice(first, max(min(self.stop, self.signal.n_frames), first))

    @property
    def times(self) -> NDArray[np.float64]:
        """When each frame of the window began, in seconds from the segment's first."""
        frames = np.arange(self.start, self.stop) - self.row["frame_start"]
        return np.asarray(frames / self.signal.sampling_freq, dtype=np.float64)

    def facts(self) -> dict[str, Any]:
        """Return what is known of the presentation, as a row of a table."""
        return {name: self.row[name] for name in FACTS}

    def get_data(self, normalization: str | None = None) -> NDArray[Any]:
        """Return the values, (…, stop - start), frames last; NaN where the window is beyond the valid frames.

        Raises
        ------
        QueryError, SignalError
            See `Responses.get_data`.
        """
        name = required_normalization(normalization, self.signal.name)
        values = values_of(self.signal, name)
        kind = values.dtype if values.dtype.kind == "f" else np.dtype(np.float64)
        stacking = Stacking((1, *values.shape[:-1], self.stop - self.start), kind)
        stacking.put(0, values[..., self.inside], self.inside.start - self.start)
        found: NDArray[Any] = stacking.values[0]
        return found


class Windows(Asked[Window]):
    """One signal around each presentation of segments, in the order of the query.

    Parameters
    ----------
    find
        What returns the windows.
    wish
        Which signal, and of which neurons.
    window
        First frame, and the frame after the last, counted from the segment's first frame as it was measured on that
        presentation: (-5, 30) is the 5 frames before the segment, and its first 30.
    """

    def __init__(self, find: Callable[[], list[Window]], wish: Wish, window: tuple[int, int]) -> None:
        super().__init__(find, wish)
        self.window = window

    @classmethod
    def of(cls, windows: list[Window], wish: Wish, window: tuple[int, int]) -> Self:
        """Return a collection of windows that are known already."""
        return cls(lambda: windows, wish, window)

    def _part(self, items: list[Window]) -> Self:
        return self.of(items, self.wish, self.window)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what goes to another process: the windows themselves, and no session."""
        return type(self).of, (list(self), replace(self.wish, neurons=None), self.window)

    def to_frame(self) -> pd.DataFrame:
        """Return a DataFrame, a presentation each, in the order of the first axis of a stack."""
        return frame_of(self, FACTS)

    @property
    def times(self) -> NDArray[np.float64]:
        """When each frame of a window began, in seconds from the segment's first; of the first presentation's rate."""
        if len(self) == 0:
            raise QueryError("the query has no presentations; loosen its filters")
        return self[0].times

    @property
    def memory(self) -> int:
        """Bytes that `stack()` takes at most, by what the catalog knows: nothing is opened."""
        return bytes_of(*self._form(None))

    def stack(self, normalization: str | None = None, *, dtype: Any = None, limit_bytes: int | None = None) -> Stack:
        """Return all windows as one array: (presentation, neuron, frame of the window), with a mask.

        Masked are the frames before the trial's first and after its last valid one, and where the file holds NaN.
        Each trial is opened once, whatever the order.

        Parameters
        ----------
        normalization, dtype, limit_bytes
            See `Signals.stack`; a trial is normalised as a whole.

        Raises
        ------
        QueryError
            There are no presentations; the window is beyond the valid frames of all of them; or responses are of
            several recordings, which have different neurons.
        SignalError
            See `Signals.stack`.
        """
        name = required_normalization(normalization, self.wish.signal)
        shape, kind = self._form(name, dtype)
        what = f"the {self.wish.signal} of {counted(len(self), 'presentation')}"
        require_memory(bytes_of(shape, kind), limit_bytes, what)
        stacking = Stacking(shape, kind)
        for places in self._places_by_trial():
            values = values_of(self[places[0]].signal, name)
            for index in places:
                window = self[index]
                stacking.put(index, values[..., window.inside], window.inside.start - window.start)
        return stacking.finish(list(self))

    def _places_by_trial(self) -> Iterable[list[int]]:
        """Return the places of the windows of each trial, whatever the order of the query."""
        places: dict[int, list[int]] = {}
        for index, window in enumerate(self):
            places.setdefault(window.signal.trial_id, []).append(index)
        return places.values()

    def _form(self, normalization: str | None, dtype: Any = None) -> tuple[tuple[int, ...], np.dtype[Any]]:
        signals = list({window.signal.trial_id: window.signal for window in self}.values())
        size = common_shape(signals, self.wish, "presentations")
        kind = common_dtype(signals, normalization, dtype)
        return (len(self), *size, self.window[1] - self.window[0]), kind

    def __repr__(self) -> str:
        """Show what is asked for, without asking."""
        return f"<Windows {self.window}: the {self.wish.signal} of each presentation; iterate, or stack()>"


def read_windows(session: Session, presentations: Select[Any], wish: Wish, window: tuple[int, int]) -> list[Window]:
    """Return a window around each presentation, in their order; no file is opened.

    `presentations` is the statement of a query of presentations.

    Raises
    ------
    QueryError
        The window is beyond the valid frames of all of them.
    """
    first, last = window
    with one_state(session) as connection:
        rows = [dict(row._mapping) for row in connection.execute(presentations)]
        ids = presentations.with_only_columns(segment_overview.c.trial_id)
        shown = ENTITIES["trials"].select().where(Trial.id.in_(ids))
        signals = signals_in(connection, session, shown, wish)
    by_trial = {signal.trial_id: signal for signal in signals}
    found = [
        Window(by_trial[row["trial_id"]], row, row["frame_start"] + first, row["frame_start"] + last) for row in rows
    ]
    if found and all(one.signal.file and one.inside.start == one.inside.stop for one in found):
        raise QueryError(
            f"window={window} is beyond the valid frames of each of the {counted(len(found), 'presentation')}: "
            "the frames are counted from the segment's first"
        )
    return found


def values_of(signal: Any, normalization: str | None) -> NDArray[Any]:
    """Return the values of a trial that its windows are cut from."""
    values: NDArray[Any] = signal.data if normalization is None else signal.get_data(normalization)
    return values


def required_window(window: Any) -> tuple[int, int]:
    """Return a window as two whole numbers; QueryError if it is none."""
    try:
        first, last = (int(frame) for frame in window)
        if (first, last) == tuple(window) and first < last:
            return first, last
    except (TypeError, ValueError):
        pass
    raise QueryError(
        f"window={window!r}: expected two whole numbers of frames, such as window=(-5, 30): from 5 frames before the "
        "segment's first to before its 31st"
    )
