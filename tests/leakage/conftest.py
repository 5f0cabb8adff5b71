"""A simulated world whose look-alikes lie in other tiers than what they look like, in a catalog of each kind."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from catalog import Catalog
from catalog.cli import main
from ingest.ingesting import ingest_recordings
from ingest.simulation import SimulationOptions, simulate
from tests.conftest import BACKENDS, MakeDatabase

# Where each stimulus is shown, by the end of its name, with the first and with the second mouse.
TIERS = {
    "NaturalVideo-alike0-base": ("train", "train"),
    "NaturalVideo-alike0-one-segment": ("final_test_main", "final_test_main"),
    "NaturalVideo-alike0-same-start": ("live_test_main", "train"),
    "NaturalVideo-alike0-swapped": ("none", "oracle"),
    "GaussianDot-0": ("train", "live_test_bonus"),
    "GaussianDot-0-alike0-one-segment": ("none", "final_test_bonus"),
    "GaussianDot-0-alike0-swapped": ("none", "final_test_bonus"),
}


@dataclass(frozen=True)
class Planted:
    """The world: what is shown in which tier, and the catalog's names for it."""

    databases: dict[str, str]
    truth: dict[str, Any]
    names: tuple[str, str]
    videos: dict[str, str]
    """The ID of each stimulus, by the end of its name."""

    def scenes(self, name: str) -> list[tuple[str, int]]:
        """Name and length of each segment of a stimulus, in order."""
        (stimulus,) = (one for full, one in self.truth["stimuli"].items() if full.partition("-")[2] == name)
        return [(segment["name"], segment["end"] - segment["start"]) for segment in stimulus["segments"]]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory, make_lasting_database: MakeDatabase) -> Iterator[Planted]:
    folder = tmp_path_factory.mktemp("leaking") / "data"
    options = SimulationOptions(
        seed=11, recordings=2, n_neurons=3, train_videos=1, test_videos=0, parametric_repeats=1, look_alikes=1,
        dtype="float32",
    )  # fmt: skip
    truth = simulate(folder, options)
    for mouse, (name, recording) in enumerate(truth["recordings"].items()):
        path = folder / name / "meta" / "trials" / "tiers.npy"
        tiers = np.load(path).astype("U20")
        for number, trial in recording["trials"].items():
            tier = TIERS.get(trial["stimulus"].partition("-")[2], (trial["tier"],) * 2)[mouse]
            tiers[int(number)] = trial["tier"] = tier
        np.save(path, tiers)
    databases = {backend: make_lasting_database(backend) for backend in BACKENDS}
    for database in databases.values():
        ingest_recordings(database, folder, workers=1)
    with Catalog(databases["sqlite"]) as cat:
        videos = {
            trial["stimulus"].partition("-")[2]: cat.trial(name, number).video_id
            for name, recording in truth["recordings"].items()
            for number, trial in recording["trials"].items()
        }
    first, second = truth["recordings"]
    yield Planted(databases, truth, (first, second), videos)
    shutil.rmtree(folder)


@pytest.fixture
def leaking(backend: str, planted: Planted) -> str:
    """The path or URL of the catalog of that world."""
    return planted.databases[backend]


RunLeakage = Callable[..., Result]


@pytest.fixture
def run_leakage() -> RunLeakage:
    """Run `catalog --db DATABASE leakage …`; no output is a traceback."""

    def run(database: str, *arguments: str) -> Result:
        result = CliRunner().invoke(main, ["--db", database, "leakage", *arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run
