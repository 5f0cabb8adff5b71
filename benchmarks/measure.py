"""Measuring: CPU and wall time, peak memory, and a line a figure."""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any


def cpu_seconds(work: Callable[[], Any], repeats: int = 1) -> float:
    """Return the median CPU time of this process for one call."""
    return statistics.median(_timed(work, time.process_time) for _ in range(repeats))


def wall_seconds(work: Callable[[], Any], repeats: int = 1) -> float:
    """Return the median wall time of one call."""
    return statistics.median(_timed(work, time.perf_counter) for _ in range(repeats))


def best_seconds_by_turns(work: Callable[[], Any], other: Callable[[], Any], repeats: int) -> tuple[float, float]:
    """Return the least wall time of a call of each, measured by turns: what else the machine does is left out."""
    turns = [(_timed(work, time.perf_counter), _timed(other, time.perf_counter)) for _ in range(repeats)]
    return min(one for one, _ in turns), min(two for _, two in turns)


def _timed(work: Callable[[], Any], clock: Callable[[], float]) -> float:
    start = clock()
    work()
    return clock() - start


def peak_megabytes(work: Callable[..., Any], *arguments: Any) -> float:
    """Return the peak resident memory of a fresh process that does the work."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_report_peak, args=(sender, work, arguments))
    process.start()
    peak: float = receiver.recv()
    process.join()
    return peak


def _report_peak(sender: Any, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    work(*arguments)
    sender.send(_peak_of_this_process())


def _peak_of_this_process() -> float:
    status = Path("/proc/self/status")
    if status.exists():
        # What getrusage tells on Linux begins with the size of the process that started this one.
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1e3
    # macOS counts in bytes, others in kilobytes.
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def show(what: str, figure: str, baseline: str, limit: str = "") -> None:
    """Print one line: what was measured, the figure, what it is compared with, and what it should stay below."""
    print(f"{what:<52} {figure:>14}   {baseline:<44} {limit}", flush=True)
