"""`TrialDataset`: the trials of a query, or windows of their frames, as tensors."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from catalog.batches.windows import windows
from catalog.counts import counted
from catalog.errors import DatabaseError, QueryError, SignalError, nearest
from catalog.models import Trial
from catalog.query import Query
from catalog.signals import NeuronChoice, Neurons, Responses, Signal, signals_of
from catalog.signals.normalization import known_normalization, normalized

if TYPE_CHECKING:
    import pandas as pd

Sample: TypeAlias = dict[str, Any]
"""One item: a tensor for each signal, and what it is of; see `TrialDataset`."""

PARTS: dict[str, tuple[str, ...]] = {
    "video": ("video",),
    "response": ("response",),
    "pupil": ("pupil",),
    "gaze": ("gaze",),
    "locomotion": ("locomotion",),
    "behavior": ("pupil", "locomotion"),
}
"""What can be asked for, and the signals that it is made of."""

DTYPES = {torch.float16: np.float16, torch.float32: np.float32, torch.float64: np.float64}


class TrialDataset(Dataset[Sample]):
    """The trials of a query, in its order, as tensors: a map-style data set for `torch.utils.data.DataLoader`.

    An item is a dictionary. Of the signals that were asked for, with values as in the files (NaN inside them included):

    - `video`: (1, frames, height, width), gray levels 0 to 255, as `torch.nn.Conv3d` takes it;
    - `response`: (neurons, frames), normalised if that was asked for;
    - `behavior`: (2, frames), pupil dilation and running speed; `pupil` and `locomotion` alone: (frames,);
    - `gaze`: (2, frames), x and y.

    And what they are of: `recording`, `trial`, `trial_type`, `label`, `video_id` (text, empty where not known; `trial`
    is a number), `start` (the first frame, counted from the trial's) and `n_frames`.

    The catalog is asked when the data set is made, and never again: workers, forked or spawned, need no database. Each
    process opens files for itself, when an item is asked for.

    Parameters
    ----------
    trials
        A query, such as `cat.trials.filter(trial_type="train", valid_response=True)`.
    signals
        Any of "video", "response", "behavior", "pupil", "gaze" and "locomotion".
    neurons
        Of responses, which neurons: `cat.neurons.filter(…)`, filters such as `{"coord_z__ge": 300}`, or rows; None for
        all. Those of each recording are in `neurons`.
    n_frames, stride
        Frames of each item, and from the start of one to the start of the next within a trial (by default `n_frames`,
        so that they do not overlap). Without, an item is a whole trial. Only frames that are valid in every signal
        count: no item holds padding.
    normalization
        Of responses; see `catalog.signals.Responses.get_data`.
    dtype
        Of all signals: torch.float32, float64 or float16.
    transform
        Called with each item, to return what takes its place; for spawned workers, a function of a module.

    Raises
    ------
    QueryError
        The query has no trials, no trial has as many frames, or an option is none.
    SignalError
        A trial has no valid signal of those that are asked for, or its file is not known; or the catalog has no
        statistics of neurons that the normalisation needs.
    """

    def __init__(
        self,
        trials: Query[Trial],
        signals: Sequence[str] = ("video", "response"),
        *,
        neurons: NeuronChoice = None,
        n_frames: int | None = None,
        stride: int | None = None,
        normalization: str | None = None,
        dtype: torch.dtype = torch.float32,
        transform: Callable[[Sample], Any] | None = None,
    ) -> None:
        self.signals = _known_signals(signals)
        self.normalization = known_normalization(normalization)
        if "response" not in self.signals and (neurons is not None or normalization is not None):
            raise QueryError(f"neurons= and normalization= are for responses, and the signals are {self.signals}")
        if dtype not in DTYPES:
            raise QueryError(f"dtype={dtype}: expected one of {', '.join(map(str, DTYPES))}")
        self.dtype = dtype
        self.transform = transform
        self._trials = _open(trials, self.signals, neurons)
        if self.normalization is not None:
            for one in {trial["response"].recording: trial["response"] for trial in self._trials}.values():
                assert isinstance(one, Responses)
                one.statistics_for(self.normalization)
        self._windows = windows([_n_frames(trial) for trial in self._trials], n_frames, stride)

    def __repr__(self) -> str:
        """Show how much there is of what."""
        where = f"{counted(len(self._trials), 'trial')} in {counted(len(set(self.recordings)), 'recording')}"
        return f"<TrialDataset of {', '.join(self.signals)}: {counted(len(self), 'item')} of {where}, {self.dtype}>"

    def __len__(self) -> int:
        """Return how many items there are."""
        return len(self._windows)

    def __getitem__(self, index: int) -> Any:
        """Return an item, transformed if that was asked for.

        Raises
        ------
        SignalError
            A file is not there, or is not as it was when it was ingested.
        """
        place, start, stop = (int(number) for number in self._windows[index])
        trial = self._trials[place]
        sample: Sample = {name: self._tensor(trial, name, start, stop) for name in self.signals}
        sample |= _facts(next(iter(trial.values())))
        sample |= {"start": start, "n_frames": stop - start}
        return sample if self.transform is None else self.transform(sample)

    @property
    def neurons(self) -> dict[str, Neurons]:
        """The neurons of each recording, in the order of its responses; empty unless there are responses."""
        responses = [trial["response"] for trial in self._trials if "response" in trial]
        return {one.recording: one.neurons for one in responses if isinstance(one, Responses)}

    @property
    def recordings(self) -> list[str]:
        """The recording of each item."""
        names = [next(iter(trial.values())).recording for trial in self._trials]
        return [names[place] for place in self._windows[:, 0]]

    def to_frame(self) -> pd.DataFrame:
        """Return a DataFrame, an item each: what it is of, without opening any file."""
        import pandas as pd

        facts = [_facts(next(iter(trial.values()))) for trial in self._trials]
        rows = [{**facts[place], "start": start, "n_frames": stop - start} for place, start, stop in self._windows]
        return pd.DataFrame(rows)

    def _tensor(self, trial: dict[str, Signal], name: str, start: int, stop: int) -> torch.Tensor:
        if name == "behavior":
            return torch.from_numpy(_behavior(trial)[:, start:stop].astype(DTYPES[self.dtype]))
        values = torch.from_numpy(self._values(trial[name], start, stop))
        # A view: whoever puts items into a batch copies them anyway.
        return values.permute(2, 0, 1).unsqueeze(0) if name == "video" else values

    def _values(self, signal: Signal, start: int, stop: int) -> NDArray[Any]:
        """Return some frames of a signal, in an array of their own."""
        kind = DTYPES[self.dtype]
        if self.normalization is not None and isinstance(signal, Responses):
            return np.array(_normalized(signal, self.normalization, start, stop), kind, order="C")
        if 2 * (stop - start) < signal.shape[-1]:
            return np.array(signal.data[..., start:stop], kind, order="C")
        # To read an array and show most of it is faster than to map it and copy that part.
        return signal.get_data()[..., start:stop].astype(kind, copy=False)


def _known_signals(signals: Sequence[str]) -> tuple[str, ...]:
    names = (signals,) if isinstance(signals, str) else tuple(signals)
    for name in names:
        if name not in PARTS:
            raise QueryError(f"unknown signal {name!r}. {nearest(str(name), PARTS)}")
        if names.count(name) > 1:
            raise QueryError(f"the signal {name!r} is asked for twice")
    if not names:
        raise QueryError(f"no signals are asked for; expected any of {', '.join(PARTS)}")
    return names


def _open(trials: Query[Trial], names: Sequence[str], neurons: NeuronChoice) -> list[dict[str, Signal]]:
    """Return the signals of each trial, which need the catalog no more."""
    parts = dict.fromkeys(part for name in names for part in PARTS[name])
    columns = {part: list(signals_of(trials, part, neurons if part == "response" else None)) for part in parts}
    if len({tuple(signal.trial_id for signal in column) for column in columns.values()}) > 1:
        raise DatabaseError("the catalog was written to while the data set was made; make it again")
    for part, column in columns.items():
        _require_usable(part, column)
        columns[part] = _detached(column)
    opened = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    if not opened:
        raise QueryError("the query has no trials; loosen its filters")
    return opened


def _require_usable(part: str, column: Sequence[Signal]) -> None:
    invalid = [signal for signal in column if signal.file is not None and not signal.valid]
    if invalid:
        told = f"{len(invalid):,} of {counted(len(column), 'trial has', 'trials have')} no valid {part}"
        raise SignalError(f"{told}, such as {invalid[0].describe()}; leave them out with filter(valid_{part}=True)")


def _detached(column: Sequence[Signal]) -> list[Signal]:
    """Return the signals without what needs a session, and without their segments, which no item tells."""
    chosen: dict[str, Any] = {}
    detached: list[Signal] = []
    for signal in column:
        if isinstance(signal, Responses):
            # A copy of the chosen neurons knows them, as one that goes to another process does.
            if signal.recording not in chosen:
                chosen[signal.recording] = copy.copy(signal.chosen)
            detached.append(replace(signal, segments=[], chosen=chosen[signal.recording]))
        else:
            detached.append(replace(signal, segments=[]))
    return detached


def _n_frames(trial: dict[str, Signal]) -> int:
    """Return how many frames of a trial are valid in each of its signals."""
    counts = [signal.n_frames for signal in trial.values()]
    return min([*counts, *(one.valid_frames for one in trial.values() if one.valid_frames is not None)])


def _normalized(responses: Responses, name: str, start: int, stop: int) -> NDArray[np.float64]:
    """Return some frames of responses, normalised; no others are, where the trial's own mean is not needed."""
    statistics = responses.statistics_for(name)
    if not statistics:
        return responses.get_data(name)[:, start:stop]
    return normalized(responses.data[:, start:stop], name, statistics, stop - start)


def _behavior(trial: dict[str, Signal]) -> NDArray[Any]:
    """Return (2, frames), pupil dilation and running speed; read at once where they are the rows of one array."""
    pupil, running = trial["pupil"].file, trial["locomotion"].file
    if pupil is not None and running is not None and pupil.path == running.path:
        rows = np.array([pupil.array_row, running.array_row])
        return trial["pupil"].roots.open(pupil, trial["pupil"].describe(), rows)
    return np.stack([trial["pupil"].data, trial["locomotion"].data])


def _facts(signal: Signal) -> dict[str, Any]:
    """Return what an item is of; no None, which batches cannot hold."""
    named = {name: getattr(signal, name) or "" for name in ("trial_type", "label", "video_id")}
    return {"recording": signal.recording, "trial": signal.trial, **named}
