"""Readers of what a command writes may leave, as in `catalog ingest data --json | head -1`: work goes on to its end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest

from catalog import Catalog
from ingest.ingesting import ingest_recordings
from tests.conftest import BACKENDS, MakeDatabase
from tests.importing.builder import PublishedFolder
from tests.importing.reading import query
from tests.ingesting.rows import canonical, differing
from tests.ingesting.worlds import World, replace_file

COMMAND = "from catalog.cli import main; main(prog_name='catalog')"
PIPES = ("stdout", "both", "none")
Pipe = Literal["stdout", "both", "none"]


def piped(pipe: Pipe, *arguments: str | Path, program: str = COMMAND) -> tuple[int, str]:
    """Run `catalog` with a reader that leaves after a line; return the exit code, and what standard error was told.

    `stdout`: `catalog … | head -1`; `both`: `catalog … 2>&1 | head -1`; `none`: `catalog … 2>&1 | head -0`.
    """
    readable, writable = os.pipe()
    error = subprocess.PIPE if pipe == "stdout" else writable
    command = [sys.executable, "-c", program, *map(str, arguments)]
    with subprocess.Popen(command, stdout=writable, stderr=error, text=True) as process:
        os.close(writable)
        if pipe != "none":
            os.read(readable, 1)
        os.close(readable)
        try:
            _, told = process.communicate(timeout=60)
        finally:
            process.kill()
    return process.returncode, told or ""


@pytest.fixture(scope="module")
def ingested(films: World, make_lasting_database: MakeDatabase) -> dict[str, str]:
    """A catalog of the films in each kind of database, to be read only."""
    made = {backend: make_lasting_database(backend) for backend in BACKENDS}
    for database in made.values():
        ingest_recordings(database, films.folder, workers=1)
    return made


@pytest.fixture
def filled(backend: str, ingested: dict[str, str]) -> str:
    """One of these, of the backend of the test."""
    return ingested[backend]


@pytest.mark.parametrize(("pipe", "workers"), [("stdout", "2"), ("both", "1"), ("none", "1")])
def test_an_ingest_goes_on_to_its_end(films: World, database: str, filled: str, pipe: Pipe, workers: str) -> None:
    code, told = piped(pipe, "--db", database, "ingest", films.folder, "--json", "--workers", workers)
    assert code == 0
    assert [row["status"] for row in query(database, "SELECT status FROM ingest_runs")] == ["done"]
    assert differing(canonical(database, without=()), canonical(filled, without=())) == {}
    if pipe == "stdout":
        assert told.startswith("ingested 3 recordings: 6 trials")


@pytest.mark.parametrize("pipe", PIPES[1:])
def test_lines_a_recording_end_nothing_either(films: World, database: str, pipe: Pipe) -> None:
    assert piped(pipe, "--db", database, "ingest", films.folder, "--workers", "1")[0] == 0
    assert query(database, "SELECT count(*) AS n FROM recordings") == [{"n": 3}]


@pytest.mark.parametrize("pipe", PIPES[:2])
def test_the_exit_code_tells_what_was_done(films: World, database: str, tmp_path: Path, pipe: Pipe) -> None:
    copy = films.copy(tmp_path / "data")
    replace_file(next((copy.folder / films.names[0] / "data" / "behavior").iterdir()), b"nothing")
    assert piped(pipe, "--db", database, "ingest", copy.folder, "--json", "--workers", "1")[0] == 1
    assert query(database, "SELECT count(*) AS n FROM ingest_problems") == [{"n": 1}]
    # Wrong input is told to nobody, and is no success.
    assert piped("none", "--db", database, "ingest", tmp_path / "nothing")[0] == 2


def test_an_import_tells_its_problems_to_nobody(folder: PublishedFolder, database: str) -> None:
    assert piped("none", "--db", database, "import", folder.root)[0] == 0
    folder.video("v000001").unlink()
    assert piped("none", "--db", database, "import", folder.root)[0] == 1
    assert query(database, "SELECT count(*) AS n FROM trials") == [{"n": 7}]


@pytest.fixture
def folder(tmp_path: Path) -> PublishedFolder:
    """A small consistent folder of published metadata, of this test's own."""
    return PublishedFolder(tmp_path / "metadata").write()


