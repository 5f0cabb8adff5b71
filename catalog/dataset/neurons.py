"""The neurons of a recording, under the attributes that users of the published class know."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from catalog.catalog import Catalog

COORDINATES = ("coord_x", "coord_y", "coord_z")
STATISTICS = ("mean_activation", "std_activation", "min_activation", "max_activation")


class RecordingNeurons:
    """All neurons of one recording, in the order of its responses; read when they are first looked at."""

    def __init__(self, catalog: Catalog, recording: str) -> None:
        self._catalog = catalog
        self.recording = recording

    @cached_property
    def _columns(self) -> dict[str, NDArray[Any]]:
        names = ["unit_id", *COORDINATES, *STATISTICS]
        rows = self._catalog.neurons.filter(recording=self.recording).rows(names)
        columns = zip(*rows, strict=True) if rows else [()] * len(names)
        return {name: _column(values) for name, values in zip(names, columns, strict=True)}

    @property
    def coord_xyz(self) -> NDArray[Any]:
        """(n, 3) x, y and z in µm."""
        return np.stack([self._columns[name] for name in COORDINATES], axis=1)

    @property
    def IDs(self) -> NDArray[Any]:  # noqa: N802 (published name)
        """(n,) unit IDs."""
        return self._columns["unit_id"]

    @property
    def stats_activity(self) -> dict[str, NDArray[Any]]:
        """(n,) mean, standard deviation, minimum and maximum of each neuron's responses over the recording."""
        return {name: self._columns[name] for name in STATISTICS if not np.isnan(self._columns[name]).all()}

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


def _column(values: tuple[Any, ...]) -> NDArray[Any]:
    """Return a column as numbers: whole ones stay whole where none is missing."""
    if None in values:
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    return np.array(values)
