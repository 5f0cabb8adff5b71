"""Ingest that is killed or interrupted: nothing of it is left running, and the next run ends in the same rows."""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from catalog.database import connect
from ingest.ingesting import ingest_recordings
from ingest.planning import plan
from tests.conftest import MakeDatabase
from tests.importing.reading import query
from tests.ingesting.rows import Tables, canonical, differing
from tests.ingesting.worlds import World

MOMENTS = 6
STRIKE = """
import os, signal, sys
import sqlalchemy as sa
from ingest.ingesting import ingest_recordings

database, data, last = sys.argv[1], sys.argv[2], int(sys.argv[3])
count = 0

def strike(*args):
    global count
    count += 1
    if count == last:
        os.kill(os.getpid(), signal.SIGKILL)

for event in ("before_cursor_execute", "after_cursor_execute", "commit"):
    sa.event.listen(sa.Engine, event, strike)
ingest_recordings(database, data, workers=1)
print(count)
"""
"""Ingests, and kills itself at a database event of which the number is given; 0 for none, to count them."""


@pytest.fixture(scope="module")
def expected(films: World, make_lasting_database: MakeDatabase) -> Tables:
    """The rows of an undisturbed run."""
    database = make_lasting_database("sqlite")
    ingest_recordings(database, films.folder, workers=1)
    return canonical(database, without=())


def struck(database: str, data: Path, moment: int) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-c", STRIKE, database, str(data), str(moment)]
    return subprocess.run(arguments, capture_output=True, text=True, check=False)


def statuses(database: str) -> list[str]:
    return [row["status"] for row in query(database, "SELECT status FROM ingest_runs ORDER BY id")]


def names_in(database: str) -> set[str]:
    return {row["name"] for row in query(database, "SELECT name FROM recordings")}


def test_killed_at_any_moment_it_continues_to_the_same_rows(
    films: World, expected: Tables, backend: str, make_database: MakeDatabase
) -> None:
    events = int(struck(make_database(backend), films.folder, 0).stdout)
    chance = random.Random(events)
    left = set()
    # One moment out of each part of the run.
    for part in range(MOMENTS):
        database = make_database(backend)
        moment = chance.randint(events * part // MOMENTS + 1, events * (part + 1) // MOMENTS)
        assert struck(database, films.folder, moment).returncode == -signal.SIGKILL
        there = names_in(database)
        left.add(len(there))
        begun = statuses(database)
        report = ingest_recordings(database, films.folder, workers=1)
        assert set(report.left) == there, moment
        assert differing(canonical(database, without=()), expected) == {}, moment
        assert statuses(database) == ["failed"] * len(begun) + ["done"] * (not report.unchanged), moment
    assert {0, 1, 2} <= left


def test_killed_time_and_again_it_arrives(films: World, expected: Tables, database: str) -> None:
    moment = 40
    while struck(database, films.folder, moment).returncode == -signal.SIGKILL:
        moment += 60
    # A run that was killed after its last recording leaves the next one nothing to do.
    assert set(statuses(database)) in ({"failed"}, {"failed", "done"})
    assert differing(canonical(database, without=()), expected) == {}


STUCK = """
import os, stat
from catalog.arrays import folders

read = folders.FolderRoot.read

def waits(root, path):
    if stat.S_ISFIFO(os.stat(root.path / path).st_mode):
        open(root.path / path, "rb").read()
    return read(root, path)

folders.FolderRoot.read = waits
"""
"""Is done when Python starts, in each process: a pipe, which would be told as such, keeps its reader waiting."""


@pytest.fixture
def stuck(films: World, scratch: Path) -> World:
    """Films on a disk that stops answering: one file of the second recording can be opened and never read."""
    copy = films.copy(scratch / "data")
    second = str(plan("none.db", copy.folder)[1][1][0])
    path = sorted((copy.folder / second / "data" / "videos").iterdir())[-1]
    path.unlink()
    os.mkfifo(path)
    (scratch / "sitecustomize.py").write_text(STUCK)
    return copy


def mend(stuck: World, films: World) -> None:
    for path in stuck.folder.glob("*/data/videos/*.npy"):
        if path.is_fifo():
            path.unlink()
            os.link(films.folder / path.relative_to(stuck.folder), path)


@contextmanager
def ingesting(database: str, data: Path) -> Iterator[subprocess.Popen[str]]:
    """Start the command with two workers, in a group of processes of its own, and wait for its first recording."""
    program = "from catalog.cli import main; main(prog_name='catalog')"
    arguments = ["--db", database, "ingest", str(data), "--workers", "2", "--json"]
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(data.parent), os.environ.get("PYTHONPATH", "")])},
    )
    try:
        assert process.stdout is not None
        for line in process.stdout:
            if json.loads(line)["event"] == "recording":
                break
        yield process
    finally:
        process.kill()
        process.communicate()


