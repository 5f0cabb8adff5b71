"""What the tests of DataSet share: a small data set, its published metadata, and catalogs made of both."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from catalog import DataSet
from ingest.importing import import_metadata
from ingest.ingesting import ingest_recordings
from ingest.simulation import SimulationOptions, simulate
from tests.conftest import BACKENDS, MakeDatabase
from tests.ingesting.publish import Published

OPTIONS: dict[str, Any] = {
    "seed": 5,
    "recordings": 2,
    "n_neurons": 5,
    "train_videos": 1,
    "test_videos": 1,
    "test_repeats": 2,
    "parametric_repeats": 2,
    "dtype": "float32",
}


@dataclass(frozen=True)
class World:
    """A data folder, the published metadata of it, and the published name of each video and segment.

    `names` are by the IDs that content gives: `names["v1d6e…"]` is `v657206` or the like.
    """

    data: Path
    metadata: Path
    names: dict[str, str]

    @property
    def recordings(self) -> list[str]:
        return sorted(path.name for path in self.data.iterdir() if path.is_dir())

    @property
    def trials(self) -> pd.DataFrame:
        """The published tables of trials as pandas reads them, by recording and number."""
        return published_trials(self.metadata).copy()

    def array(self, recording: str, folder: str, trial: object) -> Path:
        return self.data / recording / "data" / folder / f"{trial}.npy"


@lru_cache
def published_trials(metadata: Path) -> pd.DataFrame:
    """Return all trials of published metadata as pandas reads them, by recording and number, trials as text."""
    tables = [pd.read_csv(path) for path in metadata.glob("*/trials/meta-trials_*.csv")]
    table = pd.concat(tables).sort_values(["recording", "trial"]).reset_index(drop=True)
    return table.assign(trial=table["trial"].astype(str))


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two recordings of the same stimuli; tests must not write there."""
    root = tmp_path_factory.mktemp("dataset")
    simulate(root / "data", SimulationOptions(**OPTIONS))
    (root / "data" / "simulation_truth.json").unlink(missing_ok=True)
    ingest_recordings(root / "raw.db", root / "data", workers=1)
    published = Published(str(root / "raw.db"))
    (root / "published").mkdir()
    yield World(root / "data", published.write(root / "published" / "metadata"), published.names)
    shutil.rmtree(root)


KINDS = ("imported", "ingested")
"""Catalogs of published metadata alone, and of raw arrays with their published names."""


@pytest.fixture(scope="module", params=[f"{kind} {backend}" for kind in KINDS for backend in BACKENDS])
def known(request: pytest.FixtureRequest, world: World, make_lasting_database: MakeDatabase) -> str:
    """A catalog that holds the world, of each kind and on each database; tests must not write there."""
    kind, backend = request.param.split()
    database = make_lasting_database(backend)
    if kind == "imported":
        import_metadata(database, world.metadata)
    else:
        ingest_recordings(database, world.data, metadata=world.metadata, workers=1)
    return database


OpenDataSet = Callable[..., DataSet]


@pytest.fixture
def open_dataset() -> Iterator[OpenDataSet]:
    """Open DataSets that are closed with the test."""
    opened: list[DataSet] = []

    def open_one(*arguments: Any, **options: Any) -> DataSet:
        opened.append(DataSet(*arguments, **options))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture(scope="module")
def ds(known: str, world: World) -> Iterator[DataSet]:
    """A DataSet of the world, for questions that change nothing of it."""
    with DataSet(world.data, world.metadata, database=known) as opened:
        yield opened


@pytest.fixture
def own_ds(known: str, world: World, open_dataset: OpenDataSet) -> DataSet:
    """A DataSet of the world, of this test's own."""
    return open_dataset(world.data, world.metadata, database=known)


def named(value: object) -> str | None:
    """Return what to call a test of conditions: the same in every process, which sets and functions are not."""
    if not isinstance(value, dict):
        return None
    kept = {key: one if isinstance(one, str | int | list) else type(one).__name__ for key, one in value.items()}
    return str(kept)
