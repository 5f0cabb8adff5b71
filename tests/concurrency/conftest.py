"""Small data, the rows of an ingest of it, processes that work together, and folders of which one has its own view."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest.ingesting import ingest_recordings
from tests.concurrency.wholeness import rows
from tests.conftest import MakeDatabase, Simulate
from tests.ingesting.rows import Tables
from tests.ingesting.worlds import World

ROOT = Path(__file__).parents[2]
COMMAND = "from catalog.cli import main; main(prog_name='catalog')"
Start = Callable[..., "subprocess.Popen[str]"]
InMounts = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def pair(simulated: Simulate) -> World:
    """Two recordings of the same four videos; three of them are made of segments."""
    return simulated(seed=8, recordings=2, test_videos=0, parametric_videos=1, parametric_repeats=1)


@pytest.fixture(scope="module")
def expected(films: World, make_lasting_database: MakeDatabase) -> Tables:
    """The rows of an ingest that nothing disturbs."""
    database = make_lasting_database("sqlite")
    ingest_recordings(database, films.folder, workers=1)
    return rows(database)


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a Python program: `start(program, argument, …)`; what still runs in the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def begin(program: str, *arguments: object, **options: Any) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", program, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            **options,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Wait for a process; return its exit code and what it wrote to standard output and standard error."""
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


@pytest.fixture
def in_mounts() -> InMounts:
    """Run a shell script that mounts what it likes: nobody else sees it, and it is gone in the end."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-m", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this user may not mount anything")

    def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
        # $catalog runs the command, $0 is not used, and the arguments follow.
        environment = {**os.environ, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT), "PROGRAM": COMMAND}
        shell = 'catalog() { "$PYTHON" -c "$PROGRAM" "$@"; }\n' + script
        return subprocess.run(
            [unshare, "-m", "sh", "-euc", shell, "sh", *map(str, arguments)],
            capture_output=True,
            text=True,
            env=environment,
            cwd=ROOT,
            timeout=120,
            check=False,
        )

    return run
