"""The database fails in the middle: what was there stays, whole; a message says what mends it; the next run goes on."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from click.testing import CliRunner, Result
from sqlalchemy.exc import DBAPIError

from catalog import Catalog, migrate, waiting
from catalog.cli import main
from catalog.database import connect
from catalog.errors import DatabaseError, StoppedError
from catalog.faults import unusable
from catalog.upkeep import relocate, remove, snapshot
from ingest.importing import import_metadata
from ingest.ingesting import ingest_recordings
from ingest.planning import plan
from tests.concurrency.conftest import InMounts
from tests.concurrency.test_together import At, rows, statuses
from tests.conftest import MakeDatabase
from tests.importing.builder import FIRST, PublishedFolder
from tests.importing.reading import dump, query
from tests.ingesting.publish import Published
from tests.ingesting.rows import Tables, differing
from tests.ingesting.worlds import World

CONTINUES = "when that is mended, the same command continues with the rest"


@pytest.fixture(scope="module")
def expected(films: World, make_lasting_database: MakeDatabase) -> Tables:
    """The rows of an ingest that nothing disturbs."""
    database = make_lasting_database("sqlite")
    ingest_recordings(database, films.folder, workers=1)
    return rows(database)


def command(database: str, *arguments: object) -> Result:
    return CliRunner().invoke(main, ["--db", database, *map(str, arguments)])


def ingest(database: str, films: World) -> Result:
    return command(database, "ingest", films.folder, "--workers", "1")


def names_in(database: str) -> list[str]:
    return [row["name"] for row in query(database, "SELECT name FROM recordings ORDER BY id")]


def require_whole(database: str, films: World, expected: Tables) -> None:
    """Check that the catalog holds whole recordings, as they would be after a run that took in those alone."""
    order = [str(row[0]) for row in plan(films.folder / "none.db", films.folder)[1]]
    there = names_in(database)
    assert there == order[: len(there)]
    for table in ("trials", "neurons", "recording_roots", "array_files", "trial_segments"):
        kept = [row for row in expected[table] if (row.get("recording") or row["of_trial"][0]) in there]
        assert rows(database)[table] == kept, table
    assert query(database, "SELECT * FROM ingest_problems") == []


def require_rest(database: str, films: World, expected: Tables) -> None:
    """Check that the next run ends in the rows of one that nothing disturbed, and leaves no run behind as running."""
    there = names_in(database)
    report = ingest_recordings(database, films.folder, workers=1)
    assert set(report.left) == set(there)
    assert differing(rows(database), expected) == {}
    assert "running" not in statuses(database)


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_word_in_a_message_is_no_lost_connection(database: str, backend: str) -> None:
    engine = connect(database, pooled=False)
    with engine.connect() as there, pytest.raises(DBAPIError) as caught:
        there.execute(sa.text("SELECT CAST('connection' AS integer)"))
    assert "cannot connect" not in str(unusable(caught.value, "lab"))
    with pytest.raises(DBAPIError) as caught:
        connect("postgresql://me@127.0.0.1:1/lab", pooled=False).connect()
    assert "cannot connect to lab: " in str(unusable(caught.value, "lab"))


def test_who_holds_a_lock_is_told_as_far_as_it_can_be_read() -> None:
    def fail(error: Exception) -> Callable[[str], list[Any]]:
        def ask(statement: str) -> list[Any]:
            raise error

        return ask

    for error in (sqlite3.OperationalError("gone"), sa.exc.InvalidRequestError("closed")):
        assert waiting.holders(fail(error), "nobody") == "nobody"
    assert waiting.holders(lambda statement: [(1, "import", "2026", "{")], "nobody") == "nobody"
    with pytest.raises(TypeError):
        waiting.holders(fail(TypeError("a mistake of ours")), "nobody")


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


REVISIONS = [script.revision for script in ScriptDirectory(str(migrate.scripts_folder())).walk_revisions()]
"""Newest first."""


def set_revision(database: str, revision: str) -> None:
    with connect(database, pooled=False).begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


MIGRATIONS: dict[str, tuple[Callable[[str], object], str, Callable[[str], object]]] = {
    "down": (
        lambda database: migrate.downgrade(connect(database, pooled=False), REVISIONS[1]),
        "was made by an older version of sensorium-catalog .* bring it up to date with `catalog --db .* db upgrade`",
        lambda database: migrate.upgrade(connect(database, pooled=False)),
    ),
    "up": (
        lambda database: set_revision(database, "9999_later"),
        "was made by a newer version .* get that version with `pip install --upgrade sensorium-catalog`",
        lambda database: set_revision(database, REVISIONS[0]),
    ),
    "all the way down": (
        lambda database: migrate.downgrade(connect(database, pooled=False), "base"),
        "`catalog --db .* db upgrade`",
        lambda database: migrate.upgrade(connect(database, pooled=False)),
    ),
}


@pytest.mark.parametrize("way", list(MIGRATIONS))
@pytest.mark.parametrize("moment", [3, 4])
def test_a_catalog_that_is_migrated_meanwhile(
    films: World, database: str, expected: Tables, way: str, moment: int
) -> None:
    """When the first or the second trial of the second recording was read."""
    change, message, back = MIGRATIONS[way]
    first = str(plan(database, films.folder)[1][0][0])
    with pytest.raises(StoppedError, match=message) as raised:
        ingest_recordings(database, films.folder, workers=1, progress=At(moment, lambda: change(database)))
    assert CONTINUES in str(raised.value)
    back(database)
    if way == "all the way down":
        assert names_in(database) == []
    else:
        assert names_in(database) == [first]
        require_whole(database, films, expected)
        assert statuses(database) == ["running"], "not even that is written to a catalog of another schema"
    require_rest(database, films, expected)


def test_commands_notice_it_too(films: World, database: str) -> None:
    ingest_recordings(database, films.folder, workers=1)
    with Catalog(database) as cat:
        set_revision(database, "9999_later")
        before = dump(database)
        for write in (lambda: cat.select("all"), lambda: cat.remove_selection("all")):
            if "://" not in database:
                with pytest.raises(DatabaseError, match="newer version"):
                    write()
        with pytest.raises(DatabaseError, match="newer version"):
            remove(cat, films.names[0])
        with pytest.raises(DatabaseError, match="newer version"):
            relocate(cat, films.folder, films.folder.parent, force=True)
    assert dump(database) == before


def test_the_file_is_deleted_meanwhile(films: World, make_database: MakeDatabase, expected: Tables) -> None:
    database = make_database("sqlite")
    with pytest.raises(StoppedError, match="is not there any more: it was deleted, moved or replaced") as raised:
        ingest_recordings(database, films.folder, workers=1, progress=At(3, Path(database).unlink))
    assert CONTINUES in str(raised.value)
    assert not Path(database).exists(), "it does not come back empty"
    ingest_recordings(database, films.folder, workers=1)
    assert differing(rows(database), expected) == {}


def test_a_deleted_file_does_not_come_back_empty(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    engine = connect(path, create=True, pooled=False)
    migrate.upgrade(engine)
    path.unlink()
    with pytest.raises(DBAPIError, match="unable to open database file") as raised:
        engine.connect()
    assert not path.exists()
    told = str(unusable(raised.value, str(path)))
    assert told.startswith(f"{path} is not there any more, or cannot be made (unable to open database file)")


@pytest.mark.parametrize("moment", ["before_cursor_execute", "commit"])
def test_it_is_deleted_while_rows_are_written(films: World, make_database: MakeDatabase, moment: str) -> None:
    database = make_database("sqlite")
    told: list[str] = []

    def delete(connection: Any, _cursor: Any = None, statement: str = "", *_: Any) -> None:
        # The transaction that writes the first recording: the one that records the run was before.
        if moment == "commit":
            written = connection.exec_driver_sql("SELECT COUNT(*) FROM recordings").scalar()
        else:
            written = statement.startswith("INSERT INTO neurons")
        if written and Path(database).exists():
            Path(database).unlink()

    sa.event.listen(sa.Engine, moment, delete)
    try:
        with pytest.raises(StoppedError, match="is not there any more"):
            ingest_recordings(database, films.folder, workers=1, progress=lambda one: told.append(one.event))
    finally:
        sa.event.remove(sa.Engine, moment, delete)
    assert "recording" not in told, "what went into a file without a name was not taken in"


def test_another_file_takes_its_place(
    films: World, make_database: MakeDatabase, expected: Tables, tmp_path: Path
) -> None:
    database, other = make_database("sqlite"), make_database("sqlite")
    PublishedFolder(tmp_path / "metadata").write()
    import_metadata(other, tmp_path / "metadata")
    before = dump(other)
    with pytest.raises(StoppedError, match="is another file than the one that was opened"):
        ingest_recordings(database, films.folder, workers=1, progress=At(3, lambda: Path(other).replace(database)))
    assert dump(database) == before


def test_another_file_takes_its_place_while_rows_are_written(
    films: World, make_database: MakeDatabase, tmp_path: Path
) -> None:
    """What is in the log beside it must not be taken for a part of the other file."""
    database, other = make_database("sqlite"), make_database("sqlite")
    PublishedFolder(tmp_path / "metadata").write()
    import_metadata(other, tmp_path / "metadata")
    before = dump(other)

    def replace(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO neurons") and Path(other).exists():
            Path(other).replace(database)

    sa.event.listen(sa.Engine, "before_cursor_execute", replace)
    try:
        with pytest.raises(StoppedError, match="is another file than the one that was opened"):
            ingest_recordings(database, films.folder, workers=1)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", replace)
    assert dump(database) == before


def test_a_copy_is_restored_into_it_meanwhile(films: World, database: str, expected: Tables, tmp_path: Path) -> None:
    """The file, or the database, is the same one; its rows are those of an earlier time."""
    first = str(plan(database, films.folder)[1][0][0])
    with Catalog(database) as cat:
        snapshot(cat, tmp_path / "copy.db")

    def restore() -> None:
        if "://" in database:
            with connect(database, pooled=False).begin() as connection:
                for table in ("recordings", "ingest_runs", "videos", "segments"):
                    connection.execute(sa.text(f"DELETE FROM {table}"))
            return
        with closing(sqlite3.connect(tmp_path / "copy.db")) as copy, closing(sqlite3.connect(database)) as live:
            copy.backup(live)

    with pytest.raises(StoppedError, match="is not the catalog in which run 1 began: it was restored from a copy"):
        ingest_recordings(database, films.folder, workers=1, progress=At(3, restore))
    assert first not in names_in(database)
    require_rest(database, films, expected)


def test_a_damaged_file_is_told_of(films: World, make_database: MakeDatabase) -> None:
    database = make_database("sqlite")
    ingest_recordings(database, films.folder, recordings=films.names[:1], workers=1)
    content = bytearray(Path(database).read_bytes())
    content[4096 * 3 :] = b"\x55" * (len(content) - 4096 * 3)
    Path(database).write_bytes(content)
    ran = ingest(database, films)
    assert ran.exit_code in (2, 3)
    assert f"{database} is damaged" in ran.stderr
    assert "restore it from a copy" in ran.stderr
    assert "Traceback" not in ran.stderr
