"""A small catalog of published metadata, to select from and to take in again after a change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from catalog import Catalog
from catalog.cli import main
from ingest.importing import import_metadata
from tests.importing.builder import PublishedFolder


@pytest.fixture
def folder(tmp_path: Path) -> PublishedFolder:
    """Published metadata of two recordings with seven trials, not yet in the catalog."""
    return PublishedFolder(tmp_path / "metadata").write()


@pytest.fixture
def world(database: str, folder: PublishedFolder) -> str:
    """A catalog that holds it; on both databases."""
    import_metadata(database, folder.root)
    return database


@pytest.fixture
def cat(world: str) -> Iterator[Catalog]:
    """The catalog, open."""
    with Catalog(world) as opened:
        yield opened


@pytest.fixture
def run(world: str) -> Callable[..., Result]:
    """The command line on that catalog."""
    return lambda *arguments: CliRunner().invoke(main, ["--db", world, *arguments])
