"""Signals of one trial, under the attributes and methods that users of the published classes know."""

from __future__ import annotations

import copy
import logging
from collections.abc import Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from catalog import signals
from catalog.counts import counted
from catalog.dataset.errors import DataSetError
from catalog.dataset.neurons import RecordingNeurons
from catalog.dataset.stimuli import Duplicates, Segments, Stimuli
from catalog.signals.normalization import STATISTICS_OF, known_normalization, normalized

logger = logging.getLogger(__name__)


class TrialSignal:
    """A signal of one trial; its values are read when they are asked for.

    Attributes
    ----------
    signal
        The catalog's own (`catalog.signals`), which knows units, tier and validity, and opens some neurons alone.
    recording, trial, label, ID, sampling_freq
        The recording's name, the trial's number as text, what was shown: its class, its video's ID; frames a second.
    valid_frames
        Frames of the trial, by which `get_data` cuts the padding off.
    """

    def __init__(self, signal: signals.Signal, identifier: str | None, stimuli: Stimuli) -> None:
        self.signal = signal
        self.recording = signal.recording
        self.trial = str(signal.trial)
        self.label = signal.label
        self.ID = identifier
        self.sampling_freq = signal.sampling_freq
        self._stimuli = stimuli
        self._replaced: NDArray[Any] | None = None

    @cached_property
    def valid_frames(self) -> int:
        """Frames of the trial: the fewer of video and responses; of this signal, where that is not known."""
        return self.signal.n_frames

    @property
    def data(self) -> NDArray[Any]:
        """The whole array with its padding, frames last: read-only, or the one that was put in its place."""
        return self.signal.data if self._replaced is None else self._replaced

    @data.setter
    def data(self, values: NDArray[Any]) -> None:
        self._replaced = values

    @property
    def segments(self) -> Segments:
        """The segments of the video, an array of each of their properties, at the frames of this presentation."""
        return self._stimuli.presented(self.signal.video_id, self.signal.segments)

    @property
    def duplicates(self) -> Duplicates:
        """The trials that show the same video, by recording."""
        return self._stimuli.duplicates(self.signal.video_id)

    def get_data(self) -> NDArray[Any]:
        """Return a copy of the values, frames last, without padding."""
        if self._replaced is None and self.valid_frames == self.signal.n_frames:
            # Reading is faster than copying what is memory-mapped, page by page.
            return self.signal.get_data(trim=True)
        return np.array(self.data[..., : self.valid_frames])

    def copy(self, deep: bool = False) -> Self:
        """Return a copy; a deep one has values of its own, which can be written to."""
        made = copy.copy(self)
        if deep:
            made.data = np.array(self.data)
        return made

    def __repr__(self) -> str:
        """Show what it is of, without opening it."""
        return f"<{type(self).__name__} of trial {self.trial} of {self.recording}>"

    def _borders(self, *, wanted: bool | None) -> list[tuple[int, int]]:
        """Return the segments to draw: those of parametric videos, unless told."""
        if wanted is False or (wanted is None and self.label == "NaturalVideo"):
            return []
        found = self.segments
        return [(int(start), int(end)) for start, end in zip(found["frame_start"], found["frame_end"], strict=True)]