def test_the_demo_goes_on_to_its_end(tmp_path: Path) -> None:
    assert piped("both", "demo", tmp_path / "demo")[0] == 0
    with Catalog(tmp_path / "demo" / "catalog.db") as cat:
        assert cat.recordings.count() == 4


Made = Callable[[Path], bool]
WRITING: dict[str, tuple[tuple[str, ...], Made]] = {
    "simulate": (("simulate", "made", "--recordings", "1"), lambda made: (made / "truth.json").exists()),
    "export": (("export", "made", "--format", "datapackage"), lambda made: (made / "datapackage.json").exists()),
    "snapshot": (("snapshot", "made"), lambda made: query(str(made), "SELECT count(*) AS n FROM trials") == [{"n": 6}]),
    "sheet": (("sheet", "made.png", "--map"), lambda made: made.with_suffix(".png").stat().st_size > 1000),
}  # fmt: skip


@pytest.mark.parametrize("command", WRITING)
def test_files_are_written_whole(filled: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    arguments, made = WRITING[command]
    monkeypatch.chdir(tmp_path)
    assert piped("none", "--db", filled, *arguments)[0] == 0
    assert made(tmp_path / "made")


@pytest.mark.parametrize("pipe", PIPES[1:])
def test_what_is_moved_and_removed_is(films: World, database: str, tmp_path: Path, pipe: Pipe) -> None:
    copy = films.copy(tmp_path / "moved")
    ingest_recordings(database, films.folder, workers=1)
    assert piped(pipe, "--db", database, "relocate", films.folder, copy.folder)[0] == 0
    assert {Path(row["path"]).parent for row in query(database, "SELECT path FROM recording_roots")} == {copy.folder}
    assert piped(pipe, "--db", database, "remove", films.names[0])[0] == 0
    left = {row["name"] for row in query(database, "SELECT name FROM recordings")}
    assert left == set(films.names[1:])


def test_what_was_found_wrong_is_in_the_exit_code(films: World, database: str, tmp_path: Path) -> None:
    copy = films.copy(tmp_path / "data")
    ingest_recordings(database, copy.folder, workers=1)
    next((copy.folder / films.names[0] / "data" / "behavior").iterdir()).unlink()
    assert piped("none", "--db", database, "verify")[0] == 1


@pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
def test_rows_without_a_reader_are_not_fetched(filled: str, form: str) -> None:
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    if filled.startswith("postgresql"):
        endless = "SELECT i FROM generate_series(1, 300000) AS series(i)"
    assert piped("stdout", "--db", filled, "sql", endless, "--format", form) == (0, "")


@pytest.mark.parametrize("arguments", [("--help",), ("recordings",), ("info",)], ids=" ".join)
def test_nobody_need_come(
    ingested: dict[str, str], arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for unbuffered in ("", "1"):
        monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)
        assert piped("none", "--db", ingested["sqlite"], *arguments)[0] == 0


BROKEN = """
import catalog.describe

def summary(session):
    raise BrokenPipeError(32, "a pipe of another sort")

catalog.describe.summary = summary
"""


def test_another_broken_pipe_is_an_error(filled: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", BROKEN + COMMAND, "--db", filled, "info"], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (3, "")
    assert ran.stderr == (
        "Error: unexpected BrokenPipeError: [Errno 32] a pipe of another sort (run again with --debug to see where)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", BROKEN + COMMAND, "--debug", "--db", filled, "info"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "in summary" in ran.stderr
    assert piped("none", "--db", filled, "info", program=BROKEN + COMMAND)[0] == 3
