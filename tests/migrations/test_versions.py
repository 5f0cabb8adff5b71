"""A database of another version, or of another program, is met with a sentence that says what to type."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from catalog import Catalog
from catalog.cli import main
from catalog.database import connect, display_name
from catalog.errors import NotACatalogError, SchemaError
from catalog.migrate import downgrade
from catalog.models import SCHEMA_REVISION
from ingest.writing.catalogs import open_or_create
from tests.cli.test_command import QUESTIONS
from tests.conftest import MakeDatabase

OPENING = [question for question in QUESTIONS if question not in (("db", "current"), ("db", "upgrade"))]


def _set_revision(database: str, revision: str) -> None:
    with connect(database, pooled=False).begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def _execute(database: str, *statements: str) -> None:
    with connect(database, create=True, pooled=False).begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


@pytest.mark.parametrize("arguments", OPENING, ids=" ".join)
def test_every_command_names_the_way_from_another_version(database: str, arguments: tuple[str, ...]) -> None:
    name = display_name(database)
    for revision, advice in (
        ("0000_before", f"bring it up to date with `catalog --db {name} db upgrade`"),
        ("9999_after", "`pip install --upgrade sensorium-catalog`"),
    ):
        _set_revision(database, revision)
        ran = CliRunner().invoke(main, ["--db", database, *arguments])
        assert (ran.exit_code, ran.stdout) == (2, "")
        assert advice in ran.stderr
        assert revision in ran.stderr
        assert SCHEMA_REVISION in ran.stderr


@pytest.mark.parametrize(("revision", "words"), [("0000_before", "db upgrade"), ("9999_after", "pip install")])
def test_so_does_python_and_what_writes(database: str, revision: str, words: str) -> None:
    _set_revision(database, revision)
    with pytest.raises(SchemaError, match=words):
        Catalog(database)
    with pytest.raises(SchemaError, match=words):
        open_or_create(database)


def test_a_newer_database_is_not_upgraded(database: str) -> None:
    _set_revision(database, "9999_after")
    ran = CliRunner().invoke(main, ["--db", database, "db", "upgrade"])
    assert ran.exit_code == 2
    assert "pip install --upgrade" in ran.stderr
    assert CliRunner().invoke(main, ["--db", database, "db", "current"]).stdout == "9999_after\n"


def test_the_advice_for_an_older_database_works(database: str) -> None:
    invoke = CliRunner().invoke
    engine = connect(database, pooled=False)
    downgrade(engine, "0001_tables")
    assert invoke(main, ["--db", database, "trials"]).exit_code == 2
    ran = invoke(main, ["--db", database, "db", "upgrade"])
    assert ran.exit_code == 0
    assert ran.stderr == f"{display_name(database)}: 0001_tables -> {SCHEMA_REVISION}\n"
    again = invoke(main, ["--db", database, "db", "upgrade"])
    assert (again.exit_code, again.stderr) == (0, f"{display_name(database)}: up to date already ({SCHEMA_REVISION})\n")
    for command in ("trials", "info"):
        assert invoke(main, ["--db", database, command]).exit_code == 0
    assert invoke(main, ["--db", database, "db", "check"]).exit_code == 0
    assert invoke(main, ["--db", database, "db", "current"]).stdout == f"{SCHEMA_REVISION}\n"


def test_an_empty_database_is_made_a_catalog_only_when_asked(new_database: str, backend: str) -> None:
    if backend == "sqlite":
        Path(new_database).touch()
    invoke = CliRunner().invoke
    for arguments in OPENING:
        ran = invoke(main, ["--db", new_database, *arguments])
        assert (ran.exit_code, ran.stdout) == (2, "")
        assert "is an empty database; fill it with `catalog --db" in ran.stderr
    assert invoke(main, ["--db", new_database, "db", "current"]).stdout == "empty\n"
    assert invoke(main, ["--db", new_database, "db", "upgrade"]).exit_code == 0
    assert invoke(main, ["--db", new_database, "db", "check"]).exit_code == 0


FOREIGN = {
    "tables of something else": ["CREATE TABLE birds (id INTEGER)"],
    "another program that uses Alembic": [
        "CREATE TABLE alembic_version (version_num TEXT)",
        "INSERT INTO alembic_version VALUES ('deadbeef')",
        "CREATE TABLE birds (id INTEGER)",
    ],
    "another program, not migrated yet": [
        "CREATE TABLE alembic_version (version_num TEXT)",
        "CREATE TABLE birds (id INTEGER)",
    ],
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_database_of_something_else_is_left_alone(new_database: str, kind: str) -> None:
    _execute(new_database, *FOREIGN[kind])
    for arguments in QUESTIONS:
        ran = CliRunner().invoke(main, ["--db", new_database, *arguments])
        assert (ran.exit_code, ran.stdout) == (2, ""), arguments
        assert "choose another --db" in ran.stderr
    with pytest.raises(NotACatalogError):
        open_or_create(new_database)
    tables = sa.inspect(connect(new_database, pooled=False)).get_table_names()
    assert set(tables) - {"alembic_version"} == {"birds"}


def test_a_path_is_taken_as_it_is(tmp_path: Path, make_database: MakeDatabase) -> None:
    odd = tmp_path / "odd %20 #name?ü & mode=ro.db"
    Path(make_database("sqlite")).rename(odd)
    for name in (str(odd), odd):
        with Catalog(name) as cat, cat.session() as session:
            session.execute(sa.text("INSERT INTO recordings (name, source) VALUES ('x', 'raw')"))
            session.rollback()
            assert cat.recordings.count() == 0
    assert list(tmp_path.glob("*.db")) == [odd]
