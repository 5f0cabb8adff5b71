"""Ingest that is interrupted: recordings are in whole, or as they were."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest import committing, raw_ingest
from ingest.ingesting import ingest_recordings
from ingest.planning import plan
from ingest.writing import recordings as recordings_module
from tests.importing.reading import query
from tests.ingesting.rows import canonical, differing
from tests.ingesting.worlds import World, replace_file


class CrashError(Exception):
    """What is raised in the middle of things."""


@pytest.fixture
def crash_in(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let a function fail at its second call."""

    def crash(module: Any, name: str, call: int = 2) -> None:
        function, calls = getattr(module, name), []

        def failing(*args: Any, **options: Any) -> Any:
            calls.append(args)
            if len(calls) == call:
                raise CrashError(name)
            return function(*args, **options)

        monkeypatch.setattr(module, name, failing)

    return crash


def names_in(database: str) -> set[str]:
    return {row["name"] for row in query(database, "SELECT name FROM recordings")}


def statuses(database: str) -> list[str]:
    return [row["status"] for row in query(database, "SELECT status FROM ingest_runs ORDER BY id")]


CRASHES = [
    (raw_ingest, "assemble", 2),
    (committing, "identify", 2),
    (committing, "replace_recording", 2),
    (committing, "clear_problems", 2),
    (committing, "write_problems", 2),
    # Trials of the second recording are there already, its neurons are not.
    (recordings_module, "insert_rows", 9),
]


@pytest.mark.parametrize(("module", "name", "call"), CRASHES, ids=[name for _, name, _ in CRASHES])
def test_a_crash_in_the_second_recording_leaves_the_first_whole(
    films: World, database: str, crash_in: Callable[..., None], module: Any, name: str, call: int
) -> None:
    first, *_ = [str(row[0]) for row in plan(database, films.folder)[1]]
    crash_in(module, name, call)
    with pytest.raises(CrashError):
        ingest_recordings(database, films.folder, workers=1)
    assert names_in(database) == {first}
    assert statuses(database) == ["failed"]
    assert len(query(database, "SELECT * FROM trials")) == 2
    after_crash = canonical(database)
    ingest_recordings(database, films.folder, recordings=[first], workers=1)
    # No trace of the second recording is left: no video, no signature, no problem.
    assert differing(canonical(database), after_crash) == {}
    assert len(after_crash["videos"]) == len(after_crash["video_signatures"]) == 2


def test_running_again_completes_to_the_same_rows(
    films: World, both_databases: dict[str, str], crash_in: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed, disturbed = both_databases.values()
    ingest_recordings(undisturbed, films.folder, workers=1)
    crash_in(committing, "replace_recording")
    with pytest.raises(CrashError):
        ingest_recordings(disturbed, films.folder, workers=1)
    monkeypatch.undo()
    ingest_recordings(disturbed, films.folder, workers=1)
    assert differing(canonical(disturbed), canonical(undisturbed)) == {}
    assert statuses(disturbed) == ["failed", "done"]


def test_a_crash_while_replacing_leaves_the_recordings_as_they_were(
    films: World, database: str, crash_in: Callable[..., None], scratch: Path
) -> None:
    copy = films.copy(scratch / "data")
    ingest_recordings(database, copy.folder, workers=1)
    before = canonical(database)
    for path in copy.folder.glob("*/data/videos/*.npy"):
        replace_file(path, path.read_bytes())
    crash_in(recordings_module, "insert_rows", 9)
    with pytest.raises(CrashError):
        ingest_recordings(database, copy.folder, workers=1)
    assert differing(canonical(database), before) == {}
    assert statuses(database) == ["done", "failed"]


def test_an_interrupt_marks_the_run_as_failed(films: World, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(committing, "identify", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ingest_recordings(database, films.folder, workers=1)
    assert statuses(database) == ["failed"]
    assert names_in(database) == set()


def test_a_crash_in_a_worker_process_leaves_nothing_half_done(
    films: World, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Dying:
        """An executor whose second task, the second recording, fails as a killed process does."""

        def __init__(self) -> None:
            self.tasks = 0

        def submit(self, function: Callable[..., Any], task: Any) -> Any:
            from concurrent.futures import Future

            future: Future[Any] = Future()
            self.tasks += 1
            if self.tasks == 2:
                future.set_exception(CrashError("worker"))
            else:
                future.set_result(function(task))
            return future

    with pytest.raises(CrashError):
        ingest_recordings(database, films.folder, executor=Dying(), workers=1)  # type: ignore[arg-type]
    assert len(names_in(database)) == 1
    assert statuses(database) == ["failed"]
