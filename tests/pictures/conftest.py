"""Arrays to draw, a figure of the caller's, and a small catalog with its arrays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from catalog import Catalog
from ingest.ingesting import ingest_recordings
from ingest.simulation import SimulationOptions, simulate


@pytest.fixture
def rng() -> np.random.Generator:
    """The same numbers each time."""
    return np.random.default_rng(7)


@pytest.fixture
def figure() -> Figure:
    """An empty figure."""
    return Figure(layout="constrained")


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with raw recordings of all classes in `data`, and their catalog; tests must not write there."""
    folder = tmp_path_factory.mktemp("simulated")
    options = SimulationOptions(seed=5, n_neurons=12, test_videos=0, parametric_repeats=1)
    simulate(folder / "data", options, progress=None)
    ingest_recordings(folder / "catalog.db", folder / "data", workers=1)
    return folder


@pytest.fixture
def cat(simulated: Path) -> Iterator[Catalog]:
    """The catalog of the simulated recordings."""
    with Catalog(simulated / "catalog.db", read_only=True) as opened:
        yield opened
