"""A catalog's file that is deleted, replaced, restored or damaged meanwhile: that is told, and no other is written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from catalog import Catalog, migrate
from catalog.database import connect
from catalog.errors import StoppedError
from catalog.faults import unusable
from catalog.upkeep import snapshot
from ingest.importing import import_metadata
from ingest.ingesting import ingest_recordings
from ingest.planning import plan
from tests.concurrency.moments import At
from tests.concurrency.wholeness import CONTINUES, ingest, names_in, require_rest, rows
from tests.conftest import MakeDatabase
from tests.importing.builder import PublishedFolder
from tests.importing.reading import dump
from tests.ingesting.rows import Tables, differing
from tests.ingesting.worlds import World


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
