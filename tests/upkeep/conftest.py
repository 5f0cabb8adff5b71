"""A small lab on both databases, and its commands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from catalog import Catalog
from catalog.cli.main import ErrorsForPeople
from catalog.cli.relocate import relocate
from catalog.cli.remove import remove
from catalog.cli.runs import diff, runs
from catalog.cli.snapshot import snapshot
from catalog.cli.verify import verify
from tests.upkeep.worlds import FIRST, SECOND, Lab, Shown

COMMANDS = (verify, relocate, remove, snapshot, runs, diff)
Run = Callable[..., Result]


@click.group(cls=ErrorsForPeople, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--db")
@click.option("--debug", is_flag=True)
@click.pass_context
def group(ctx: click.Context, db: str, debug: bool) -> None:
    """The commands that are tested here, alone."""
    ctx.obj = db


for command in COMMANDS:
    group.add_command(command)


@pytest.fixture
def empty_lab(database: str, tmp_path: Path) -> Lab:
    """No recording yet."""
    return Lab(database, tmp_path / "data")


@pytest.fixture
def lab(empty_lab: Lab) -> Lab:
    """Two recordings, taken in by run 1; they share a video, and one more by its published name alone."""
    empty_lab.trials = {
        FIRST: {0: Shown("v-own"), 2: Shown("v-shared"), 5: Shown("v-named", "v000001"), 6: Shown("v-own")},
        SECOND: {0: Shown("v-shared"), 3: Shown("v-film")},
    }
    assert empty_lab.take_in() == 1
    return empty_lab


@pytest.fixture
def cat(lab: Lab) -> Iterator[Catalog]:
    """Its catalog, open."""
    with Catalog(lab.database) as opened:
        yield opened


@pytest.fixture
def run(lab: Lab) -> Run:
    """The command line on that catalog."""
    return lambda *arguments: CliRunner().invoke(group, ["--db", lab.database, *map(str, arguments)])
