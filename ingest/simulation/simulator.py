"""The simulator: from options to a folder of recordings."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ingest.simulation.options import SimulationOptions
from ingest.simulation.responses import draw_neurons
from ingest.simulation.sessions import Recording, plan
from ingest.simulation.stimuli import Frames, render
from ingest.simulation.truth import truth
from ingest.simulation.writer import write_metadata, write_trial

__all__ = ["TRUTH_FILE", "simulate"]

TRUTH_FILE = "truth.json"


def simulate(
    folder: Path,
    options: SimulationOptions | None = None,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Write a raw data set of the published layout, one folder a recording, and the truth about it.

    Args:
        folder: where; made if it does not exist.
        options: what; the defaults if None.
        progress: called with (trials written, trials in all), first with 0 and then after each trial.

    Returns:
        The truth, which is also in `folder / "truth.json"`. That file is written last: a folder with one is complete.

    Raises:
        FileExistsError: the folder holds something already.
    """
    folder = Path(folder)
    options = options or SimulationOptions()
    _require_empty(folder)
    folder.mkdir(parents=True, exist_ok=True)
    recordings = plan(options)
    total = sum(len(recording.trials) for recording in recordings)
    done = 0
    if progress:
        progress(done, total)
    for recording in recordings:
        for _ in _write(folder / recording.name, options.seed, recording):
            done += 1
            if progress:
                progress(done, total)
    known = truth(options, recordings)
    (folder / TRUTH_FILE).write_text(json.dumps(known, indent=1) + "\n", encoding="utf-8")
    return known


def _require_empty(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise FileExistsError(f"{folder} is a file: expected a folder that is empty or does not exist")
    if folder.is_dir() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty: expected a folder that is empty or does not exist")


def _write(folder: Path, seed: int, recording: Recording) -> Iterator[int]:
    """Write one recording, trial by trial; yields the number of each trial when it is on disk."""
    neurons = draw_neurons(seed, recording.name, recording.n_neurons)
    write_metadata(folder, recording, neurons)
    # Only what is shown again is kept: memory stays that of a few dozen videos however long the session.
    to_come = Counter(trial.stimulus.name for trial in recording.trials)
    drawn: dict[str, Frames] = {}
    for trial in recording.trials:
        name = trial.stimulus.name
        frames = drawn.pop(name) if name in drawn else render(trial.stimulus, seed)
        to_come[name] -= 1
        if to_come[name]:
            drawn[name] = frames
        write_trial(folder, seed, recording, neurons, trial, frames)
        yield trial.trial