class Responses(TrialSignal):
    """Responses of all neurons: (neurons, frames)."""

    signal: signals.Responses

    def __init__(
        self, signal: signals.Responses, identifier: str | None, stimuli: Stimuli, neurons: RecordingNeurons
    ) -> None:
        super().__init__(signal, identifier, stimuli)
        self.neurons = neurons

    def get_data(self, normalization: str | None = None, raise_on_nan: bool = True) -> NDArray[Any]:
        """Return a copy of the responses, (neurons, frames), without padding.

        Parameters
        ----------
        normalization
            None, or as `catalog.signals.Responses.get_data` explains: "by_mean", "by_std", "by_zscore", "by_minmax" or
            "minmax", "by_max", "by_mean_per_trial".
        raise_on_nan
            Raise for a response that is NaN within the trial; else say so through `logging`, and go on.

        Raises
        ------
        DataSetError
            A response is NaN.
        QueryError
            There is no such normalisation; the nearest are named.
        SignalError
            The file is not there, or not what it was; or the catalog has no statistics of these neurons.
        """
        values = super().get_data()
        # One number tells whether it is worth looking at each.
        missing = int(np.isnan(values).any(axis=1).sum()) if np.isnan(values.sum()) else 0
        if missing:
            told = counted(missing, "neuron has", "neurons have")
            told += f" NaN among the responses of trial {self.trial} of {self.recording}"
            if raise_on_nan:
                raise DataSetError(f"{told}; get_data(raise_on_nan=False) returns them as they are")
            logger.warning("%s", told)
        name = known_normalization(normalization)
        return values if name is None else self._normalized(values, name)

    def _normalized(self, values: NDArray[Any], name: str) -> NDArray[Any]:
        statistics = [getattr(self.signal.neurons, statistic) for statistic in STATISTICS_OF[name]]
        if any(len(column) != len(values) or np.isnan(column).any() for column in statistics):
            # Which says what is missing.
            return self.signal.get_data(name, trim=True)
        return normalized(values, name, [column[:, None] for column in statistics], values.shape[-1])

    def plot_responses_raster(
        self, neurons_idx: Sequence[int], normalization: str | None = None, plot_segments: bool | None = None
    ) -> Any:
        """Show responses of some neurons as grays; return (figure, axes)."""
        return self._raster(neurons_idx, normalization, plot_segments)

    def plot_active_raster(
        self,
        neurons_idx: Sequence[int],
        thresh: float,
        normalization: str | None = None,
        plot_segments: bool | None = None,
    ) -> Any:
        """Show where responses of some neurons exceed a threshold; return (figure, axes)."""
        return self._raster(neurons_idx, normalization, plot_segments, thresh)

    def plot_responses(
        self,
        neurons_idx: Sequence[int],
        normalization: str | None = None,
        plot_segments: bool | None = None,
        plot_thresh: float | None = None,
    ) -> Any:
        """Show responses of some neurons over time, one above the other; return (figure, axes)."""
        from catalog.pictures import show_traces

        figure, axes = show_traces(
            self.get_data(normalization),
            self.sampling_freq,
            neurons=list(neurons_idx),
            segments=self._borders(wanted=plot_segments),
            unit=self._unit(normalization),
        )
        if plot_thresh is not None:
            for ax in np.ravel(axes):
                ax.axhline(plot_thresh, color="red", linestyle="--", linewidth=0.5)
        return figure, axes

    def _raster(
        self, neurons: Sequence[int], normalization: str | None, borders: bool | None, threshold: float | None = None
    ) -> Any:
        from catalog.pictures import show_raster

        return show_raster(
            self.get_data(normalization),
            self.sampling_freq,
            threshold=threshold,
            neurons=list(neurons),
            segments=self._borders(wanted=borders),
            unit=self._unit(normalization),
        )

    def _unit(self, normalization: str | None) -> str:
        return self.signal.unit if normalization is None else f"response, {normalization} (1)"


class Gaze(TrialSignal):
    """Where the eye looked: (2, frames)."""

    def plot(self) -> Any:
        """Show the path of the gaze; return (figure, axes)."""
        from catalog.pictures import show_gaze_path

        return show_gaze_path(self.get_data(), self.sampling_freq)


class Locomotion(TrialSignal):
    """How fast the mouse ran: (frames,)."""

    def plot(self) -> Any:
        """Show the speed over time; return (figure, axes)."""
        from catalog.pictures import show_trace

        return show_trace(self.get_data(), self.sampling_freq, unit=self.signal.unit)


class Pupil(TrialSignal):
    """How wide the pupil was: (frames,)."""

    def plot(self) -> Any:
        """Show the dilation over time; return (figure, axes)."""
        from catalog.pictures import show_trace

        return show_trace(self.get_data(), self.sampling_freq, unit=self.signal.unit)

    def detrend(self, type: str = "linear", bp: int | Sequence[int] = 0) -> Self:  # noqa: A002 (published name)
        """Take the trend out of `data`, a "linear" or a "constant" one, apart in each stretch that `bp` sets off."""
        from catalog.pictures import detrended

        breaks = [frame for frame in np.atleast_1d(bp).tolist() if frame]
        values = np.array(self.data, dtype=np.float64)
        kind: Any = type
        values[: self.valid_frames] = detrended(values[: self.valid_frames], kind, breaks=breaks)
        self.data = values
        return self

    def compute_power_spectrum(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return frequencies in Hz, and the power at each."""
        from catalog.pictures import power_spectrum

        found: tuple[NDArray[np.float64], NDArray[np.float64]] = power_spectrum(self.get_data(), self.sampling_freq)
        return found

    def plot_power_spectrum(self) -> Any:
        """Show the power at each frequency up to 2 Hz; return (figure, axes)."""
        from catalog.pictures import show_spectrum

        return show_spectrum(self.get_data(), self.sampling_freq, unit="a.u.", highest=2.0)
