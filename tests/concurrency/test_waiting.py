"""A writer waits for the one before it, says so, can be interrupted, and in the end says who was in the way."""

from __future__ import annotations

import logging
import signal
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from catalog import waiting
from catalog.cli import main
from catalog.database import connect
from catalog.models import Recording
from catalog.writing import writing
from ingest.ingesting import ingest_recordings
from ingest.writing.liveness import this_process
from ingest.writing.runs import recorded_run
from tests.concurrency.conftest import Start
from tests.importing.reading import dump, query
from tests.ingesting.worlds import World
from tests.queries.world import WORLD

COMMANDS = (
    ("ingest", "DATA", "--workers", "1"),
    ("select", "gabors", "--where", "label=Gabor"),
    ("remove", str(WORLD.recordings[0]["name"])),
)


@pytest.mark.parametrize("command", COMMANDS, ids=[command[0] for command in COMMANDS])
def test_locked_for_too_long_is_one_sentence(
    films: World, database: str, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    if command[0] == "select" and "://" in database:
        pytest.skip("on PostgreSQL, a selection is written beside others")
    WORLD.fill(connect(database, pooled=False))
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", 0.1)
    arguments = [str(films.folder) if word == "DATA" else word for word in command]
    engine = connect(database, pooled=False)
    with recorded_run(engine, "import", {}) as run:
        before = dump(database)
        with run.writing() as connection:
            connection.execute(sa.update(Recording).values(data_url="other"))
            if engine.dialect.name == "postgresql":
                session = connection.scalar(sa.text("SELECT pg_backend_pid()"))
            ran = CliRunner().invoke(main, ["--db", database, *arguments])
        assert ran.exit_code == 2
        error, *more = ran.stderr.splitlines()
        assert more == []
        assert error.startswith("Error: ")
        assert "is being written by another process, and was so for 0.1 s" in error
        process = this_process()
        assert f"run {run.id}, `import`, process {process['pid']} on {process['host']}, since 20" in error
        if engine.dialect.name == "postgresql":
            assert f"`SELECT pg_terminate_backend({session})` ends it" in error
        assert "nothing was changed: wait until it has ended, or end it, and give the same command again" in error
        after = dump(database)
        assert [row.pop("data_url") for row in after["recordings"]] == ["other"] * len(before["recordings"])
        for row in before["recordings"]:
            del row["data_url"]
        assert after == before


def test_when_no_run_is_on_record_the_file_names_its_users(
    films: World, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", 0.1)
    with writing(connect(database, pooled=False)):
        ran = CliRunner().invoke(main, ["--db", database, "ingest", str(films.folder), "--workers", "1"])
    assert ran.exit_code == 2
    assert "no ingest or import is on record as running" in ran.stderr
    assert f"`fuser {database}`" in ran.stderr or "pg_terminate_backend(" in ran.stderr


def test_who_waits_says_so_and_goes_on(
    films: World, database: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(waiting, "NOTICE_SECONDS", 0.1)
    told = threading.Event()

    class Heard(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.set()

    handler = Heard()
    waiting.logger.addHandler(handler)
    held = threading.Event()

    def hold() -> None:
        with writing(connect(database, pooled=False)):
            held.set()
            told.wait(30)

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert held.wait(30)
        ingest_recordings(database, films.folder, recordings=films.names[:1], workers=1)
    finally:
        told.set()
        other.join()
        waiting.logger.removeHandler(handler)
    assert [record.levelname for record in caplog.records if "waiting for another process" in record.message] == [
        "WARNING"
    ]
    assert len(query(database, "SELECT * FROM recordings")) == 1


IMPATIENT = """
import sys
from catalog import waiting
from catalog.cli import main

waiting.NOTICE_SECONDS = 0.1
main(prog_name="catalog")
"""


def test_waiting_can_be_interrupted(films: World, database: str, start: Start) -> None:
    before = dump(database)
    with writing(connect(database, pooled=False)):
        process = start(IMPATIENT, "--db", database, "ingest", films.folder, "--workers", "1")
        assert process.stderr is not None
        assert "waiting for another process" in process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert out == ""
    assert "Interrupted." in err
    assert "Traceback" not in err
    assert dump(database) == before


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
