"""Where trials are read: in this process, in processes of our own, or in an executor that the caller brings."""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Workers:
    """Those who read: `executor` is None for this process, and `own` if we made it; `number` read at a time."""

    executor: Executor | None
    number: int
    own: bool = False

    def map(self, function: Callable[[Task], Result], tasks: Iterable[Task]) -> Iterator[Result]:
        """Yield results in the order of the tasks, with a few for each worker under way: results are large."""
        if self.executor is None:
            yield from map(function, tasks)
            return
        under_way: deque[Future[Result]] = deque()
        for task in tasks:
            under_way.append(self._submit(self.executor, function, task))
            if len(under_way) >= 4 * self.number:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()

    def _submit(self, executor: Executor, function: Callable[[Task], Result], task: Task) -> Future[Result]:
        if not self.own:
            return executor.submit(function, task)
        with _interrupts_held_back():
            return executor.submit(_work, function, task)


@contextmanager
def open_workers(executor: Executor | None, number: int | None) -> Iterator[Workers]:
    """Yield the workers: the caller's executor, else `number` processes, by default one for each core."""
    number = number or _cores()
    if executor is not None or number == 1:
        yield Workers(executor, number)
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


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
