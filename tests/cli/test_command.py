"""The command as a whole: which database, which exit code, what goes where, and how light `--help` is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

import catalog.cli.info
from catalog.cli import main
from catalog.cli.commands import ALL
from catalog.cli.fill import _db_option
from tests.cli.conftest import Run
from tests.conftest import MakeDatabase
from tests.importing.builder import PublishedFolder
from tests.ingesting.worlds import World

QUESTIONS = (
    ("info",),
    ("recordings",),
    ("trials",),
    ("videos",),
    ("segments",),
    ("neurons",),
    ("show", "v03"),
    ("sql", "SELECT 1"),
    ("problems",),
    ("db", "current"),
    ("db", "check"),
    ("db", "upgrade"),
)
"""Every command that answers from a database as it is."""
OPENING = (*QUESTIONS, ("select",), ("replay", "name"), ("export", "out", "--format", "published"))
"""Every command that opens a database and does not make one."""


def _commands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for command in ALL:
        found.append((str(command.name),))
        if isinstance(command, click.Group):
            found += [(str(command.name), name) for name in command.commands]
    return found


def _run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a Python of its own."""
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def published_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A little published metadata."""
    return PublishedFolder(tmp_path_factory.mktemp("published") / "metadata").write().root


COMMAND = "from catalog.cli import main; main(prog_name='catalog')"


def test_help_is_light() -> None:
    """SQLAlchemy, pandas and numpy take longer to import than `--help` may take."""
    program = """
import sys
from click.testing import CliRunner
from catalog.cli import main
import json
for arguments in json.loads(sys.argv[1]):
    for option in ("--help", "-h"):
        ran = CliRunner().invoke(main, [*arguments, option])
        assert ran.exit_code == 0, (arguments, ran.output)
        assert ran.output.startswith("Usage: "), arguments
