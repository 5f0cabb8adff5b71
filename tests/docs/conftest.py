"""The demo's data and catalog, which the pages' examples are of."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog import Catalog
from catalog.upkeep import relocate
from ingest.ingesting import ingest_recordings
from ingest.simulation import simulate


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with `data` and `catalog.db`; tests must not write to these."""
    folder = tmp_path_factory.mktemp("demo")
    simulate(folder / "data")
    ingest_recordings(folder / "catalog.db", folder / "data", workers=1)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def own_demo(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same in a folder for one test, which is the current one; its `data` can be moved."""
    (tmp_path / "data").symlink_to(demo / "data")
    shutil.copy(demo / "catalog.db", tmp_path)
    with Catalog(tmp_path / "catalog.db") as cat:
        relocate(cat, demo / "data", tmp_path / "data", force=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CATALOG_DB", raising=False)
    return tmp_path
