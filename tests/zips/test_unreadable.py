"""Files that the system does not give out: that says nothing about what they hold."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from ingest.ingesting import ingest_recordings
from tests.conftest import MakeDatabase
from tests.importing.reading import dump
from tests.ingesting.rows import canonical, differing, problems
from tests.ingesting.worlds import World, replace_file
from tests.zips.running import changed, failing, ingest, reading, rows


@pytest.mark.parametrize(
    "number", [errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.ENODEV, errno.EMFILE]
)
def test_errors_of_the_system_are_no_statement_about_a_file(
    lone: World, make_database: MakeDatabase, scratch: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, copy = make_database("sqlite"), lone.copy(scratch / "data")
    ingest_recordings(database, copy.folder, workers=1)
    before = rows(database)
    changed(copy)
    with monkeypatch.context() as patched:
        failing(patched, f"videos/{lone.numbers()[-1]}.npy", number)
        report = ingest_recordings(database, copy.folder, workers=1)
    assert report.lost == lone.names
    assert [problem.kind for problem in report.problems] == ["unreachable"]
    assert f"videos/{lone.numbers()[-1]}.npy cannot be read: {os.strerror(number)}" in report.problems[0].message
    assert differing(rows(database), before) == {}
    # The files are put back as they were: what was wrong is on record no more, and nothing is read.
    shutil.rmtree(copy.folder)
    lone.copy(copy.folder)
    found = reading(monkeypatch, lambda task: None)
    assert ingest_recordings(database, copy.folder, workers=1).problems == []
    assert (found, problems(database)) == ([], [])
    assert differing(rows(database), before) == {}


def test_tiers_that_the_system_does_not_give_out_are_not_forgotten(
    lone: World, database: str, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = lone.copy(scratch / "data")
    path = next(copy.folder.glob("dynamic*")) / "meta" / "trials" / "tiers.npy"
    ingest_recordings(database, copy.folder, workers=1)
    before = rows(database)
    replace_file(path, path.read_bytes())
    failing(monkeypatch, "tiers.npy", errno.EIO)
    report = ingest_recordings(database, copy.folder, workers=1)
    assert (report.lost, [problem.kind for problem in report.problems]) == (lone.names, ["unreachable"])
    assert differing(rows(database), before) == {}


def test_what_could_not_be_read_is_tried_again(
    lone: World, database: str, make_database: MakeDatabase, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Permissions leave no mark in a listing."""
    copy, trial = lone.copy(scratch / "data"), lone.numbers()[0]
    with monkeypatch.context() as patched:
        failing(patched, f"behavior/{trial}.npy", errno.EACCES)
        report = ingest_recordings(database, copy.folder, workers=1)
        assert [(problem.kind, problem.trial) for problem in report.problems] == [("unreadable_file", trial)]
        assert ingest_recordings(database, copy.folder, workers=1).unchanged
    found = reading(monkeypatch, lambda task: None)
    assert ingest_recordings(database, copy.folder, workers=1).problems == []
    assert found == [trial]
    afresh = make_database("sqlite")
    ingest_recordings(afresh, copy.folder, workers=1)
    assert differing(canonical(database, without=()), canonical(afresh, without=())) == {}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_a_pipe_keeps_nobody_waiting(lone: World, make_database: MakeDatabase, scratch: Path) -> None:
    copy, trial = lone.copy(scratch / "data"), lone.numbers()[0]
    path = next(copy.folder.glob("dynamic*")) / "data" / "behavior" / f"{trial}.npy"
    path.unlink()
    os.mkfifo(path)
    report = ingest_recordings(make_database("sqlite"), copy.folder, workers=1)
    (problem,) = report.problems
    assert problem.message == f"data/behavior/{trial}.npy cannot be read: it is a pipe or a device"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_that_is_called_a_zip_keeps_nobody_waiting(films: World, database: str, scratch: Path) -> None:
    copy = films.copy(scratch / "data")
    pipe = copy.folder / f"dynamic1-2-3-Video-{'0' * 32}.zip"
    os.mkfifo(pipe)
    assert ingest(database, copy.folder).exit_code == 1
    (problem,) = problems(database)
    assert (problem["kind"], problem["path"]) == ("unreadable_recording", pipe.name)
    assert len(dump(database)["recordings"]) == 3
