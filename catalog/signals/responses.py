"""Responses of neurons to one trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from catalog.errors import SignalError
from catalog.signals.neurons import ChosenNeurons, Neurons
from catalog.signals.normalization import STATISTICS_OF, Column, known_normalization, normalized
from catalog.signals.signal import Signal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from catalog.pictures import Picture
    from catalog.pictures.picture import AxesGrid


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Responses(Signal):
    """Deconvolved calcium activity: (neurons, frames), of the neurons that were asked for, in that order."""

    name = "response"
    unit = "deconvolved calcium activity (a.u.)"
    _axes = ("neuron",)

    chosen: ChosenNeurons

    @property
    def neurons(self) -> Neurons:
        """The neurons, along the first axis of the values."""
        return self.chosen.neurons

    @property
    def shape(self) -> tuple[int, ...]:
        """(neurons, frames) of `data`."""
        stored = self._known_file().shape
        return stored if self.chosen.is_all else (len(self.neurons), *stored[1:])

    def get_data(self, normalization: str | None = None, *, trim: bool = False) -> NDArray[Any]:
        """Return a copy of the responses, (neurons, frames).

        Parameters
        ----------
        normalization
            With x a response, and mean, std, min and max those of the neuron over the recording, as the catalog has
            them (`neurons`):

            - None: x as stored, in its unit and type;
            - "by_mean": (x - mean) / mean;
            - "by_std": x / std;
            - "by_zscore": (x - mean) / std;
            - "minmax" (or "by_minmax"): (x - min) / (max - min), in 0 … 1 over the recording;
            - "by_max": x / max;
            - "by_mean_per_trial": (x - m) / m, m being the neuron's mean over the valid frames of this trial.

            All but the first are without unit, and float64. Where the divisor is 0, as for a neuron that is silent
            throughout, the result is not defined: NaN in all frames of that neuron.
        trim
            Leave out the padding after the trial's end.

        Raises
        ------
        QueryError
            There is no such normalisation.
        SignalError
            See `data`; or the catalog has no statistics of these neurons.
        """
        name = known_normalization(normalization)
        if name is None:
            return self._copy(trim)
        values = self.data[:, : self.n_frames] if trim else self.data
        return normalized(values, name, self.statistics_for(name), self.n_frames)

    def show_raster(
        self,
        threshold: float | None = None,
        *,
        neurons: Sequence[int] | None = None,
        normalization: str | None = None,
        segments: bool = True,
        ax: Axes | None = None,
    ) -> Picture[Axes]:
        """Show all neurons over time, or those in these rows of `data`; see `catalog.pictures.show_raster`."""
        from catalog.pictures import show_raster

        return show_raster(
            self.get_data(normalization, trim=True),
            self.sampling_freq,
            threshold=threshold,
            neurons=neurons,
            segments=self.frame_spans(segments),
            unit=self._unit(normalization),
            names=self._stored_rows(),
            ax=ax,
        )

    def show_traces(
        self,
        neurons: Sequence[int] | None = None,
        *,
        normalization: str | None = None,
        segments: bool = True,
        figure: Figure | None = None,
    ) -> Picture[AxesGrid]:
        """Show neurons, those in these rows of `data`, one above the other; see `catalog.pictures.show_traces`."""
        from catalog.pictures import show_traces

        return show_traces(
            self.get_data(normalization, trim=True),
            self.sampling_freq,
            neurons=neurons,
            segments=self.frame_spans(segments),
            unit=self._unit(normalization),
            names=self._stored_rows(),
            figure=figure,
        )

    def statistics_for(self, normalization: str) -> list[Column]:
        """Return the statistics of the neurons that a normalisation needs, (neurons, 1) each.

        Raises
        ------
        SignalError
            The catalog has none of some of them.
        """
        found = []
        for name in STATISTICS_OF[normalization]:
            values: NDArray[np.float64] = getattr(self.neurons, name)
            missing = int(np.isnan(values).sum())
            if missing or len(values) != self.shape[0]:
                raise SignalError(
                    f"{self.describe()}: the catalog has no {name} of {missing or 'some'} of its {self.shape[0]} "
                    f'neurons, which normalization="{normalization}" divides by; "by_mean_per_trial" needs none'
                )
            found.append(values[:, None])
        return found

    def _stored_rows(self) -> list[int] | None:
        """Return what to call neurons that were chosen when the responses were opened: their rows as stored."""
        return None if self.chosen.is_all else self.neurons.rows.tolist()

    def _unit(self, normalization: str | None) -> str:
        """Return what the values are, for the labels of axes."""
        return self.unit if normalization is None else f"response, normalised {normalization.replace('_', ' ')}"

    def _known_shape(self) -> Sequence[int | str]:
        return self.shape if self.chosen.known else ("chosen", *self._known_file().shape[1:])

    def _rows(self) -> NDArray[np.intp] | slice | None:
        return self.chosen.rows
