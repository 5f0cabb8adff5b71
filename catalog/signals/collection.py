"""The signals that a query asks for: in a loop, one trial in memory at a time, or stacked into one array."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np

from catalog.counts import counted
from catalog.errors import QueryError
from catalog.signals.asked import Asked
from catalog.signals.normalization import known_normalization
from catalog.signals.reading import Wish
from catalog.signals.signal import FACTS, Signal
from catalog.signals.stacks import Stack, Stacking, bytes_of, frame_of, require_memory

if TYPE_CHECKING:
    import pandas as pd

SignalT = TypeVar("SignalT", bound=Signal)


class Signals(Asked[SignalT]):
    """One signal of each trial of a query, in the order of the query.

    The catalog is asked once, when the first trial is looked at; files are opened when values are asked for.

    Parameters
    ----------
    find
        What returns the signals.
    wish
        Which signal, and of which neurons.
    """

    @classmethod
    def of(cls, signals: list[SignalT], wish: Wish) -> Self:
        """Return a collection of signals that are known already."""
        return cls(lambda: signals, wish)

    def _part(self, items: list[SignalT]) -> Self:
        return self.of(items, self.wish)

    def to_frame(self) -> pd.DataFrame:
        """Return a DataFrame, a trial each, in the order of the first axis of a stack."""
        return frame_of(self, FACTS)

    @property
    def memory(self) -> int:
        """Bytes that `stack()` takes at most, by what the catalog knows: nothing is opened.

        Raises
        ------
        QueryError, SignalError
            See `stack`.
        """
        return bytes_of(self._shape(trim=True), common_dtype(self, None))

    def stack(
        self,
        normalization: str | None = None,
        *,
        trim: bool = True,
        dtype: Any = None,
        limit_bytes: int | None = None,
    ) -> Stack:
        """Return the signals of all trials as one array, with a mask where there is no value.

        Parameters
        ----------
        normalization
            Of responses; see `Responses.get_data`.
        trim
            Leave out the padding: the frames are as many as the longest trial has, and a shorter trial is masked after
            its end. Without it, they are as many as the longest array has, padding included.
        dtype
            The floating-point type of the values; by default that of the files, or float64 for normalised responses.
        limit_bytes
            The memory that may be taken; by default, what the machine has left. It is looked at before it is taken.

        Raises
        ------
        QueryError
            There are no trials; or responses of several recordings, which have different neurons; or videos of
            several sizes.
        SignalError
            It would take too much memory; or a trial's signal cannot be opened, see `Signal.data`.
        """
        name = required_normalization(normalization, self.wish.signal)
        shape, kind = self._shape(trim=trim), common_dtype(self, name, dtype)
        require_memory(bytes_of(shape, kind), limit_bytes, f"the {self.wish.signal} of {counted(len(self), 'trial')}")
        stacking = Stacking(shape, kind)
        for index, signal in enumerate(self):
            stacking.put(index, stackable(signal, name, trim=trim))
        return stacking.finish(list(self))

    def _shape(self, *, trim: bool) -> tuple[int, ...]:
        """Return the shape that the stack will have."""
        size = common_shape(list(self), self.wish, "trials")
        return (len(self), *size, max(signal.n_frames if trim else signal.shape[-1] for signal in self))

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what goes to another process: the signals themselves, and no session."""
        return type(self).of, (list(self), replace(self.wish, neurons=None))

    def __repr__(self) -> str:
        """Show what is asked for, without asking."""
        return f"<Signals: the {self.wish.signal} of each trial; iterate, or stack()>"


def required_normalization(normalization: str | None, signal: str) -> str | None:
    """Return the usual name of a normalisation; QueryError if there is none of that name, or none of that signal."""
    name = known_normalization(normalization)
    if name is not None and signal != "response":
        raise QueryError(f"normalization={normalization!r} is for responses, not for the {signal}")
    return name


def stackable(signal: Any, normalization: str | None, *, trim: bool) -> Any:
    """Return the values of a signal, to be copied into a stack."""
    if normalization is not None:
        return signal.get_data(normalization, trim=trim)
    return signal.data[..., : signal.n_frames] if trim else signal.data


def common_shape(signals: Sequence[Signal], wish: Wish, what: str) -> tuple[int, ...]:
    """Return the shape of one signal without its frames, which must be that of all.

    Raises
    ------
    QueryError
        There are no signals; or responses of several recordings; or videos of several sizes.
    """
    if not signals:
        raise QueryError(f"the query has no {what}: there is nothing to stack; loosen its filters")
    recordings = list(dict.fromkeys(signal.recording for signal in signals))
    if wish.signal == "response" and len(recordings) > 1:
        raise QueryError(
            f"responses of {len(recordings)} recordings have different neurons, and cannot be stacked: "
            f"{', '.join(recordings[:3])}; filter(recording=…) to one, or stack each of by_recording()"
        )
    sizes = {signal.shape[:-1] for signal in signals}
    if len(sizes) > 1:
        raise QueryError(f"arrays of {len(sizes)} sizes cannot be stacked: {sorted(sizes)[:3]}; filter to one")
    return sizes.pop()


def common_dtype(signals: Iterable[Signal], normalization: str | None, dtype: Any = None) -> np.dtype[Any]:
    """Return the type that was asked for, or else one that holds the values of all; QueryError if it has no NaN."""
    if dtype is not None:
        try:
            wanted: np.dtype[Any] = np.dtype(dtype)
        except TypeError:
            wanted = np.dtype(object)
        if wanted.kind != "f":
            raise QueryError(f'dtype={dtype!r}: expected a floating-point type, such as "float32"')
        return wanted
    if normalization is not None:
        return np.dtype(np.float64)
    return np.result_type(*{signal.dtype for signal in signals})
