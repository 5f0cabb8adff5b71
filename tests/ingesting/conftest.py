"""Simulated data sets for the tests of ingest, each written once and removed in the end: they are large."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Simulate
from tests.ingesting.worlds import World


@pytest.fixture(scope="session")
def pair(simulated: Simulate) -> World:
    """Two recordings of the same stimuli: natural videos, image videos with a dropped frame, and two more classes."""
    return simulated(seed=5, recordings=2, parametric_repeats=2)


@pytest.fixture(scope="session")
def small_pair(simulated: Simulate) -> World:
    """Two recordings of the same four videos, three of them shown twice in each."""
    return simulated(seed=5, recordings=2, test_videos=0, parametric_repeats=2)


@pytest.fixture(scope="session")
def lone(simulated: Simulate) -> World:
    """One recording of five trials, each of another video, and a gap in their numbers."""
    return simulated(seed=6, recordings=1, train_videos=2, test_videos=0, parametric_repeats=1)


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Path]:
    """A folder for copies of data, removed with the test: pytest keeps those of several runs."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def copy(lone: World, scratch: Path) -> World:
    """The recording of `lone`, to be damaged or changed."""
    return lone.copy(scratch / "data")
