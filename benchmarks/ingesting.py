"""Raw ingest at real size with one worker, files cached, against loading the same files and summing them once."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.measure import cpu_seconds, peak_megabytes, show, wall_seconds
from benchmarks.worlds import real_size_recording
from ingest.ingesting import ingest_recordings
from ingest.reading.layout import find_recordings
from ingest.trial import TrialTask, read_trial

TRIALS = 40


def run(folder: Path) -> None:
    """Measure and print."""
    data = real_size_recording(folder / "data", TRIALS)
    (recording,), _ = find_recordings(data)
    n_trials = len(recording.files)
    load_and_sum(recording.path)
    baseline = cpu_seconds(lambda: load_and_sum(recording.path)) / n_trials
    tasks = [TrialTask(recording.name, recording.path, trial, files) for trial, files in recording.files.items()]
    trial = cpu_seconds(lambda: [read_trial(task) for task in tasks]) / n_trials
    whole = cpu_seconds(lambda: ingest_recordings(folder / "whole.db", data, workers=1)) / n_trials
    against = f"np.load and one sum ({1e3 * baseline:.1f} ms)"
    show("CPU a trial: read and analyse", f"{1e3 * trial:.1f} ms", f"{trial / baseline:.1f} x {against}")
    show("CPU a trial: whole ingest", f"{1e3 * whole:.1f} ms", f"{whole / baseline:.1f} x {against}", "< 40 ms")
    one = wall_seconds(lambda: ingest_recordings(folder / "one.db", data, workers=1))
    two = wall_seconds(lambda: ingest_recordings(folder / "two.db", data, workers=2))
    show("wall time with two workers", f"{two:.2f} s", f"{one / two:.2f} times as fast as with one")
    peak = peak_megabytes(ingest, folder / "memory.db", data)
    few = real_size_recording(folder / "few", TRIALS // 2)
    peak_of_few = peak_megabytes(ingest, folder / "few.db", few)
    show("peak memory", f"{peak:.0f} MB", f"{peak - peak_of_few:+.0f} MB against half as many trials", "< 600 MB")


def ingest(database: Path, data: Path) -> None:
    """Ingest with one worker: the work of which the memory is measured."""
    ingest_recordings(database, data, workers=1)


def load_and_sum(recording: Path) -> float:
    """Load every array of a recording and add it up."""
    return sum(float(np.load(path).sum()) for path in (recording / "data").rglob("*.npy"))
