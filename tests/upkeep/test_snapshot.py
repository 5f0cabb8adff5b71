"""A snapshot holds every row of one moment, in a file that nobody may write."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from catalog import Catalog, migrate
from catalog.database import connect
from catalog.errors import DatabaseError, InputError
from catalog.models import Neuron, Recording
from catalog.upkeep import snapshot
from catalog.writing import writing
from tests.queries.world import WORLD
from tests.upkeep.conftest import Run
from tests.upkeep.worlds import FIRST, Lab, contents


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where the snapshot goes."""
    folder = tmp_path / "copies"
    folder.mkdir()
    return folder / "odd [a] %20 #name?ü.db"


def test_every_row_is_there(lab: Lab, cat: Catalog, target: Path) -> None:
    cat.select("fig2", recording=FIRST)
    before = lab.rows()
    assert snapshot(cat, target) == target
    assert contents(str(target)) == before == lab.rows()
    assert all(before[table] for table in before.keys() - {"ingest_problems"}), "no table was empty"
    assert os.listdir(target.parent) == [target.name]
    engine = connect(target, read_only=True, pooled=False)
    migrate.check(engine)
    with Catalog(target, read_only=True) as copy:
        assert copy.trials.count() == cat.trials.count()
        assert copy.video("hash-of-v-own").id == "v-own"


def test_so_are_values_of_every_kind(database: str, target: Path) -> None:
    WORLD.fill(connect(database, pooled=False))
    with Catalog(database, read_only=True) as cat:
        snapshot(cat, target)
    assert contents(str(target)) == contents(database)


def test_nobody_may_write_it(lab: Lab, backend: str, target: Path) -> None:
    if backend == "sqlite":
        with connect(lab.database, pooled=False).connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("PRAGMA journal_mode = WAL")
    with Catalog(lab.database) as cat:
        snapshot(cat, target)
    assert os.listdir(target.parent) == [target.name]
    assert target.stat().st_mode & 0o777 == 0o444
    # Bytes of a SQLite file's header that tell how it is to be written and read: 1 without a log, 2 with one.
    assert target.read_bytes()[18:20] == b"\x01\x01"


def test_it_is_of_one_moment_while_others_write(lab: Lab, cat: Catalog, target: Path) -> None:
    stop, errors = threading.Event(), []

    def write() -> None:
        engine = connect(lab.database, pooled=False)
        number = 0
        try:
            while not stop.is_set():
                number += 1
                with writing(engine) as connection:
                    key = connection.execute(sa.insert(Recording).values(name=f"r{number}", source="raw"))
                    owner = key.inserted_primary_key[0]
                    connection.execute(sa.insert(Neuron), [{"recording_id": owner, "row": row} for row in range(20)])
        except Exception as error:  # the test tells of it
            errors.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts = []
        for _ in range(5):
            snapshot(cat, target, force=True)
            rows = contents(str(target))
            written = [row for row in rows["recordings"] if row[1].startswith("r")]
            assert len(rows["neurons"]) == 6 + 20 * len(written)
            counts.append(len(written))
    finally:
        stop.set()
        writer.join()
    assert errors == []
    assert counts == sorted(counts)
    assert counts[-1] > 0, "somebody wrote meanwhile"


def test_what_is_written_during_the_copy_is_not_in_it(lab: Lab, target: Path) -> None:
    if not lab.database.startswith("postgresql"):
        pytest.skip("SQLite copies pages, and sees to it itself")
    other = connect(lab.database, pooled=False)
    with Catalog(lab.database) as cat:
        before = lab.rows()
        written = []

        def write(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            if "FROM ingest_runs" in statement and not written:
                written.append(True)
                with writing(other) as connection:
                    connection.execute(sa.delete(Neuron))

        sa.event.listen(cat.engine, "after_cursor_execute", write)
        snapshot(cat, target)
    assert written
    assert contents(str(target)) == before


def test_what_is_there_stays(lab: Lab, cat: Catalog, target: Path) -> None:
    target.write_text("precious")
    with pytest.raises(InputError, match="is there already; choose another name, or give --force"):
        snapshot(cat, target)
    assert target.read_text() == "precious"
    snapshot(cat, target, force=True)
    snapshot(cat, target, force=True)
    assert contents(str(target)) == lab.rows()


def test_bad_places(lab: Lab, cat: Catalog, target: Path) -> None:
    with pytest.raises(InputError, match="is a folder; expected the name of a file"):
        snapshot(cat, target.parent)
    with pytest.raises(InputError, match=r"the folder .* does not exist; make it first"):
        snapshot(cat, target / "deeper" / "x.db")
    if not lab.database.startswith("postgresql"):
        before = lab.rows()
        with pytest.raises(InputError, match="is the catalog itself"):
            snapshot(cat, lab.database, force=True)
        assert lab.rows() == before
    assert os.listdir(target.parent) == []


def test_a_copy_that_fails_leaves_nothing(cat: Catalog, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    target.write_text("precious")
    monkeypatch.setattr(Path, "chmod", full)
    with pytest.raises(DatabaseError, match="No space left on device; is the disk full"):
        snapshot(cat, target, force=True)
    assert target.read_text() == "precious"
    assert os.listdir(target.parent) == [target.name]


def test_rows_without_parents_are_refused(lab: Lab, target: Path) -> None:
    if lab.database.startswith("postgresql"):
        pytest.skip("PostgreSQL does not let them in")
    damaged = sqlite3.connect(lab.database)
    damaged.execute("UPDATE trials SET video_id = 'v-nowhere' WHERE trial = 3")
    damaged.commit()
    damaged.close()
    with Catalog(lab.database) as cat, pytest.raises(DatabaseError, match="rows without their parents"):
        snapshot(cat, target)
    assert os.listdir(target.parent) == []


def test_the_command(lab: Lab, run: Run, target: Path) -> None:
    ran = run("snapshot", target)
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert f"`catalog --db {target} info`" in ran.stderr
    ran = run("snapshot", target)
    assert ran.exit_code == 2
    assert "is there already" in ran.stderr
    assert run("snapshot", "--force", target).exit_code == 0
    assert contents(str(target)) == lab.rows()
