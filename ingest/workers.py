"""Where trials are read: in this process, in processes of our own, or in an executor that the caller brings."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from numbers import Integral
from typing import Any, Generic, TypeVar

from catalog.errors import InputError, StoppedError

Task = TypeVar("Task")
Result = TypeVar("Result")


UNDER_WAY = 4
"""Tasks for each worker that are under way while somebody takes the results."""

AHEAD = 12
"""Tasks for each worker that are under way while nobody does: enough to read on while a recording is written."""

THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""By what the libraries of linear algebra that numpy is built with are told how many threads to start."""

ENDED = (
    "workers ended before their work was done: they were killed, or their machine has no memory left. "
    "Recordings told of so far are in the catalog; the same command continues with the rest"
)

MOST_AHEAD = 64
"""Tasks in all whose results may wait, unless there are more workers: a batch of trials takes one to two megabytes."""


@dataclass(eq=False)
class _Series(Generic[Task, Result]):
    """A function and the tasks it is called with, in order; the first `begun` were handed to the workers."""

    function: Callable[[Task], Result]
    tasks: Sequence[Task]
    begun: int = 0
    under_way: deque[Future[Result]] = field(default_factory=deque)

    def cancel(self) -> None:
        while self.under_way:
            self.under_way.popleft().cancel()


@dataclass(eq=False)
class Workers:
    """Those who read: `executor` is None for this process, and `own` if we made it; `number` read at a time."""

    executor: Executor | None
    number: int
    own: bool = False
    _now: _Series[Any, Any] | None = None
    _next: _Series[Any, Any] | None = None

    def map(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """Return results in the order of the tasks, with a few for each worker under way: results are large."""
        if self.executor is None:
            return map(function, tasks)
        series: _Series[Task, Result] = _Series(function, list(tasks))
        ahead, self._next = self._next, None
        if ahead is not None and (ahead.function, ahead.tasks) == (series.function, series.tasks):
            series = ahead
        elif ahead is not None:
            ahead.cancel()
        self._now = series
        return self._results(series)

    def prepare(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> None:
        """Tell what `map` will be called with next: workers go on with that when they are done with what is asked now.

        It is a guess: where `map` is called with anything else, that alone counts.
        """
        if self.executor is not None:
            self._next = _Series(function, list(tasks))

    def cancel(self) -> None:
        """Take back what no worker has begun."""
        for series in (self._now, self._next):
            if series is not None:
                series.cancel()

    def _results(self, series: _Series[Task, Result]) -> Iterator[Result]:
        for _ in series.tasks:
            self._begin(series, UNDER_WAY * self.number)
            if self._next is not None and series.begun == len(series.tasks):
                self._begin(self._next, max(2 * self.number, min(AHEAD * self.number, MOST_AHEAD)))
            yield _result(series.under_way.popleft())

    def _begin(self, series: _Series[Task, Result], most: int) -> None:
        while series.begun < len(series.tasks) and len(series.under_way) < most:
            series.under_way.append(self._submit(series.function, series.tasks[series.begun]))
            series.begun += 1

    def _submit(self, function: Callable[[Task], Result], task: Task) -> Future[Result]:
        assert self.executor is not None
        try:
            if not self.own:
                return self.executor.submit(function, task)
            with _interrupts_held_back():
                return self.executor.submit(_work, function, task)
        except (BrokenExecutor, OSError) as error:
            # A pool whose workers have died takes nothing more; while it finds out, its pipes are closed already.
            raise StoppedError(ENDED) from error


def required_workers(number: int | None) -> int:
    """Return how many workers a number stands for: by default one for each core.

    Raises
    ------
    InputError
        It is no whole number, or below 1.
    """
    if number is None:
        return cores()
    if not isinstance(number, Integral) or number < 1:
        raise InputError(f"workers={number!r}: expected a whole number, 1 or more, or None for one for each core")
    return int(number)


def _result(future: Future[Result]) -> Result:
    try:
        return future.result()
    except Exception as error:
        if not isinstance(error, BrokenExecutor | CancelledError) and type(error).__name__ != "KilledWorker":
            raise
        raise StoppedError(ENDED) from error


@contextmanager
def open_workers(executor: Executor | None, number: int | None) -> Iterator[Workers]:
    """Yield the workers: the caller's executor, else `number` processes; see `required_workers`."""
    number = required_workers(number)
    if executor is not None or number == 1:
        crew = Workers(executor, number)
        try:
            yield crew
        finally:
            crew.cancel()
        return
    # Fresh processes: forked ones would share this one's database connections and threads.
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    pool = ProcessPoolExecutor(number, mp_context=context, initializer=_begin_work, initargs=(ours,))
    try:
        yield Workers(pool, number, own=True)
        pool.shutdown()
    except BaseException:
        # What is being read is of no use any more, and nobody shall wait for it.
        theirs.close()
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    finally:
        theirs.close()
        ours.close()


@contextmanager
def _interrupts_held_back() -> Iterator[None]:
    """Hold interrupts back while a process may be started: it would begin with one that was meant for this process."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Duty:
    """What a worker process is at, for the thread that may have to end it."""

    lock = threading.Lock()
    busy = False
    ending = False


def _begin_work(held_open: Connection) -> None:
    """Prepare a worker process: it leaves interrupts to the main process, and ends when that wants no more results."""
    # The library that numpy is built with would start as many threads in each worker as there are cores, and have them
    # spin. Numpy comes with the first task, unless the program that began this imports it; then it is too late.
    if not any(variable in os.environ for variable in THREADS):
        os.environ |= dict.fromkeys(THREADS, "1")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_in_time, args=(held_open,), daemon=True).start()


def _end_in_time(held_open: Connection) -> None:
    # Nothing is ever sent: this returns when the other end is closed, by the main process or by its death.
    held_open.poll(None)
    with _Duty.lock:
        _Duty.ending = True
        if _Duty.busy:
            os._exit(1)
    # Half a result would keep the main process waiting for the rest: as long as it is there, it gets the whole.
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)


def _work(function: Callable[[Task], Result], task: Task) -> Result:
    """Do a task in a worker process, which may be ended while it does it."""
    with _Duty.lock:
        if _Duty.ending:
            os._exit(1)
        _Duty.busy = True
    try:
        return function(task)
    finally:
        with _Duty.lock:
            _Duty.busy = False


def cores() -> int:
    """Return how many cores this process may use, which a scheduler may have made fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
