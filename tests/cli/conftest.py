"""Running the command in this process, on the small world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from click.testing import CliRunner

from catalog.cli import main
from catalog.database import connect
from tests.conftest import BACKENDS, MakeDatabase
from tests.queries.world import WORLD


@dataclass(frozen=True)
class Ran:
    """What a command left: its exit code, and what it wrote where."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture(autouse=True)
def _no_database_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CATALOG_DB", raising=False)


@pytest.fixture
def run() -> Run:
    """Run `catalog` with these arguments: `run("--db", path, "info")`; `given` is its standard input."""

    def call(*arguments: str, given: str | None = None) -> Ran:
        result = CliRunner().invoke(main, list(arguments), input=given, prog_name="catalog")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ran(result.exit_code, result.stdout, result.stderr)

    return call


@pytest.fixture(scope="module")
def worlds(make_lasting_database: MakeDatabase) -> dict[str, str]:
    """The path or URL of a database with the world in it, by kind; tests must not write there."""
    made = {}
    for backend in BACKENDS:
        made[backend] = make_lasting_database(backend)
        WORLD.fill(connect(made[backend], pooled=False))
    return made


@pytest.fixture
def world(backend: str, worlds: dict[str, str]) -> str:
    """The path or URL of a database with the world in it; tests must not write there."""
    return worlds[backend]
