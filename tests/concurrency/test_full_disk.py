"""The disk is full in the middle: what was there stays, whole; a message says what mends it; the next run goes on."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from catalog import Catalog
from catalog.database import connect
from catalog.upkeep import remove
from ingest.ingesting import ingest_recordings
from tests.concurrency.conftest import InMounts
from tests.concurrency.wholeness import CONTINUES, command, ingest, names_in, require_rest, require_whole, statuses
from tests.conftest import MakeDatabase
from tests.importing.builder import FIRST, PublishedFolder
from tests.importing.reading import dump
from tests.ingesting.publish import Published
from tests.ingesting.rows import Tables
from tests.ingesting.worlds import World


class FullDisk:
    """SQLite files that may have so many pages and no more."""

    def __init__(self) -> None:
        self.pages = 2**30

    def __call__(self, driver_connection: Any, _record: object) -> None:
        if isinstance(driver_connection, sqlite3.Connection):
            driver_connection.execute(f"PRAGMA max_page_count = {self.pages}")


@pytest.fixture
def disk() -> Iterator[FullDisk]:
    limit = FullDisk()
    sa.event.listen(sa.Engine, "connect", limit)
    yield limit
    sa.event.remove(sa.Engine, "connect", limit)


def pages_of(path: str) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA page_count").fetchone()[0])


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.8, 0.95])
def test_a_full_disk(
    films: World, make_database: MakeDatabase, expected: Tables, disk: FullDisk, tmp_path: Path, share: float
) -> None:
    database, undisturbed = make_database("sqlite"), str(tmp_path / "undisturbed.db")
    ingest_recordings(undisturbed, films.folder, workers=1)
    empty, full = pages_of(database), pages_of(undisturbed)
    disk.pages = empty + round(share * (full - empty))
    ran = ingest(database, films)
    assert ran.exit_code == 3
    assert f"Error: there is no space left for {database} (database or disk is full)" in ran.stderr
    assert CONTINUES in ran.stderr
    assert "Traceback" not in ran.stderr
    require_whole(database, films, expected)
    # There may have been room for one more word.
    assert statuses(database) in ([], ["running"], ["failed"])
    disk.pages = 2**30
    require_rest(database, films, expected)


@pytest.mark.parametrize("kilobytes", [60, 150, 300])
def test_a_full_disk_for_real(
    films: World, expected: Tables, in_mounts: InMounts, make_database: MakeDatabase, tmp_path: Path, kilobytes: int
) -> None:
    disk, copies = tmp_path / "disk", tmp_path / "copies"
    disk.mkdir()
    copies.mkdir()
    template = make_database("sqlite")
    script = f"""
    mount -t tmpfs -o size={kilobytes + Path(template).stat().st_size // 1000}k none "$1"
    cp "$2" "$1/catalog.db"
    code=0; catalog --db "$1/catalog.db" ingest "$3" --workers 1 >&2 || code=$?
    echo $code
    mount -o remount,size=20m "$1"
    cp "$1/catalog.db"* "$4/"
    """
    ran = in_mounts(script, disk, template, films.folder, copies)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split()[-1] in ("2", "3"), ran.stderr
    assert ran.stderr.count("Error: ") == 1
    assert "there is no space left for" in ran.stderr or "its disk is full, failing or gone" in ran.stderr
    assert "Traceback" not in ran.stderr
    database = str(copies / "catalog.db")
    require_whole(database, films, expected)
    require_rest(database, films, expected)


FULL_TRIGGER = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT COUNT(*) FROM recordings) > {there} THEN
    RAISE EXCEPTION 'could not extend file "base/1": No space left on device' USING ERRCODE = '53100';
  END IF;
  RETURN NEW;
END $$
"""


@pytest.mark.parametrize("table", ["recordings", "trials", "neurons", "array_files", "video_signatures"])
def test_a_full_disk_of_the_server(films: World, make_database: MakeDatabase, expected: Tables, table: str) -> None:
    database = make_database("postgresql")
    engine = connect(database, pooled=False)
    with engine.begin() as connection:
        # Videos come before the recording that shows them.
        connection.execute(sa.text(FULL_TRIGGER.format(there=0 if table == "video_signatures" else 1)))
        connection.execute(
            sa.text(f"CREATE TRIGGER full_disk AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION full_disk()")
        )
    ran = ingest(database, films)
    assert ran.exit_code == 3
    assert "there is no space left for postgresql://" in ran.stderr
    assert "No space left on device" in ran.stderr
    assert CONTINUES in ran.stderr
    require_whole(database, films, expected)
    assert len(names_in(database)) in (1, 2)
    assert statuses(database) == ["failed"]
    with engine.begin() as connection:
        connection.execute(sa.text(f"DROP TRIGGER full_disk ON {table}"))
    require_rest(database, films, expected)


def test_a_full_disk_while_importing(database: str, tmp_path: Path, disk: FullDisk) -> None:
    metadata = PublishedFolder(tmp_path / "metadata").write()
    before = dump(database)
    if "://" in database:
        with connect(database, pooled=False).begin() as connection:
            connection.execute(sa.text(FULL_TRIGGER.format(there=1)))
            connection.execute(
                sa.text("CREATE TRIGGER full_disk AFTER INSERT ON neurons FOR EACH ROW EXECUTE FUNCTION full_disk()")
            )
    else:
        # Of some length, so that they do not fit into pages that are there.
        note = metadata.root / FIRST / "trials" / f"meta-trials_{FIRST}.json"
        note.write_text(json.dumps({**json.loads(note.read_text()), "note": "x" * 100_000}))
        disk.pages = pages_of(database) + 10
    ran = command(database, "import", metadata.root)
    assert ran.exit_code == 2
    assert "there is no space left for" in ran.stderr
    after = dump(database)
    assert [run["status"] for run in after.pop("ingest_runs")] in (["failed"], ["running"])
    del before["ingest_runs"]
    assert after == before


def test_a_full_disk_while_metadata_joins(films: World, database: str, expected: Tables, tmp_path: Path) -> None:
    """The recordings are in the catalog by then; it is not said that nothing was changed."""
    ingest_recordings(database, films.folder, workers=1)
    metadata = Published(database).write(tmp_path / "metadata")
    with Catalog(database) as cat:
        for name in films.names:
            remove(cat, name)

    def full(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "data_dictionaries" in statement and statement.startswith("DELETE"):
            raise sa.exc.OperationalError(statement, None, sqlite3.OperationalError("disk I/O error"))

    sa.event.listen(sa.Engine, "before_cursor_execute", full)
    try:
        ran = command(database, "ingest", films.folder, "--metadata", metadata, "--workers", "1")
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", full)
    assert ran.exit_code == 3, ran.stderr
    assert CONTINUES in ran.stderr
    assert len(names_in(database)) == 3
    assert statuses(database)[-1] == "failed"
