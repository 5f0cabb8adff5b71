"""Raw ingest at real size, files cached, against loading the same files and summing them once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.measure import cpu_seconds, peak_megabytes, show, wall_seconds
from benchmarks.worlds import real_size_recording
from catalog.arrays import deflate
from ingest.batches import in_batches, read_batch
from ingest.ingesting import ingest_recordings
from ingest.reading.layout import RecordingFolder, find_recordings
from ingest.trial import TrialTask

TRIALS = 120
TRIALS_OF_WORKERS = 240
"""Of each of two recordings; that starting the processes takes as long as a dozen trials should not decide."""
TRIALS_OF_A_RECORDING = 715
REPEATS = 5


def run(folder: Path) -> None:
    """Measure and print."""
    show("CRC-32 of files is done by", deflate.library.__name__, "isal.isal_zlib comes with the extra fast")
    for dtype in ("float32", "float64"):
        data = real_size_recording(folder / dtype, TRIALS, dtype=dtype)
        measure_cpu(folder, data, dtype)
        if dtype == "float32":
            measure_again(folder, data)
            measure_memory(folder, data)
        shutil.rmtree(data)
    measure_workers(folder)


def measure_cpu(folder: Path, data: Path, dtype: str) -> None:
    """CPU of one worker: reading alone, and the whole, split into what trials and what a recording cost."""
    (recording,), _ = find_recordings(data)
    half = half_of(recording, folder / f"half-{dtype}")
    n_trials, n_half = len(recording.files), len(recording.files) // 2
    baseline, reading, whole, of_half = least_cpu_seconds(
        lambda: load_and_sum(recording.path),
        lambda: read(recording),
        lambda: ingest(fresh(folder), data),
        lambda: ingest(fresh(folder), half),
    )
    shutil.rmtree(half)
    trial = (whole - of_half) / (n_trials - n_half)
    once = whole - n_trials * trial
    of_all = trial + once / TRIALS_OF_A_RECORDING
    unit = baseline / n_trials
    against = f"np.load and one sum of {dtype} ({1e3 * unit:.1f} ms)"
    show("CPU a trial: read and analyse", f"{1e3 * reading / n_trials:.1f} ms", f"{reading / baseline:.1f} x {against}")
    what = f"CPU a trial: whole ingest of {n_trials} trials"
    show(what, f"{1e3 * whole / n_trials:.1f} ms", f"{whole / baseline:.1f} x {against}")
    show("CPU a trial: what comes with each", f"{1e3 * trial:.1f} ms", f"{trial / unit:.1f} x {against}")
    show("CPU a recording: what comes once", f"{1e3 * once:.0f} ms", f"{once / unit:.0f} x {against}")
    what = f"CPU a trial: of {TRIALS_OF_A_RECORDING} trials, from these"
    show(what, f"{1e3 * of_all:.1f} ms", f"{of_all / unit:.1f} x {against}", "< 6 x")


def least_cpu_seconds(*works: Callable[[], object]) -> list[float]:
    """Return the least CPU time of each of several works, done in turn: others on the machine slow all of them down."""
    for work in works:
        work()
    rounds = [[cpu_seconds(work) for work in works] for _ in range(REPEATS)]
    return [min(times) for times in zip(*rounds, strict=True)]


def measure_again(folder: Path, data: Path) -> None:
    """What a second run costs, when nothing has changed."""
    database = fresh(folder)
    first = wall_seconds(lambda: ingest(database, data))
    again = wall_seconds(lambda: ingest(database, data), repeats=REPEATS)
    checked = wall_seconds(lambda: ingest_recordings(database, data, workers=1, recheck=True), repeats=REPEATS)
    against = f"of the first run ({first:.2f} s)"
    show("second run, nothing changed", f"{1e3 * again:.0f} ms", f"{100 * again / first:.1f} % {against}", "< 2 %")
    show("second run with --recheck", f"{1e3 * checked:.0f} ms", f"{100 * checked / first:.0f} % {against}")


def measure_memory(folder: Path, data: Path) -> None:
    """Peak memory, and what more trials add to it."""
    peak = peak_megabytes(ingest, folder / "memory.db", data)
    (recording,), _ = find_recordings(data)
    half = half_of(recording, folder / "half")
    peak_of_half = peak_megabytes(ingest, folder / "half.db", half)
    shutil.rmtree(half)
    show("peak memory", f"{peak:.0f} MB", f"{peak - peak_of_half:+.0f} MB against half as many trials", "< 600 MB")


def measure_workers(folder: Path) -> None:
    """Wall time of two workers against one, over two recordings; the best of several, as others may use the machine."""
    data = real_size_recording(folder / "two", TRIALS_OF_WORKERS, recordings=2)
    times: dict[int, list[float]] = {1: [], 2: []}
    writing = 0.0
    for _ in range(REPEATS):
        for workers, found in times.items():
            database = fresh(folder)

            def work(database: Path = database, workers: int = workers) -> None:
                ingest_recordings(database, data, workers=workers)

            wall: list[float] = []
            own = cpu_seconds(lambda work=work, wall=wall: wall.append(wall_seconds(work)))  # type: ignore[misc]
            found += wall
            writing = own if workers == 2 else writing
    one, two = (min(found) for found in times.values())
    show("wall time with two workers", f"{two:.2f} s", f"{one / two:.2f} times as fast as with one", "> 1.7 x")
    share = f"{100 * writing / one:.0f} % of one worker's time"
    show("CPU of the process that writes", f"{writing:.2f} s", f"{share}: at most {one / writing:.0f} times as fast")
    shutil.rmtree(data)


def half_of(recording: RecordingFolder, folder: Path) -> Path:
    """Return a copy with every other trial of a recording, whose files share the disk with it."""
    chosen = set(sorted(recording.files)[::2])

    def others(path: str, names: list[str]) -> list[str]:
        return [name for name in names if name.removesuffix(".npy").isdigit() and int(name[:-4]) not in chosen]

    shutil.copytree(recording.path, folder / recording.path.name, copy_function=os.link, ignore=others)
    return folder


def fresh(folder: Path) -> Path:
    """Return a place where no database is."""
    database = folder / "measured.db"
    for path in folder.glob("measured.db*"):
        path.unlink()
    return database


def read(recording: RecordingFolder) -> None:
    """Read and analyse all trials, and keep nothing."""
    name, root = recording.name, recording.path
    tasks = {trial: TrialTask(name, root, trial, files) for trial, files in recording.files.items()}
    for batch in in_batches(recording.files, tasks):
        read_batch(batch)


def ingest(database: Path, data: Path) -> None:
    """Ingest with one worker: the work of which the memory is measured."""
    ingest_recordings(database, data, workers=1)


def load_and_sum(recording: Path) -> float:
    """Load every array of a recording and add it up."""
    return sum(float(np.load(path).sum()) for path in (recording / "data").rglob("*.npy"))