CliRunner().invoke(main, ["--version"])
print([name for name in ("sqlalchemy", "alembic", "pandas", "numpy", "psycopg", "scipy") if name in sys.modules])
"""
    ran = _run(program, json.dumps(_commands()))
    assert ran.stdout == "[]\n", ran.stderr


def test_every_command_is_listed(run: Run) -> None:
    text = run("--help").out
    for command in ALL:
        assert re.search(rf"^  {command.name} +\S", text, re.MULTILINE), command.name
        assert (command.short_help or "").endswith(".")
    for code in range(4):
        assert re.search(rf"^ +{code}  \S", text, re.MULTILINE)


def test_a_wrong_command_or_option_is_usage(run: Run) -> None:
    for arguments in (("trial",), ("--nothing",), ("trials", "--nothing"), ("show",), (), ("db",)):
        ran = run(*arguments)
        assert ran.code == 2, arguments
        assert ran.out == ""
        assert "Usage: catalog" in ran.err
    assert "Did you mean 'trials'?" in run("trial").err


@pytest.mark.parametrize("arguments", QUESTIONS, ids=" ".join)
def test_questions_go_without_messages_and_messages_without_data(
    run: Run, world: str, arguments: tuple[str, ...]
) -> None:
    ran = run("--db", world, *arguments)
    assert ran.code == 0
    if arguments[0] == "db" and arguments[1] != "current":
        assert ran.out == ""
        assert ran.err
    else:
        assert ran.out
        assert ran.err == ""


@pytest.mark.parametrize("arguments", OPENING, ids=" ".join)
def test_a_missing_database_is_not_made(run: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    path = tmp_path / "none.db"
    ran = run("--db", str(path), *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"Error: there is no catalog at {path}; make one with `catalog --db {path} ingest DATA` "
        f"or `catalog --db {path} import METADATA`, or name another one with --db\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", OPENING, ids=" ".join)
def test_what_is_no_catalog_is_told_and_left_alone(run: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    path = tmp_path / "notes.db"
    path.write_text("no database at all\n" * 50)
    ran = run("--db", str(path), *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert f"Error: {path} is not a catalog, nor any SQLite database" in ran.err
    assert path.read_text() == "no database at all\n" * 50


@pytest.mark.parametrize(
    ("database", "message"),
    [
        ("", "an empty database name"),
        (".", "is a folder; expected the catalog's file, such as catalog.db"),
        ("mysql://me:secret@host/name", "unknown database URL 'mysql://me:***@host/name': expected a path"),
        ("nothing://", "unknown database URL"),
        ("postgresql://me:secret@host:port/name", "cannot read the database URL"),
        ("sqlite://", "unknown database URL"),
        ("sqlite:///none.db", "there is no catalog at none.db"),
    ],
)
def test_a_database_that_cannot_be_one(run: Run, database: str, message: str) -> None:
    for arguments in (("info",), ("db", "upgrade"), ("sql", "SELECT 1")):
        ran = run("--db", database, *arguments)
        assert (ran.code, ran.out) == (2, "")
        assert message in ran.err
        assert "secret" not in ran.err


@pytest.mark.parametrize(
    ("database", "message"),
    [
        ("", "an empty database name; expected a path such as catalog.db"),
        ("{here}/", "{here} is a folder; expected the catalog's file, such as {here}/catalog.db"),
        (
            "{here}/none/",
            "{here}/none/ names a folder, which there is not; expected the catalog's file, such as",
        ),
        ("{here}/pipe", "{here}/pipe is a device, a pipe or a socket, which cannot hold a catalog"),
        ("/dev/null", "/dev/null is a device, a pipe or a socket, which cannot hold a catalog"),
        ("{here}/" + 300 * "x", "cannot be looked at (File name too long); choose another --db"),
        pytest.param(
            "/proc/x.db",
            "there is no catalog at /proc/x.db, nor can there be: /proc takes no files",
            marks=pytest.mark.skipif(not Path("/proc/self/mountinfo").exists(), reason="the system has no such folder"),
        ),
    ],
)
@pytest.mark.parametrize(
    "arguments", [("ingest", "data"), ("import", "metadata"), ("info",), ("trials",)], ids=" ".join
)
def test_a_place_where_no_catalog_can_be(
    run: Run,
    films: World,
    published_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    database: str,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data").symlink_to(films.folder)
    Path("metadata").symlink_to(published_folder)
    os.mkfifo("pipe")
    before = set(tmp_path.iterdir())
    ran = run("--db", database.format(here=tmp_path), *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: ")
    assert ran.err.count("\n") == 1
    assert message.format(here=tmp_path) in ran.err
    assert set(tmp_path.iterdir()) == before


@pytest.mark.parametrize("number", ["many", "0", "-1", "2.5"])
def test_a_number_that_is_none(run: Run, tmp_path: Path, number: str) -> None:
    database = tmp_path / "catalog.db"
    ran = run("--db", str(database), "ingest", str(tmp_path), "--workers", number)
    assert (ran.code, ran.out) == (2, "")
    assert f"Invalid value for '--workers': expected a whole number, 1 or more, not '{number}'" in ran.err
    assert not database.exists()


def test_a_server_that_is_not_there_is_told_in_one_sentence(run: Run) -> None:
    ran = run("--db", "postgresql://me:secret@127.0.0.1:1/name", "trials")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: cannot connect to postgresql://me:***@127.0.0.1:1/name: connection to server")
    assert ran.err.count("\n") == 1
    assert "secret" not in ran.err


def test_a_database_that_is_not_on_the_server(run: Run, make_database: MakeDatabase) -> None:
    database = make_database("postgresql", migrated=False).replace("catalog_test_", "no_catalog_test_")
    ran = run("--db", database, "trials")
    assert (ran.code, ran.out) == (2, "")
    assert "make it first, with `createdb`" in ran.err
    assert ran.err.count("\n") == 1


def test_the_driver_of_postgresql_may_be_missing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_arguments: object) -> None:
        raise ModuleNotFoundError("No module named 'psycopg'", name="psycopg")

    monkeypatch.setattr(PGDialect_psycopg, "import_dbapi", none)
    for arguments in (("trials",), ("sql", "SELECT 1"), ("db", "current")):
        ran = run("--db", "postgresql://host/name", *arguments)
        assert (ran.code, ran.out) == (2, "")
        assert "pip install 'sensorium-catalog[postgres]'" in ran.err


def test_the_option_goes_before_the_environment_and_that_before_the_default(
    run: Run, worlds: dict[str, str], database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    count = ("sql", "SELECT COUNT(*) AS n FROM trials", "--format", "csv")
    assert "there is no catalog at catalog.db" in run(*count).err
    shutil.copy(worlds["sqlite"], "catalog.db")
    assert run(*count).out == "n\n160\n"
    monkeypatch.setenv("CATALOG_DB", database)
    assert run(*count).out == "n\n0\n"
    assert run("--db", worlds["postgresql"], *count).out == "n\n160\n"
    monkeypatch.setenv("CATALOG_DB", "")
    assert run(*count).out == "n\n160\n"


def test_an_unexpected_failure_shows_its_traceback_only_when_asked(
    run: Run, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("a bug\nwith two lines")

    monkeypatch.setattr("catalog.describe.summary", fail)
    ran = run("--db", database, "info")
    assert (ran.code, ran.out) == (3, "")
    assert ran.err == "Error: unexpected RuntimeError: a bug (run again with --debug to see where)\n"
    ran = run("--debug", "--db", database, "info")
    assert ran.code == 3
    assert "Traceback (most recent call last)" in ran.err
    ran = run("--debug", "--db", "none.db", "info")
    assert ran.code == 2
    assert "Traceback (most recent call last)" in ran.err


@pytest.mark.parametrize("form", ["table", "csv", "json", "jsonl"])
def test_a_reader_may_leave(worlds: dict[str, str], form: str) -> None:
    """As in `catalog trials | head -1`."""
    many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) SELECT i, i AS j FROM n"
    arguments = ["--db", worlds["sqlite"], "sql", many, "--format", form]
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""


@pytest.mark.parametrize("arguments", [("recordings",), ("recordings", "--format", "csv"), ("info",)], ids=" ".join)
def test_a_reader_may_never_come(worlds: dict[str, str], arguments: tuple[str, ...]) -> None:
    """As in `catalog recordings | true`, where all of the output is still waiting to be written."""
    readable, writable = os.pipe()
    os.close(readable)
    ran = subprocess.run(
        [sys.executable, "-c", COMMAND, "--db", worlds["sqlite"], *arguments],
        stdout=writable, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(writable)
    assert ran.stderr == ""


def test_the_console_command_is_this_one() -> None:
    assert main.name == "main"
    assert shutil.which("catalog", path=str(Path(sys.executable).parent))
    ran = _run(COMMAND, "--version")
    assert ran.stdout == f"sensorium-catalog, version {catalog.__version__}\n"


def test_an_interruption_is_no_success(run: Run, world: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("catalog.catalog.Catalog.__init__", interrupt)
    ran = run("--db", world, "info")
    assert (ran.code, ran.out, ran.err) == (130, "", "Interrupted.\n")


IMPATIENT = """
import os, signal
import catalog.describe

