"""Two simulated recordings in a catalog of each kind, and what their files hold."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catalog import Catalog
from ingest.ingesting import ingest_recordings
from ingest.simulation import SimulationOptions, simulate
from tests.conftest import BACKENDS, MakeDatabase

KINDS = {"video": "videos", "response": "responses", "gaze": "pupil_center", "behavior": "behavior"}


@dataclass(frozen=True)
class Recorded:
    """The data set: its folder, the truth about it, and a catalog of each kind."""

    folder: Path
    truth: dict[str, Any]
    databases: dict[str, str]

    @property
    def names(self) -> list[str]:
        return list(self.truth["recordings"])

    def frames(self, recording: str, trial: int) -> int:
        return int(self.truth["recordings"][recording]["trials"][str(trial)]["valid_frames"])

    def array(self, recording: str, trial: int, signal: str) -> np.ndarray:
        """The values of the valid frames, as the file holds them, frames last."""
        values = np.load(self.folder / recording / "data" / KINDS[signal] / f"{trial}.npy")
        return values[..., : self.frames(recording, trial)]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, make_lasting_database: MakeDatabase) -> Iterator[Recorded]:
    folder = tmp_path_factory.mktemp("batches") / "data"
    options = SimulationOptions(
        seed=2, recordings=2, n_neurons=12, train_videos=2, test_videos=1, test_repeats=2, parametric_repeats=1
    )
    truth = simulate(folder, options)
    databases = {backend: make_lasting_database(backend) for backend in BACKENDS}
    for database in databases.values():
        ingest_recordings(database, folder, workers=1)
    yield Recorded(folder, truth, databases)
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def cat(recorded: Recorded) -> Iterator[Catalog]:
    """The catalog on SQLite."""
    with Catalog(recorded.databases["sqlite"], read_only=True) as opened:
        yield opened
