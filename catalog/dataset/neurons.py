"""The neurons of a recording, under the attributes that users of the published class know."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from catalog.signals.neurons import STATISTICS, Neurons, read_neurons

if TYPE_CHECKING:
    from catalog.catalog import Catalog


class RecordingNeurons:
    """All neurons of one recording, in the order of its responses; read when they are first looked at."""

    def __init__(self, catalog: Catalog, recording: str) -> None:
        self._catalog = catalog
        self.recording = recording

    @cached_property
    def _neurons(self) -> Neurons:
        return read_neurons(self._catalog.neurons.filter(recording=self.recording), self.recording)

    @property
    def coord_xyz(self) -> NDArray[Any]:
        """(n, 3) x, y and z in µm; whole numbers where all are known."""
        coords = self._neurons.coords
        return coords.astype(np.float64 if np.isnan(coords).any() else np.int64, order="C")

    @property
    def IDs(self) -> NDArray[Any]:  # noqa: N802 (published name)
        """(n,) unit IDs."""
        return self._neurons.unit_ids

    @property
    def stats_activity(self) -> dict[str, NDArray[Any]]:
        """(n,) mean, standard deviation, minimum and maximum of each neuron's responses over the recording."""
        values = {name: getattr(self._neurons, name) for name in STATISTICS}
        return {name: of_each for name, of_each in values.items() if not np.isnan(of_each).all()}

    def plot_coordinates(self) -> Any:
        """Show where the neurons are, coloured by their depth; return (figure, axes)."""
        from catalog.pictures import show_positions

        return show_positions(self.coord_xyz, self.coord_xyz[:, 2], unit="depth z (µm)")

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.IDs)

    def __repr__(self) -> str:
        """Show whose they are, without reading them."""
        return f"<RecordingNeurons of {self.recording}>"
