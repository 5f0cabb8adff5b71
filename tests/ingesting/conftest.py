"""Simulated data sets for the tests of ingest, each written once and removed in the end: they are large."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.simulation import SimulationOptions, simulate
from tests.ingesting.worlds import World

SMALL = {"n_neurons": 5, "train_videos": 1, "test_videos": 1, "test_repeats": 1, "dtype": "float32"}


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., World]]:
    """Simulate data sets that last as long as the tests do."""
    folders = []

    def world(**options: Any) -> World:
        folder = tmp_path_factory.mktemp("simulated") / "data"
        folders.append(folder)
        return World(folder, simulate(folder, SimulationOptions(**{**SMALL, **options})))

    yield world
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def pair(simulated: Callable[..., World]) -> World:
    """Two recordings of the same stimuli: natural videos, image videos with a dropped frame, and two more classes."""
    return simulated(seed=5, recordings=2, parametric_repeats=2)


@pytest.fixture(scope="session")
def small_pair(simulated: Callable[..., World]) -> World:
    """Two recordings of the same four videos, three of them shown twice in each."""
    return simulated(seed=5, recordings=2, test_videos=0, parametric_repeats=2)


@pytest.fixture(scope="session")
def lone(simulated: Callable[..., World]) -> World:
    """One recording of five trials, each of another video, and a gap in their numbers."""
    return simulated(seed=6, recordings=1, train_videos=2, test_videos=0, parametric_repeats=1)


@pytest.fixture(scope="session")
def films(simulated: Callable[..., World]) -> World:
    """Three recordings of two natural videos each; the first two show the same."""
    return simulated(seed=7, recordings=3, train_videos=2, test_videos=0, parametric_videos=0)


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Path]:
    """A folder for copies of data, removed with the test: pytest keeps those of several runs."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)