class Last:
    def __del__(self, kill=os.kill, process=os.getpid(), interrupt=signal.SIGINT):
        kill(process, interrupt)

def summary(session):
    raise KeyboardInterrupt

catalog.describe.summary = summary
last = Last()
"""
"""Is interrupted, and once more while Python clears away its modules."""


def test_a_second_interruption_does_not_hide_the_exit_code(worlds: dict[str, str]) -> None:
    ran = _run(IMPATIENT + COMMAND, "--db", worlds["sqlite"], "info")
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", "Interrupted.\n")


def test_the_demo_takes_no_folder_with_something_in_it(run: Run, tmp_path: Path) -> None:
    (tmp_path / "catalog.db").write_text("mine")
    ran = run("demo", str(tmp_path))
    assert (ran.code, ran.out) == (2, "")
    assert f"{tmp_path} is not empty" in ran.err
    assert (tmp_path / "catalog.db").read_text() == "mine"


def test_a_selection_of_everything_is_asked_for(run: Run, world: str) -> None:
    ran = run("--db", world, "select", "typo")
    assert (ran.code, ran.out) == (2, "")
    assert "which trials? Give --where or --all" in ran.err


def test_a_hint_names_the_database_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CATALOG_DB", raising=False)
    assert _db_option("catalog.db") == ""
    assert _db_option("other one.db") == "--db 'other one.db' "
    assert "secret" not in _db_option("postgresql://me:secret@host/name?x=1&y=2")
    monkeypatch.setenv("CATALOG_DB", "postgresql://me:secret@host/name")
    assert _db_option("postgresql://me:secret@host/name") == ""


def test_options_of_all_commands_stand_before_the_command(run: Run) -> None:
    ran = run("trials", "--db", "mine.db")
    assert ran.code == 2
    assert "It stands before the command: catalog --db … trials" in ran.err
