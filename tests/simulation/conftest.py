"""Simulated data sets for the tests, each written once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest.simulation import SimulationOptions, simulate


@dataclass(frozen=True)
class World:
    """A simulated data set: where it is, and the truth about it."""

    folder: Path
    truth: dict[str, Any]

    def recordings(self) -> Iterator[tuple[str, dict[str, Any]]]:
        yield from self.truth["recordings"].items()

    def trials(self) -> Iterator[tuple[str, dict[str, Any], str, dict[str, Any]]]:
        """(name and truth of the recording, number and truth of the trial) of every trial."""
        for name, recording in self.recordings():
            for number, trial in recording["trials"].items():
                yield name, recording, number, trial

    def array(self, recording: str, signal: str, number: str) -> np.ndarray:
        return np.load(self.folder / recording / "data" / signal / f"{number}.npy", allow_pickle=False)


@pytest.fixture(scope="session")
def world_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., World]:
    """Simulates the given options; the same options once."""
    worlds: dict[SimulationOptions, World] = {}

    def world(**options: Any) -> World:
        chosen = SimulationOptions(**{"n_neurons": 4, **options})
        if chosen not in worlds:
            folder = tmp_path_factory.mktemp("simulated") / "data"
            worlds[chosen] = World(folder, simulate(folder, chosen))
        return worlds[chosen]

    return world


@pytest.fixture(scope="session")
def world(world_of: Callable[..., World]) -> World:
    """Two pairs of mice: all six classes, a dropped frame, a stall."""
    return world_of(seed=7, train_videos=1, test_repeats=1, stalled=True, misspelled_behavior=True, name_suffix="_30hz")
