"""Simulated recordings and their catalogs on both databases; expected values are read from the files themselves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catalog import Catalog
from ingest.ingesting import ingest_recordings
from ingest.simulation import SimulationOptions, simulate
from tests.conftest import BACKENDS, MakeDatabase
from tests.ingesting.worlds import World

OPTIONS = SimulationOptions(
    seed=5, recordings=2, n_neurons=12, train_videos=1, test_videos=0, parametric_repeats=2, drop_frames=False
)
FOLDERS = {"video": "videos", "response": "responses", "gaze": "pupil_center", "pupil": "behavior"}


class Shown(World):
    """A simulated data set, and its arrays as numpy reads them."""

    @property
    def open(self) -> str:
        """The recording of which no response is withheld."""
        return self.names[0]

    @property
    def withheld(self) -> str:
        """The recording whose test responses are withheld: all of them zero."""
        return self.names[1]

    def stored(self, recording: str, trial: int, signal: str) -> np.ndarray:
        """Return what a file holds."""
        array = np.load(self.folder / recording / "data" / FOLDERS.get(signal, "behavior") / f"{trial}.npy")
        return array[{"pupil": 0, "locomotion": 1}[signal]] if signal in ("pupil", "locomotion") else array

    def truth_of(self, recording: str, trial: int) -> dict[str, Any]:
        """Return what the simulation says of a trial."""
        return self.truth["recordings"][recording]["trials"][str(trial)]

    def trials_of(self, recording: str, label: str) -> list[int]:
        """Return the numbers of the trials of a class."""
        return [trial for name, _, trial, facts in self.trials() if name == recording and facts["label"] == label]


@pytest.fixture(scope="session")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """Two recordings of the same four videos, three of which each saw twice; tests must not change the files."""
    folder = tmp_path_factory.mktemp("simulated") / "data"
    yield Shown(folder, simulate(folder, OPTIONS))
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module", params=BACKENDS)
def cat(request: pytest.FixtureRequest, shown: Shown, make_lasting_database: MakeDatabase) -> Iterator[Catalog]:
    """Their catalog, open; on each database."""
    database = make_lasting_database(request.param)
    ingest_recordings(database, shown.folder, workers=1)
    with Catalog(database) as opened:
        yield opened


@pytest.fixture
def scratch(shown: Shown, tmp_path: Path) -> Iterator[Shown]:
    """A copy to be damaged: replace files, never write into them."""
    folder = tmp_path / "scratch"
    copy = shown.copy(folder)
    yield Shown(copy.folder, copy.truth)
    shutil.rmtree(folder, ignore_errors=True)
