"""SQLite's write-ahead log: readers and a writer do not wait for one another, and nothing is left lying about."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.exc import DBAPIError

from catalog import Catalog, Recording, sqlite
from catalog.cli import main
from catalog.database import connect
from catalog.upkeep import snapshot
from catalog.writing import writing
from tests.concurrency.conftest import ROOT, InMounts
from tests.concurrency.test_places import mode_of
from tests.conftest import MakeDatabase
from tests.queries.world import WORLD


@pytest.fixture
def world(database: str) -> str:
    """A catalog of each kind with the small world in it."""
    WORLD.fill(connect(database, pooled=False))
    return database


@pytest.fixture
def file(make_database: MakeDatabase) -> Path:
    """A SQLite catalog with the small world in it."""
    path = make_database("sqlite")
    WORLD.fill(connect(path, pooled=False))
    return Path(path)


def add(database: str | Path, name: str) -> None:
    """Write one recording, as an ingest does, without waiting for anybody."""
    engine = connect(database, pooled=False)
    with writing(engine, patience=0) as connection:
        connection.execute(sa.insert(Recording).values(name=name, source="raw"))


def beside(path: Path) -> list[str]:
    """Return the files of a catalog's folder that belong to it."""
    return sorted(one.name for one in path.parent.iterdir() if one.name.startswith(path.name))


def test_readers_keep_no_writer_waiting(world: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.0)
    before = len(WORLD.recordings)
    with Catalog(world) as cat, cat.snapshot() as seen, cat.session() as session:
        held = seen.connection()
        cursor = held.execution_options(yield_per=1).execute(sa.text("SELECT id FROM trials"))
        cursor.fetchone()
        asking = iter(cat.trials)
        next(asking)
        session.scalars(sa.select(Recording)).first()
        add(world, "while others read")
        add(world, "and again")
        assert cat.recordings.count() == before + 2
        # What was begun before sees what it saw.
        assert seen.scalar(sa.text("SELECT COUNT(*) FROM recordings")) == before
        assert len(cursor.fetchall()) == len(WORLD.trials) - 1
        assert len(list(asking)) == len(WORLD.trials) - 1


def test_a_writer_keeps_no_reader_waiting(world: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.0)
    with writing(connect(world, pooled=False)) as connection:
        connection.execute(sa.delete(Recording).where(Recording.name == WORLD.recordings[0]["name"]))
        # More than fits into the cache, so that SQLite has to put it down before the commit.
        rows = [{"name": f"{number:06d}" * 50, "source": "raw"} for number in range(20_000)]
        connection.execute(sa.insert(Recording), rows)
        with Catalog(world, read_only=True) as cat:
            assert cat.recordings.count() == len(WORLD.recordings)
            assert len(list(cat.trials)) == len(WORLD.trials)
    with Catalog(world, read_only=True) as cat:
        assert cat.recordings.count() == len(WORLD.recordings) + 20_000 - 1


def test_a_catalog_made_before_is_switched_by_its_first_writer(file: Path) -> None:
    switch(file, "delete")
    with Catalog(file) as cat:
        cat.trials.count()
        with cat.session() as session:
            session.scalars(sa.select(Recording)).all()
    assert mode_of(file) == "delete", "questions change nothing"
    with Catalog(file) as cat, cat.session() as session:
        session.add(Recording(name="new", source="raw"))
        session.commit()
    assert mode_of(file) == "wal"


def test_one_that_is_being_read_is_switched_later(file: Path) -> None:
    switch(file, "delete")
    reader = sqlite3.connect(file, isolation_level=None)
    cursor = reader.execute("SELECT * FROM trials")
    cursor.fetchone()
    engine = connect(file)
    with engine.connect().execution_options(catalog_writes=True) as connection, connection.begin() as transaction:
        connection.execute(sa.delete(Recording))
        transaction.rollback()
    assert mode_of(file) == "delete"
    cursor.close()
    reader.close()
    with writing(engine):
        pass
    engine.dispose()
    assert mode_of(file) == "wal"


