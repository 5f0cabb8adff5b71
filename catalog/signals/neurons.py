"""Neurons of one recording as arrays, and the choice of some of them: by filters, by a query, or by their rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from catalog.counts import counted
from catalog.entities import ENTITIES
from catalog.errors import QueryError, nearest
from catalog.models import Neuron
from catalog.query import Query

if TYPE_CHECKING:
    import pandas as pd
    from mpl_toolkits.mplot3d import Axes3D

    from catalog.pictures import Picture

NeuronChoice: TypeAlias = "Query[Neuron] | Mapping[str, Any] | Sequence[int] | NDArray[Any] | slice | range | None"
"""`cat.neurons.filter(…)`; filters such as `{"coord_z__ge": 300}`; rows of the response array; a mask; None for all."""

FEW = 500
"""Rows that are asked for by name; of more, all are read."""
COORDINATES = ("coord_x", "coord_y", "coord_z")
STATISTICS = ("mean_activation", "std_activation", "min_activation", "max_activation")


@dataclass(frozen=True, eq=False, repr=False)
class Neurons:
    """Some neurons of one recording; every array has them along its first axis, in the order of the responses.

    Attributes
    ----------
    rows
        (n,) index of each in the response array as stored.
    unit_ids
        (n,) whole numbers; NaN, and floating point, where one is not known.
    coords
        (n, 3) x, y and z in µm; NaN where not known.
    mean_activation, std_activation, min_activation, max_activation
        (n,) over the valid frames of the valid responses, in the unit of the responses; NaN where not known.
    """

    recording: str
    rows: NDArray[np.intp]
    unit_ids: NDArray[Any]
    coords: NDArray[np.float64]
    mean_activation: NDArray[np.float64]
    std_activation: NDArray[np.float64]
    min_activation: NDArray[np.float64]
    max_activation: NDArray[np.float64]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.rows)

    def __repr__(self) -> str:
        """Show whose they are, how many, and how deep."""
        depths = self.coords[:, 2][~np.isnan(self.coords[:, 2])]
        where = f", z = {depths.min():g} to {depths.max():g} µm" if depths.size else ""
        return f"<Neurons of {self.recording}: {counted(len(self), 'neuron')}{where}>"

    def take(self, index: NDArray[Any] | slice) -> Neurons:
        """Return some of them, by their place among these."""
        arrays = ("rows", "unit_ids", "coords", *STATISTICS)
        return replace(self, **{name: getattr(self, name)[index] for name in arrays})

    def show_positions(self, color: str | None = "mean_activation", *, ax: Axes3D | None = None) -> Picture[Axes3D]:
        """Show where they are, in µm, coloured by a statistic, a coordinate (`"coord_z"`) or not at all (None).

        Raises
        ------
        QueryError
            There is no such statistic.
        PictureError
            See `catalog.pictures.show_positions`.
        """
        from catalog.pictures import show_positions

        values, unit = self._colours(color)
        return show_positions(self.coords, values, unit=unit, ax=ax)

    def _colours(self, color: str | None) -> tuple[NDArray[np.float64] | None, str]:
        if color is None:
            return None, ""
        if color in STATISTICS:
            return getattr(self, color), f"{color.replace('_', ' ')} (a.u.)"
        if color in COORDINATES:
            return self.coords[:, COORDINATES.index(color)], f"{color[-1]} (µm)"
        raise QueryError(f"color={color!r}: unknown statistic. {nearest(color, (*STATISTICS, *COORDINATES))}")

    def to_frame(self) -> pd.DataFrame:
        """Return a DataFrame, a neuron each, with the columns of the table `neurons`."""
        import pandas as pd

        columns: dict[str, Any] = {"recording": self.recording, "unit_id": self.unit_ids, "row": self.rows}
        columns |= {name: self.coords[:, axis] for axis, name in enumerate(COORDINATES)}
        columns |= {name: getattr(self, name) for name in STATISTICS}
        return pd.DataFrame(columns)


class ChosenNeurons:
    """The neurons that were asked for of one recording; read from the catalog when they are first needed.

    Parameters
    ----------
    recording, recording_id
        Whose neurons.
    choice
        Which of them; None for all.
    session
        With what to ask.

    Raises
    ------
    QueryError
        The choice is none, names rows that there are not, or leaves no neuron of this recording.
    """

    def __init__(self, recording: str, recording_id: int, choice: NeuronChoice, session: Session) -> None:
        self.recording = recording
        self.recording_id = recording_id
        self.is_all = choice is None
        self._choice = choice
        self._session: Session | None = session

    @cached_property
    def neurons(self) -> Neurons:
        """The neurons, in the order of the responses."""
        assert self._session is not None
        if isinstance(self._choice, (Query, Mapping)):
            chosen = self._ask(neuron_query(self._choice, self._session))
            if len(chosen) == 0:
                raise QueryError(f"neurons={self._choice!r} leaves no neuron of {self.recording}")
            return chosen
        everyone: Query[Neuron] = Query(ENTITIES["neurons"], self._session)
        if self._choice is None:
            return self._ask(everyone)
        rows = self._asked_rows(self._choice, everyone)
        found = self._ask(everyone.filter(Neuron.row.in_(rows.tolist())) if len(rows) <= FEW else everyone)
        place = {int(row): index for index, row in enumerate(found.rows)}
        missing = [int(row) for row in rows if int(row) not in place]
        if missing:
            n_neurons = everyone.filter(Neuron.recording_id == self.recording_id).count()
            raise QueryError(
                f"{self.recording} has no neuron in row {missing[0]}; it has {n_neurons}, counted from 0; "
                "`catalog neurons` lists them"
            )
        return found.take(np.array([place[int(row)] for row in rows], dtype=np.intp))

    @property
    def known(self) -> bool:
        """Whether it is known how many there are, without a question to the catalog."""
        return self.is_all or "neurons" in self.__dict__

    @property
    def rows(self) -> NDArray[np.intp] | None:
        """Which rows of the response array to read; None for all."""
        return None if self.is_all else self.neurons.rows

    def _ask(self, query: Query[Neuron]) -> Neurons:
        if query.size is None:
            query = query.filter(recording_id=self.recording_id)
        return read_neurons(query, self.recording)

    def _asked_rows(self, choice: Any, everyone: Query[Neuron]) -> NDArray[np.intp]:
        """Return the rows that a list, an array, a mask or a slice asks for."""
        if isinstance(choice, slice):
            choice = range(everyone.filter(Neuron.recording_id == self.recording_id).count())[choice]
        asked = np.asarray(choice)
        if asked.dtype == bool and asked.ndim == 1:
            n_neurons = everyone.filter(Neuron.recording_id == self.recording_id).count()
            if len(asked) != n_neurons:
                raise QueryError(f"a mask of {counted(len(asked), 'neuron')}: {self.recording} has {n_neurons}")
            asked = np.flatnonzero(asked)
        if asked.ndim != 1 or asked.dtype.kind not in "iu" or asked.size == 0:
            raise QueryError(
                f"neurons={_short(choice)}: expected a query such as cat.neurons.filter(coord_z__ge=300), the same "
                "filters as a dictionary, or whole numbers, the rows of the response array"
            )
        return asked.astype(np.intp)

    def __repr__(self) -> str:
        """Show whose, without asking."""
        read = "neurons" in self.__dict__
        shown = counted(len(self.neurons), "neuron") if read else "all" if self.is_all else "some, not yet read"
        return f"<ChosenNeurons of {self.recording}: {shown}>"

    def __getstate__(self) -> dict[str, Any]:
        """Return what goes to another process, which may have no database: the neurons themselves."""
        _ = self.neurons
        return {**self.__dict__, "_session": None, "_choice": None}


def neuron_query(choice: Query[Neuron] | Mapping[str, Any], session: Session) -> Query[Neuron]:
    """Return the question for neurons that a choice stands for."""
    if isinstance(choice, Mapping):
        return Query[Neuron](ENTITIES["neurons"], session).filter(**choice)
    if choice.entity.name != "neurons":
        raise QueryError(
            f"neurons= takes a query of neurons, such as cat.neurons.filter(…), not of {choice.entity.name}"
        )
    return choice


def read_neurons(query: Query[Neuron], recording: str) -> Neurons:
    """Return the neurons of one recording that a query finds, in its order; there may be none."""
    rows_of_all = query.rows(["recording", "row", "unit_id", *COORDINATES, *STATISTICS])
    found = [row[1:] for row in rows_of_all if row[0] == recording]
    rows, unit_ids, x, y, z, *statistics = zip(*found, strict=True) if found else [()] * 9
    known = None not in unit_ids
    return Neurons(
        recording,
        np.array(rows, dtype=np.intp),
        np.array(unit_ids, dtype=np.int64 if known else np.float64),
        np.array([x, y, z], dtype=np.float64).T,
        *(np.array(values, dtype=np.float64) for values in statistics),
    )


def _short(value: Any) -> str:
    shown = " ".join(repr(value).split())
    return shown if len(shown) <= 80 else shown[:77] + "..."
