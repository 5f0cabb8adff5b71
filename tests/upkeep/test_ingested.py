"""Upkeep of a catalog that `ingest` made from a simulated data set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog import Catalog
from catalog.upkeep import diff, relocate, remove, verify
from ingest.ingesting import ingest_recordings
from ingest.simulation import SimulationOptions, simulate

OPTIONS = SimulationOptions(
    seed=6, recordings=2, n_neurons=5, train_videos=2, test_videos=0, test_repeats=1, parametric_videos=0
)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set to be moved about."""
    folder = tmp_path_factory.mktemp("simulated") / "data"
    simulate(folder, OPTIONS)
    return folder


@pytest.fixture
def data(simulated: Path, tmp_path: Path) -> Iterator[Path]:
    """Where the data set is for the time of a test."""
    here = simulated.rename(tmp_path / "data")
    yield here
    (here if here.exists() else tmp_path / "moved").rename(simulated)


def test_data_that_moves(database: str, data: Path) -> None:
    ingest_recordings(database, data, workers=1)
    with Catalog(database) as cat:
        assert verify(cat, full=True).ok
        moved = data.rename(data.with_name("moved"))
        assert {one.kind for one in verify(cat).findings} == {"root"}
        assert len(relocate(cat, data, moved)) == 2
        assert verify(cat).ok


def test_a_recording_that_goes_and_comes_back(database: str, data: Path) -> None:
    first_run = ingest_recordings(database, data, workers=1).run_id
    with Catalog(database) as cat:
        found = diff(cat, first_run)
        assert len(found.trials) == cat.trials.count() > 0
        assert len(found.videos_added) == cat.videos.count()
        name = cat.recordings.first().name
        shown = cat.trials.filter(recording=name).values("video_id")
        remove(cat, name)
        assert cat.trials.count() == len(found.trials) - len(shown)
        second_run = ingest_recordings(database, data, workers=1).run_id
        assert cat.trials.filter(recording=name).values("video_id") == shown
        assert diff(cat, first_run, second_run).trials == []
        assert [one.change for one in diff(cat, second_run).trials] == ["added"] * len(shown)
