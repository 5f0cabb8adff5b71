"""Loading the responses of all trials of some classes of a recording, against plain `np.load` of the same files."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import show
from catalog import Catalog
from ingest.ingesting import ingest_recordings
from ingest.simulation import SimulationOptions, simulate

LABELS = ["GaussianDot", "PinkNoise", "RandomDots"]
REPEATS = 22
"""Of each class, one video: as many trials in all as the real recordings have of Gabors, 66 to 72."""
CHOSEN = 100
TIMES = 7


def run(folder: Path) -> None:
    """Measure and print."""
    data, database = folder / "data", folder / "catalog.db"
    options = SimulationOptions(
        recordings=1, n_neurons=7900, train_videos=1, test_videos=0, parametric_videos=1, parametric_repeats=REPEATS
    )
    simulate(data, options)
    ingest_recordings(database, data)
    with Catalog(database) as cat:
        trials = cat.trials.filter(label=LABELS)
        files = [data / signal.recording / signal.path for signal in trials.responses()]
        rows = np.random.default_rng(0).choice(7900, CHOSEN, replace=False)

        def plain() -> float:
            return sum(float(np.load(file)[0, 0]) for file in files)

        def stacked() -> np.ndarray[Any, Any]:
            return np.stack([np.load(file) for file in files])

        compare("all neurons, in a loop", lambda: _first_of_each(trials.responses()), plain, "< 1.2")
        compare("all neurons, without padding", lambda: _first_of_each(trials.responses(), trim=True), plain, "< 1.2")
        compare(f"{CHOSEN} neurons by row, in a loop", lambda: _first_of_each(trials.responses(rows)), plain, "< 0.25")
        best = cat.neurons.order_by("-mean_activation").limit(CHOSEN)
        compare(f"{CHOSEN} neurons by a query, stacked", lambda: trials.responses(best).stack(), plain, "< 0.25")
        compare("all neurons, stacked, against np.stack", lambda: trials.responses().stack(trim=False), stacked)


def _first_of_each(signals: Any, **options: Any) -> float:
    return sum(float(signal.get_data(**options)[0, 0]) for signal in signals)


def compare(what: str, work: Callable[[], Any], baseline: Callable[[], Any], limit: str = "") -> None:
    """Measure both in turns, so that what else the machine does befalls both, and print the ratio of the medians."""
    work()
    baseline()
    taken, plain = [], []
    for _ in range(TIMES):
        plain.append(_seconds(baseline))
        taken.append(_seconds(work))
    ours, theirs = statistics.median(taken), statistics.median(plain)
    show(f"responses: {what}", f"{1e3 * ours:.0f} ms", f"{ours / theirs:.2f} x np.load ({1e3 * theirs:.0f} ms)", limit)


def _seconds(work: Callable[[], Any]) -> float:
    # CPU time: the files are cached, and what else the machine does is not to be measured.
    start = time.process_time()
    work()
    return time.process_time() - start
