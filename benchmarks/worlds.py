"""Data to measure on: catalogs of made-up rows, raw data of real size, and the published metadata if it is there."""

from __future__ import annotations

import os
import random
import tarfile
from pathlib import Path

from catalog.writing import writing
from ingest.facts import RecordingFacts, TrialFacts
from ingest.simulation import SimulationOptions, simulate
from ingest.simulation.options import Dtype
from ingest.writing.catalogs import open_or_create
from ingest.writing.identities import VIDEOS
from ingest.writing.recordings import replace_recording
from ingest.writing.runs import finish_run, start_run

PUBLISHED = Path(__file__).parents[2] / "shared" / "published-metadata.tar.gz"
SIGNALS = ("video", "response", "pupil", "gaze", "locomotion")
LABELS = ("NaturalVideo",) * 8 + ("Gabor", "PinkNoise", "RandomDots", "GaussianDot", "NaturalImages")
TIERS = ("train", "train", "train", "oracle", "live_test_main", "final_test_main", "final_test_bonus")


def published_metadata(folder: Path) -> Path | None:
    """Unpack the real published metadata and return its folder; None where it is not at hand."""
    if not PUBLISHED.exists():
        return None
    with tarfile.open(PUBLISHED) as archive:
        archive.extractall(folder, filter="data")
    return next(path for path in folder.iterdir() if path.is_dir())


def real_size_recording(folder: Path, trials: int, *, recordings: int = 1, dtype: Dtype = "float32") -> Path:
    """Write recordings with arrays as large as the real ones: 36 x 64 x 300 and more, 7,900 neurons.

    A fifth of the trials show parametric videos; in the real ones it is a quarter.
    """
    options = SimulationOptions(
        recordings=recordings,
        n_neurons=7900,
        train_videos=max(trials - 36, 1),
        test_videos=2,
        test_repeats=2,
        parametric_videos=4,
        parametric_repeats=2,
        dtype=dtype,
        ulp_wander=dtype == "float64",
    )
    simulate(folder, options)
    # Nothing is measured while the system still writes it to disk.
    os.sync()
    return folder


def catalog_of_rows(database: Path, recordings: int = 10, trials: int = 700, neurons: int = 100) -> None:
    """Fill a catalog with made-up rows: as many trials as the real data set."""
    dice = random.Random(0)
    engine = open_or_create(database)
    with writing(engine) as connection:
        run_id = start_run(connection, "ingest", {})
        videos = [f"v{number:016x}" for number in range(2000)]
        labels = {video: dice.choice(LABELS) for video in videos}
        VIDEOS.add(connection, [_video(video, labels[video]) for video in videos])
        for number in range(recordings):
            name = f"dynamic{29000 + number}-1-1-Video-{number:032x}"
            columns = {"sampling_freq": 30.0, "source": "raw", "n_trials": trials, "animal_id": str(29000 + number)}
            facts = RecordingFacts(name, columns)
            facts.trials = [_trial(trial, dice.choice(videos), labels, dice) for trial in range(trials)]
            facts.neurons = [{"row": row, "unit_id": row + 1} for row in range(neurons)]
            replace_recording(connection, facts, run_id)
        finish_run(connection, run_id)
    engine.dispose()


def _video(video: str, label: str) -> dict[str, object]:
    return {"id": video, "label": label, "valid_frames": 300, "sampling_freq": 30.0, "n_segments": 1, "source": "raw"}


def _trial(trial: int, video: str, labels: dict[str, str], dice: random.Random) -> TrialFacts:
    columns: dict[str, object] = {"label": labels[video], "trial_type": dice.choice(TIERS), "video_id": video}
    columns |= {"valid_frames": dice.choice((240, 300, 315, 324)), "valid_trial": True}
    for signal in SIGNALS:
        columns |= {f"valid_frames_{signal}": 300, f"valid_{signal}": dice.random() < 0.9}
    return TrialFacts(trial, columns)
