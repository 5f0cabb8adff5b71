"""Folders that hold no recordings and databases that cannot be used: a sentence, exit code 2, and nothing changed."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from catalog.cli import main
from catalog.database import connect
from ingest.ingesting import ingest_recordings
from ingest.planning import plan
from tests.conftest import MakeDatabase
from tests.importing.reading import query
from tests.ingesting.rows import canonical, differing, problems
from tests.ingesting.worlds import World, replace_file


def ingest(database: str | Path, *arguments: str | Path) -> Result:
    words = ["--db", str(database), "ingest", *map(str, arguments), "--workers", "1"]
    return CliRunner().invoke(main, words)


def assert_refused(result: Result, *words: str) -> None:
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    for word in words:
        assert word in line


# Folders.


def empty_folder(folder: Path, world: World) -> tuple[Path, str]:
    folder.mkdir()
    return folder, "holds no recording: expected folders or zips dynamic"


def missing_folder(folder: Path, world: World) -> tuple[Path, str]:
    return folder, "there is no folder"


def a_file(folder: Path, world: World) -> tuple[Path, str]:
    folder.write_text("")
    return folder, "is not a folder"


def other_things(folder: Path, world: World) -> tuple[Path, str]:
    (folder / "photographs").mkdir(parents=True)
    (folder / "notes.txt").write_text("")
    return folder, "holds no recording"


def one_level_too_high(folder: Path, world: World) -> tuple[Path, str]:
    world.copy(folder / "inner")
    return folder, f"holds no recording, but {folder / 'inner'} does: give that one"


def broken_zips(folder: Path, world: World) -> tuple[Path, str]:
    folder.mkdir()
    for name in world.names:
        (folder / f"{name}.zip").write_bytes(b"PK")
    return folder, f"holds no recording that can be read: {min(world.names)}.zip cannot be taken in: "


def recordings_without_trials(folder: Path, world: World) -> tuple[Path, str]:
    (folder / world.names[0] / "data" / "videos").mkdir(parents=True)
    return folder, "no recording in"


def inside_a_recording(folder: Path, world: World) -> tuple[Path, str]:
    copy = world.copy(folder)
    return next(copy.folder.glob("dynamic*")) / "data", "holds no recording"


def of_no_text(folder: Path, world: World) -> tuple[Path, str]:
    path = folder.with_name("caf\udce9")
    world.copy(path)
    return path, "is not UTF-8"


PLACES = (
    empty_folder,
    missing_folder,
    a_file,
    other_things,
    one_level_too_high,
    broken_zips,
    recordings_without_trials,
    inside_a_recording,
    *(() if sys.platform == "darwin" else (of_no_text,)),
)


@pytest.mark.parametrize("make", PLACES)
def test_a_folder_without_recordings_makes_no_database(
    films: World, scratch: Path, make: Callable[[Path, World], tuple[Path, str]]
) -> None:
    folder, says = make(scratch / "data", films)
    database = scratch / "catalog.db"
    assert_refused(ingest(database, folder), says)
    assert not database.exists()


def test_a_folder_without_recordings_changes_no_catalog(films: World, database: str, scratch: Path) -> None:
    ingest_recordings(database, films.folder, recordings=films.names[:1], workers=1)
    before, runs = canonical(database), query(database, "SELECT * FROM ingest_runs")
    assert_refused(ingest(database, scratch), "holds no recording")
    assert_refused(ingest(database, films.folder, "--recording", "nonsense"), "no recording here is called 'nonsense'")
    assert differing(canonical(database), before) == {}
    assert query(database, "SELECT * FROM ingest_runs") == runs


def test_an_unknown_recording_is_answered_with_the_nearest(films: World, scratch: Path) -> None:
    name = films.names[0]
    database = scratch / "catalog.db"
    result = ingest(database, films.folder, "--recording", name[:-1] + "x")
    assert_refused(result, "Did you mean", name)
    result = ingest(database, films.folder, "--recording", name[:15])
    assert_refused(result, f"Did you mean '{name}'? The whole name is needed here.")
    assert not database.exists()


def test_metadata_that_is_none_makes_no_database(films: World, scratch: Path) -> None:
    database = scratch / "catalog.db"
    assert_refused(ingest(database, films.folder, "--metadata", scratch / "nowhere"), "nowhere does not exist")
    assert_refused(ingest(database, films.folder, "--metadata", scratch), "holds no published metadata")
    assert not database.exists()


def test_a_recording_itself_may_be_given(films: World, database: str) -> None:
    folder = next(films.folder.glob("dynamic*"))
    result = ingest(database, folder)
    assert result.exit_code == 0, result.output
    assert query(database, "SELECT name FROM recordings") == [{"name": folder.name}]


# What lies beside the recordings.


def test_what_is_beside_recordings_is_told_once(films: World, database: str, scratch: Path) -> None:
    copy = films.copy(scratch / "data")
    (copy.folder / "photographs").mkdir()
    (copy.folder / ".cache").mkdir()
    packed = "dynamic1-2-3-Video-" + "0" * 32
    (copy.folder / f"{packed}.zip").write_bytes(b"PK")
    without_trials = "dynamic1-2-4-Video-" + "0" * 32
    (copy.folder / without_trials / "data" / "videos").mkdir(parents=True)
    for _ in range(2):
        result = ingest(database, copy.folder)
        assert result.exit_code == 1, result.output
        told = {(row["kind"], row["recording"], row["path"]) for row in problems(database)}
        assert told == {
            ("no_recording", None, "photographs"),
            ("unreadable_recording", packed, f"{packed}.zip"),
            ("no_trials", without_trials, None),
        }
        assert len(problems(database)) == 3
    # A choice of recordings says nothing of what else the folder holds.
    assert ingest(database, copy.folder, "--recording", films.names[0]).exit_code == 0
    assert len(problems(database)) == 3
    (copy.folder / "photographs").rmdir()
    assert ingest(database, copy.folder).exit_code == 1
    assert len(problems(database)) == 2


def test_a_recording_of_another_name_is_taken_in_and_told(films: World, database: str, scratch: Path) -> None:
    copy = films.copy(scratch / "data")
    folder = next(copy.folder.glob("dynamic*"))
    folder.rename(folder.with_name("mouse1"))
    result = ingest(database, copy.folder / "mouse1")
    assert result.exit_code == 1
    assert [row["kind"] for row in problems(database)] == ["unusual_name"]
    assert query(database, "SELECT name, animal_id FROM recordings") == [{"name": "mouse1", "animal_id": None}]


def test_broken_files_end_in_exit_code_1(films: World, database: str, scratch: Path) -> None:
    copy = films.copy(scratch / "data")
    path = next(copy.folder.glob("*/data/videos/0.npy"))
    path.unlink()
    path.write_bytes(b"")
    result = ingest(database, copy.folder)
    assert result.exit_code == 1
    assert "1 problem" in result.stderr
    (problem,) = problems(database)
    assert problem["message"] == "data/videos/0.npy is empty (0 bytes)"


# A dry run.


def test_a_dry_run_changes_nothing(films: World, scratch: Path) -> None:
    copy = films.copy(scratch / "data")
    path = next(copy.folder.glob("*/data/videos/0.npy"))
    path.unlink()
    path.symlink_to("nowhere")
    database = scratch / "catalog.db"
    result = ingest(database, copy.folder, "--dry-run")
    assert result.exit_code == 0, result.output
    assert all(name in result.stdout for name in films.names)
    assert not database.exists()


def test_a_dry_run_tells_what_would_be_done(films: World, database: str, scratch: Path) -> None:
    copy = films.copy(scratch / "data")
    ingest_recordings(database, copy.folder, recordings=films.names[:2], workers=1)
    touched = next((copy.folder / films.names[1] / "data" / "videos").iterdir())
    replace_file(touched, touched.read_bytes())
    columns, rows, _ = plan(database, copy.folder)
    would = {row[0]: row[columns.index("would")] for row in rows}
    assert would == dict(zip(films.names, ("leave unchanged", "update", "add"), strict=True))


# Databases.


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://host/name", "unknown database URL"),
        ("sqlite://", "unknown database URL"),
        ("nonsense://", "database URL"),
        ("postgresql://user:secret@localhost:1/none", "localhost:1/none"),
    ],
)
def test_a_url_that_leads_nowhere(films: World, url: str, says: str) -> None:
    result = ingest(url, films.folder)
    assert_refused(result, says)
    assert "secret" not in result.output


def test_a_database_in_a_folder_that_is_not_there(films: World, scratch: Path) -> None:
    assert_refused(ingest(scratch / "nowhere" / "catalog.db", films.folder), "does not exist")
    assert not (scratch / "nowhere").exists()


def test_a_folder_for_a_database(films: World, scratch: Path) -> None:
    assert_refused(ingest(scratch, films.folder), "is a folder")


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a place where not even root can write")
def test_a_place_where_nobody_can_write(films: World) -> None:
    assert_refused(ingest("/proc/catalog.db", films.folder), "/proc/catalog.db", "/proc takes no files")


def test_a_catalog_that_is_read_only(films: World, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = sqlite3.connect

    def read_only(database: str, **options: object) -> sqlite3.Connection:
        return opened(database.replace("mode=rwc", "mode=ro"), **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr("catalog.sqlite.sqlite3.connect", read_only)
    assert_refused(ingest(sqlite_template, films.folder), str(sqlite_template), "cannot be written")


def test_a_file_that_is_no_database(films: World, scratch: Path) -> None:
    path = scratch / "notes.txt"
    path.write_text("not a database at all, but a text that is long enough to be taken for a header " * 20)
    assert_refused(ingest(path, films.folder), "is not a catalog", "choose another --db")
    assert path.read_text().startswith("not a database")


def with_tables_of_something_else(database: str) -> None:
    execute(database, "CREATE TABLE addresses (name TEXT)", "INSERT INTO addresses VALUES ('Ada')")


def of_another_program(database: str) -> None:
    execute(
        database,
        "CREATE TABLE addresses (name TEXT)",
        "CREATE TABLE alembic_version (version_num VARCHAR(32))",
        "INSERT INTO alembic_version VALUES ('abcdef123456')",
    )


def execute(database: str, *statements: str) -> None:
    engine = connect(database, create=True, pooled=False)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


@pytest.mark.parametrize("make", [with_tables_of_something_else, of_another_program])
def test_a_database_of_something_else(films: World, new_database: str, make: Callable[[str], None]) -> None:
    make(new_database)
    before = tables(new_database)
    assert_refused(ingest(new_database, films.folder), "choose another --db")
    assert tables(new_database) == before


def tables(database: str) -> set[str]:
    engine = connect(database, pooled=False)
    with engine.connect() as connection:
        return set(sa.inspect(connection).get_table_names())


@pytest.mark.parametrize(
    ("revision", "says"),
    [("0001_tables", "db upgrade"), ("9999_future", "pip install --upgrade sensorium-catalog")],
    ids=["older", "newer"],
)
def test_a_catalog_of_another_version(films: World, database: str, revision: str, says: str) -> None:
    execute(database, f"UPDATE alembic_version SET version_num = '{revision}'")
    assert_refused(ingest(database, films.folder), says)
    assert query(database, "SELECT * FROM ingest_runs") == []


def test_an_empty_database_becomes_a_catalog(films: World, new_database: str) -> None:
    result = ingest(new_database, films.folder)
    assert result.exit_code == 0, result.output
    assert len(query(new_database, "SELECT * FROM recordings")) == 3


def test_unreadable_folders_are_named(films: World, scratch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("catalog.arrays.finding.os.scandir", denied)
    database = scratch / "catalog.db"
    assert_refused(ingest(database, films.folder), f"cannot list {films.folder}", "Permission denied")
    assert not database.exists()


def test_an_unreadable_file_costs_its_signal(
    films: World, make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Path.open

    def denied(path: Path, *arguments: object, **options: object) -> object:
        if path.match("responses/0.npy"):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments, **options)  # type: ignore[arg-type,call-overload]

    monkeypatch.setattr(Path, "open", denied)
    database = make_database("sqlite")
    report = ingest_recordings(database, films.folder, workers=1)
    assert {problem.message for problem in report.problems} == {
        "data/responses/0.npy cannot be read: Permission denied"
    }
    assert np.sum([row["valid_response"] for row in query(database, "SELECT valid_response FROM trials")]) == 3
