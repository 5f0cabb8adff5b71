"""Catalogs to audit: one from raw arrays, with what is published of it, on each kind of database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from catalog.cli import main
from ingest.importing import import_metadata
from ingest.ingesting import ingest_recordings
from ingest.simulation import SimulationOptions, simulate
from tests.conftest import BACKENDS, MakeDatabase
from tests.importing.builder import PublishedFolder
from tests.ingesting.publish import Published
from tests.ingesting.worlds import World

RunAudit = Callable[..., Result]


@pytest.fixture
def run_audit() -> RunAudit:
    """Run `catalog --db DATABASE audit …`; no output is a traceback."""

    def run(database: str, *arguments: str | Path) -> Result:
        result = CliRunner().invoke(main, ["--db", database, "audit", *map(str, arguments)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Two recordings of the same stimuli; the second has withheld responses."""
    folder = tmp_path_factory.mktemp("audited") / "data"
    options = SimulationOptions(
        seed=3, recordings=2, n_neurons=4, train_videos=1, test_videos=1, test_repeats=2, dtype="float32"
    )
    return World(folder, simulate(folder, options))


@dataclass(frozen=True)
class RawCatalogs:
    """The world in a catalog of each kind, taken in from raw arrays without any metadata."""

    databases: dict[str, str]


@pytest.fixture(scope="module")
def raw_catalogs(world: World, make_lasting_database: MakeDatabase) -> RawCatalogs:
    databases = {backend: make_lasting_database(backend) for backend in BACKENDS}
    for database in databases.values():
        ingest_recordings(database, world.folder, workers=1)
    return RawCatalogs(databases)


@pytest.fixture
def raw(backend: str, raw_catalogs: RawCatalogs) -> str:
    """A catalog from raw arrays; tests only read it."""
    return raw_catalogs.databases[backend]


@pytest.fixture
def published(raw_catalogs: RawCatalogs) -> Published:
    """What is published of it, in full agreement, to be changed and written."""
    return Published(raw_catalogs.databases["sqlite"])


@pytest.fixture
def small(tmp_path: Path) -> PublishedFolder:
    """A small folder of published metadata."""
    return PublishedFolder(tmp_path / "metadata").write()


@pytest.fixture
def imported(database: str, small: PublishedFolder) -> str:
    """A catalog that was imported from it."""
    import_metadata(database, small.root)
    return database
