"""The torch data set against a bare loop of np.load over the same signals of the same trials."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.measure import show, wall_seconds
from benchmarks.worlds import real_size_recording
from catalog import Catalog
from ingest.ingesting import ingest_recordings

TRIALS = 24
REPEATS = 5


def run(folder: Path) -> None:
    """Measure and print; without PyTorch, say so."""
    what = "trials of the torch data set"
    if find_spec("torch") is None:
        show(what, "not measured", "PyTorch is not installed: make test-torch")
        return
    from torch.utils.data import DataLoader

    from catalog.batches import TrialDataset

    data = real_size_recording(folder / "data", TRIALS)
    ingest_recordings(folder / "catalog.db", data, workers=1)
    with Catalog(folder / "catalog.db") as cat:
        trials = cat.trials.filter(valid_response=True, valid_video=True, valid_locomotion=True)
        recording, numbers = trials.first().recording.name, trials.values("trial")
        dataset = TrialDataset(trials, ("video", "response", "behavior"))
        some = TrialDataset(trials, ("video", "response", "behavior"), neurons=range(0, 7900, 79), window=60)
    folders = [data / recording / "data" / kind for kind in ("videos", "responses", "behavior")]

    def load() -> float:
        return sum(float(np.load(folder / f"{number}.npy")[0].ravel()[0]) for number in numbers for folder in folders)

    def feed() -> float:
        return sum(float(item[name].ravel()[0]) for item in dataset for name in dataset.signals)

    def feed_in_order() -> int:
        return sum(len(item["trial"]) for item in DataLoader(dataset, batch_size=1))

    def feed_windows() -> int:
        return sum(item["n_frames"] for item in some)

    load()
    bare = len(numbers) / wall_seconds(load, REPEATS)
    against = f"np.load ({bare:.0f} trials/s)"
    for name, work in ((what, feed), ("the same through a DataLoader, batches of 1", feed_in_order)):
        fed = len(dataset) / wall_seconds(work, REPEATS)
        limit = "> 0.8 x" if work is feed else ""
        show(name, f"{fed:.0f} trials/s", f"{fed / bare:.2f} x {against}", limit)
    fed = len(some) / wall_seconds(feed_windows, REPEATS)
    show("windows of 60 frames, 100 neurons", f"{fed:.0f} items/s", f"{fed / bare:.1f} x {against}")