def switch(path: Path, mode: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    assert connection.execute(f"PRAGMA journal_mode = {mode}").fetchone() == (mode,)
    connection.close()


QUESTIONS = (("info",), ("recordings",), ("trials",), ("sql", "SELECT 1"), ("problems",), ("runs",), ("db", "check"))


def test_no_command_leaves_files_beside_the_catalog(file: Path) -> None:
    for arguments in (*QUESTIONS, ("select", "gabors", "--where", "label=Gabor"), ("replay", "gabors"), *QUESTIONS):
        ran = CliRunner().invoke(main, ["--db", str(file), *arguments])
        assert ran.exit_code == 0, arguments
        assert beside(file) == [file.name], arguments


def test_a_read_only_connection_cannot_be_talked_into_writing(file: Path) -> None:
    add(file, "new")
    with Catalog(file, read_only=True) as cat:
        for pragma in ("query_only = OFF", "QUERY_ONLY(0)", "main.query_only = 0", "journal_mode = DELETE"):
            with cat.session() as session, pytest.raises(DBAPIError, match="not authorized"):
                session.execute(sa.text(f"PRAGMA {pragma}"))
        with cat.session() as session:
            assert session.scalar(sa.text("PRAGMA query_only")) == 1
    assert mode_of(file) == "wal"


def test_each_commit_reaches_the_disk(file: Path) -> None:
    with writing(connect(file, pooled=False)) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


def test_the_log_is_emptied_when_nobody_reads_from_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE_WITH_READERS", 0.01)
    log = Path(f"{file}-wal")
    engine = connect(file)

    def write(text: str) -> int:
        with writing(engine) as connection:
            connection.execute(sa.update(Recording).values(data_url=text * 20_000))
        return log.stat().st_size

    with Catalog(file) as cat:
        with cat.snapshot() as seen:
            seen.scalar(sa.text("SELECT COUNT(*) FROM recordings"))
            sizes = [write(text) for text in "abcdefghij"]
            # Somebody reads what was there before: all of it must be kept.
            assert sizes[-1] > 2 * sizes[1] > 200_000
        assert [write(text) for text in "klm"] == [0, 0, 0]
    engine.dispose()
    assert beside(file) == [file.name]


KILLED = """
import os, signal, sys
import sqlalchemy as sa
from catalog.database import connect
from catalog.models import Recording
from catalog.writing import writing

engine = connect(sys.argv[1])
with engine.begin() as connection:
    connection.execute(sa.insert(Recording).values(name="committed", source="raw"))
with writing(engine) as connection:
    connection.execute(sa.insert(Recording).values(name="not committed", source="raw"))
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def left(file: Path) -> Path:
    """A catalog whose writer was killed: what it committed is in the log alone."""
    ran = subprocess.run([sys.executable, "-c", KILLED, file], cwd=ROOT, check=False)
    assert ran.returncode == -signal.SIGKILL
    assert beside(file) == [file.name, f"{file.name}-shm", f"{file.name}-wal"]
    return file


def test_what_a_killed_writer_committed_is_there(left: Path) -> None:
    with Catalog(left, read_only=True) as cat:
        assert cat.recordings.count() == len(WORLD.recordings) + 1
        assert cat.recording("committed").source == "raw"
    assert beside(left) == [left.name]


def test_a_snapshot_has_it_too_and_is_one_file(left: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    with Catalog(left, read_only=True) as cat:
        snapshot(cat, folder / "copy.db")
    assert mode_of(folder / "copy.db") == "delete"
    for _ in range(2):
        with Catalog(folder / "copy.db") as copy:
            assert copy.recordings.count() == len(WORLD.recordings) + 1
        assert [one.name for one in folder.iterdir()] == ["copy.db"]


MEDIUM = """
mount -t tmpfs -o size=20m none "$2"
cp "$1"* "$2"
mount -o remount,ro "$2"
cd "$2"
"""
"""Copies a catalog to a medium that nobody can write."""


def on_medium(in_mounts: InMounts, file: Path, tmp_path: Path, script: str) -> subprocess.CompletedProcess[str]:
    folder = tmp_path / "medium"
    folder.mkdir()
    return in_mounts(MEDIUM + script, file, folder)


def test_a_catalog_on_a_read_only_medium_is_read(file: Path, tmp_path: Path, in_mounts: InMounts) -> None:
    add(file, "new")
    assert mode_of(file) == "wal"
    script = f'catalog --db {file.name} sql "SELECT COUNT(*) FROM recordings" --format csv; ls; catalog info >&2 ||:'
    ran = on_medium(in_mounts, file, tmp_path, script)
    assert ran.stdout.split() == ["COUNT(*)", str(len(WORLD.recordings) + 1), file.name], ran.stderr


def test_and_cannot_be_written(file: Path, tmp_path: Path, in_mounts: InMounts) -> None:
    add(file, "new")
    ran = on_medium(in_mounts, file, tmp_path, f"catalog --db {file.name} select gabors --where label=Gabor")
    assert ran.returncode == 2
    assert f"{file.name} is on a read-only medium (tmpfs at {tmp_path}/medium)" in ran.stderr
    assert "copy it to a folder that you may write, and name the copy" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_log_with_content_on_such_a_medium_is_told_of(left: Path, tmp_path: Path, in_mounts: InMounts) -> None:
    Path(f"{left}-shm").unlink()
    ran = on_medium(in_mounts, left, tmp_path, f"catalog --db {left.name} info")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert f"{left.name} is on a read-only medium" in ran.stderr
    assert f"copy it, and {left.name}-wal with it, to a folder" in ran.stderr


STRANGER = """
import os, sys
import sqlalchemy.dialects.sqlite
from click.testing import CliRunner
from catalog.cli import main
import catalog.cli.info, catalog.cli.listings, catalog.catalog, catalog.faults, catalog.describe

if os.getuid() == 0:
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
ran = CliRunner().invoke(main, ["--db", sys.argv[1], "recordings", "--columns", "name", "--format", "csv"])
sys.stdout.write(f"{ran.exit_code} {len(ran.stdout.splitlines())} {ran.stderr}")
"""
"""Asks as somebody who may read a catalog, and not write into its folder."""


@pytest.fixture
def published(file: Path) -> Iterator[Path]:
    """A catalog in a folder that everybody may read, and only its owner write."""
    add(file, "new")
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "catalog.db"
        shutil.copy(file, path)
        path.chmod(stat.S_IRUSR | stat.S_IWUSR | stat.S_IRGRP | stat.S_IROTH)
        Path(name).chmod(0o755 if os.getuid() == 0 else 0o555)
        yield path
        Path(name).chmod(0o755)


def as_stranger(path: Path) -> str:
    ran = subprocess.run([sys.executable, "-c", STRANGER, path], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_who_may_not_write_into_the_folder_is_told_what_to_ask_for(published: Path) -> None:
    told = as_stranger(published)
    assert told.startswith("2 0 Error: ")
    assert f"you may not write into its folder {published.parent}" in told
    assert f"ask its owner for a copy that anybody can read: `catalog --db {published} snapshot COPY`" in told


@pytest.mark.skipif(os.getuid() != 0, reason="a second user is needed")
def test_beside_its_owner_they_may_read(published: Path) -> None:
    engine = connect(published)
    with writing(engine) as connection:
        connection.execute(sa.delete(Recording).where(Recording.name == "new"))
        assert as_stranger(published).split() == ["0", str(1 + len(WORLD.recordings) + 1)]
    assert as_stranger(published).split() == ["0", str(1 + len(WORLD.recordings))]
    engine.dispose()
