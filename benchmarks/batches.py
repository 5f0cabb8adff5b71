"""The torch data set against a bare loop of np.load over the same signals of the same trials."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.measure import best_seconds_by_turns, show
from benchmarks.worlds import real_size_recording
from catalog import Catalog
from ingest.ingesting import ingest_recordings

TRIALS = 24
BATCH = 4
REPEATS = 9


def run(folder: Path) -> None:
    """Measure and print; without PyTorch, say so."""
    what = "trials of the torch data set"
    if find_spec("torch") is None:
        show(what, "not measured", "PyTorch is not installed: make test-torch")
        return
    from torch.utils.data import DataLoader

    from catalog.batches import TrialDataset, collate_trials

    data = real_size_recording(folder / "data", TRIALS)
    ingest_recordings(folder / "catalog.db", data, workers=1)
    with Catalog(folder / "catalog.db") as cat:
        trials = cat.trials.filter(valid_response=True, valid_video=True, valid_locomotion=True)
        recording, numbers = trials.first().recording.name, trials.values("trial")
        dataset = TrialDataset(trials, ("video", "response", "behavior"))
        some = TrialDataset(trials, ("video", "response", "behavior"), neurons=range(0, 7900, 79), n_frames=60)
    folders = [data / recording / "data" / kind for kind in ("videos", "responses", "behavior")]

    def load() -> float:
        total = 0.0
        for number in numbers:
            trial = [np.load(folder / f"{number}.npy") for folder in folders]
            total += sum(values.flat[0] for values in trial)
        return total

    def feed() -> float:
        return sum(float(item[name][(0,) * item[name].ndim]) for item in dataset for name in dataset.signals)

    def feed_batches() -> int:
        return sum(len(batch["trial"]) for batch in DataLoader(dataset, batch_size=BATCH, collate_fn=collate_trials))

    def feed_windows() -> int:
        return sum(item["n_frames"] for item in some)

    def load_batches() -> int:
        batches = [numbers[start : start + BATCH] for start in range(0, len(numbers), BATCH)]
        return sum(
            len(np.stack([np.load(folder / f"{number}.npy") for number in batch]))
            for batch in batches
            for folder in folders
        )

    load()
    for name, unit, count, work, bare, against, limit in (
        (what, "trials", len(dataset), feed, load, "np.load", "> 0.8 x"),
        ("the same in batches of 4", "trials", len(dataset), feed_batches, load_batches, "np.load and np.stack", ""),
        ("windows of 60 frames, 100 neurons", "items", len(some), feed_windows, load, "np.load", ""),
    ):
        seconds, bare_seconds = best_seconds_by_turns(work, bare, REPEATS)
        fed, baseline = count / seconds, len(numbers) / bare_seconds
        show(name, f"{fed:.0f} {unit}/s", f"{fed / baseline:.2f} x {against} ({baseline:.0f} trials/s)", limit)
