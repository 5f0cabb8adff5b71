"""One recording as large as the real ones, files cached: the CPU time of a raw ingest against loading and summing.

Not among those that run by default: it writes 10 GB, which have to fit into memory beside it, and takes minutes.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.ingesting import TRIALS_OF_A_RECORDING, fresh, ingest, least_cpu_seconds, load_and_sum, read
from benchmarks.measure import show
from benchmarks.worlds import real_size_recording
from ingest.reading.layout import find_recordings


def run(folder: Path) -> None:
    """Measure and print."""
    data = real_size_recording(folder / "data", TRIALS_OF_A_RECORDING)
    (recording,), _ = find_recordings(data)
    n_trials = len(recording.files)
    baseline, reading, whole = least_cpu_seconds(
        lambda: load_and_sum(recording.path), lambda: read(recording), lambda: ingest(fresh(folder), data)
    )
    against = f"np.load and one sum of float32 ({1e3 * baseline / n_trials:.1f} ms)"
    show("CPU a trial: read and analyse", f"{1e3 * reading / n_trials:.1f} ms", f"{reading / baseline:.1f} x {against}")
    what = f"CPU a trial: whole ingest of {n_trials} trials"
    show(what, f"{1e3 * whole / n_trials:.1f} ms", f"{whole / baseline:.1f} x {against}", "< 6 x")
