"""Workers: they go on with what comes next, and end when nobody wants their results, keeping nobody waiting."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import InputError, StoppedError
from ingest.ingesting import ingest_recordings
from ingest.workers import AHEAD, THREADS, UNDER_WAY, Workers, open_workers
from tests.conftest import MakeDatabase
from tests.ingesting.worlds import World

INTERRUPTED = """
from ingest.workers import open_workers

if __name__ == "__main__":
    with open_workers(None, 3) as crew:
        results = crew.map(bytes, [30_000_000] * 24)
        next(results)
        next(results)
        raise KeyboardInterrupt
"""
"""An interrupt while results are under way that do not fit into a pipe."""


@pytest.mark.parametrize("number", [0, -1, 1.5, "many"])
def test_a_number_of_workers_that_is_none(films: World, tmp_path: Path, number: Any) -> None:
    with pytest.raises(InputError, match="expected a whole number, 1 or more, or None for one for each core"):
        ingest_recordings(tmp_path / "catalog.db", films.folder, workers=number)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_waits_for_no_half_result() -> None:
    for _ in range(3):
        command = [sys.executable, "-c", INTERRUPTED]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert "KeyboardInterrupt" in ran.stderr


def test_a_worker_starts_no_threads_for_linear_algebra(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in THREADS:
        monkeypatch.delenv(variable, raising=False)
    tasks = [f"__import__('os').environ.get({variable!r})" for variable in THREADS]
    with open_workers(None, 2) as crew:
        # What is told after numpy is there comes too late.
        assert list(crew.map(eval, ["'numpy' in __import__('sys').modules", *tasks])) == [False, "1", "1", "1"]


def test_how_many_threads_a_worker_has_can_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in THREADS:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    with open_workers(None, 2) as crew:
        # Those of the libraries themselves would count for more.
        assert list(crew.map(os.getenv, THREADS)) == [None, "3", None]


class Noting(ThreadPoolExecutor):
    """An executor that notes what it is asked to do."""

    def __init__(self) -> None:
        super().__init__(1)
        self.asked: list[Any] = []

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
        self.asked.append(arguments[0])
        return super().submit(function, *arguments, **options)


def test_results_come_in_the_order_of_the_tasks() -> None:
    ends = [threading.Event() for _ in range(4)]

    def after_the_next(task: int) -> int:
        assert task == 3 or ends[task + 1].wait(30)
        ends[task].set()
        return task

    with ThreadPoolExecutor(4) as executor, open_workers(executor, 4) as crew:
        assert list(crew.map(after_the_next, range(4))) == [0, 1, 2, 3]


def test_how_many_tasks_are_bounded() -> None:
    # A few, so that workers have something to do, and no more than memory holds: batches of one to two megabytes.
    assert 2 <= UNDER_WAY <= 8
    assert UNDER_WAY < AHEAD <= 32


def test_few_tasks_are_under_way_at_a_time() -> None:
    with Noting() as executor, open_workers(executor, 2) as crew:
        results = crew.map(str, range(50))
        next(results)
        assert executor.asked == list(range(2 * UNDER_WAY))


def test_workers_go_on_with_what_comes_next() -> None:
    with Noting() as executor, open_workers(executor, 1) as crew:
        results = crew.map(str, range(3))
        crew.prepare(str, range(100, 150))
        assert list(results) == ["0", "1", "2"]
        # Nobody takes results now, as while a recording is written.
        assert executor.asked == [0, 1, 2, *range(100, 100 + AHEAD)]
        assert list(crew.map(str, range(100, 150))) == [str(task) for task in range(100, 150)]
        assert executor.asked == [0, 1, 2, *range(100, 150)]


@pytest.mark.parametrize(("function", "tasks"), [(str, range(100, 149)), (repr, range(100, 150))])
def test_a_wrong_guess_at_what_comes_next_counts_for_nothing(function: Callable[[int], str], tasks: range) -> None:
    with ThreadPoolExecutor(1) as executor, open_workers(executor, 1) as crew:
        results = crew.map(str, range(3))
        crew.prepare(lambda task: "wrong", range(100, 150))
        assert list(results) == ["0", "1", "2"]
        crew.prepare(str, range(100, 150))
        assert list(crew.map(function, tasks)) == [str(task) for task in tasks]


def test_what_is_not_begun_is_taken_back() -> None:
    begun, gate = [], threading.Event()

    def begin(task: int) -> None:
        begun.append(task)
        assert task == 0 or gate.wait(30)

    with ThreadPoolExecutor(1) as executor:
        with open_workers(executor, 5) as crew:
            next(crew.map(begin, range(20)))
        gate.set()
    assert len(begun) <= 2


def test_this_process_reads_when_it_is_asked() -> None:
    crew = Workers(None, 1)
    crew.prepare(str, range(3))
    done: list[int] = []
    results = crew.map(done.append, range(3))
    next(results)
    assert done == [0]


def test_a_worker_that_is_killed_is_told_in_words() -> None:
    with pytest.raises(StoppedError, match="the same command continues"), open_workers(None, 2) as crew:
        list(crew.map(_killed, [None]))


def _killed(_: None) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Refusing(ThreadPoolExecutor):
    """An executor that takes no tasks any more."""

    def __init__(self, error: Exception) -> None:
        super().__init__(1)
        self.error = error

    def submit(self, *arguments: Any, **options: Any) -> Any:
        raise self.error


@pytest.mark.parametrize("error", [BrokenProcessPool("a child process died"), OSError("handle is closed")])
def test_workers_that_take_no_tasks_any_more_are_told_in_words(error: Exception) -> None:
    with (
        Refusing(error) as executor,
        pytest.raises(StoppedError, match="workers ended before their work was done"),
        open_workers(executor, 2) as crew,
    ):
        list(crew.map(str, range(3)))


def test_how_to_go_on_is_told_once(lone: World, make_database: MakeDatabase) -> None:
    with Refusing(OSError("handle is closed")) as executor, pytest.raises(StoppedError) as told:
        ingest_recordings(make_database("sqlite"), lone.folder, executor=executor, workers=2)
    assert str(told.value).count("the same command continues") == 1