def members(group: int) -> list[int]:
    """The processes of a group, as file descriptors that become readable when they end."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                words = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(words[2]) == group:
                found.append(os.pidfd_open(int(folder.name)))
    return found


def all_end(processes: list[int]) -> bool:
    ended = [bool(select.select([one], [], [], 30)[0]) for one in processes]
    for one in processes:
        os.close(one)
    return all(ended)


linux = pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="processes are looked up in /proc")


@linux
def test_workers_end_with_a_killed_process(
    films: World, stuck: World, expected: Tables, database: str, scratch: Path
) -> None:
    with ingesting(database, stuck.folder) as process:
        processes = members(process.pid)
        assert len(processes) >= 3
        process.kill()
        assert all_end(processes)
    assert statuses(database) == ["running"]
    mend(stuck, films)
    report = ingest_recordings(database, stuck.folder, workers=1)
    assert len(report.left) == 1
    assert statuses(database) == ["failed", "done"]
    roots = {"path"}
    ours = {name: rows for name, rows in canonical(database, without=roots).items() if name != "recording_roots"}
    assert ours.keys() < expected.keys()
    assert differing(ours, without(expected, roots)) == {}


def without(tables: Tables, columns: set[str]) -> Tables:
    kept = {name: rows for name, rows in tables.items() if name != "recording_roots"}
    return {name: [{k: v for k, v in row.items() if k not in columns} for row in rows] for name, rows in kept.items()}


@linux
def test_an_interrupt_ends_everything_and_says_how_to_go_on(films: World, stuck: World, database: str) -> None:
    with ingesting(database, stuck.folder) as process:
        processes = members(process.pid)
        # What a terminal does: every process of the group gets it.
        os.killpg(process.pid, signal.SIGINT)
        _, told = process.communicate(timeout=30)
        assert process.returncode == 130, told
        assert all_end(processes)
    assert "the same command continues" in told
    assert "Traceback" not in told
    assert statuses(database) == ["failed"], told
    assert len(names_in(database)) == 1
    mend(stuck, films)
    assert len(ingest_recordings(database, stuck.folder, workers=1).left) == 1
    assert names_in(database) == set(films.names)


def test_a_run_that_is_at_work_is_not_taken_for_a_dead_one(films: World, database: str) -> None:
    first, second, _ = films.names
    seen: list[Any] = []

    def other_one(progress: Any) -> None:
        if progress.event == "trial" and not seen:
            ingest_recordings(database, films.folder, recordings=[second], workers=1)
            seen.append(statuses(database))

    ingest_recordings(database, films.folder, recordings=[first], workers=1, progress=other_one)
    assert seen == [["running", "done"]]
    assert statuses(database) == ["done", "done"]
    assert names_in(database) == {first, second}


def test_of_a_process_on_another_machine_nothing_is_known(films: World, make_database: MakeDatabase) -> None:
    database = make_database("sqlite")
    ingest_recordings(database, films.folder, recordings=films.names[:1], workers=1)
    engine = connect(database, pooled=False)
    for host, expected in (("elsewhere", "running"), (os.uname().nodename, "failed")):
        process = {"host": host, "pid": os.getpid(), "started": "long ago"}
        with engine.begin() as connection:
            statement = sa.text("UPDATE ingest_runs SET status = 'running', parameters = json_patch(parameters, :new)")
            connection.execute(statement, {"new": json.dumps({"process": process})})
        ingest_recordings(database, films.folder, recordings=films.names[:1], workers=1)
        assert statuses(database) == [expected]
