"""Published metadata of a catalog's recordings, in the published layout and under published names, to be falsified."""

from __future__ import annotations

import csv
import json
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from catalog.database import connect
from catalog.models import Neuron, Recording, Segment, Trial, TrialSegment, Video, VideoSegment

SIGNALS = ("video", "response", "pupil", "gaze", "locomotion")
DESCRIPTORS = (
    "frame_start", "frame_end", "duration", "transition_start", "transition_end", "max_change", "is_static",
    "intensity_range", "margin_left", "margin_right", "margin_top", "margin_bottom", "background_color",
    "background_proportion", "is_uniform", "bad_properties",
)  # fmt: skip
MEASURED = ("first_label", "label", "peaks", "n_peaks", "segments_n_peaks", "segments_bad_n", "segments_avg_duration")
BASICS = (
    "animal_id", "session", "scan_idx", "n_trials", "samples_per_trial", "n_neurons", "sampling_freq", "dataset_url",
    "data_url",
)  # fmt: skip
NEURONS = (
    "coord_x", "coord_y", "coord_z", "mean_activation", "min_activation", "max_activation", "std_activation",
)  # fmt: skip

Row = dict[str, Any]
Key = tuple[str, int]


class Published:
    """What would be published of the recordings in a catalog: change it, then write it.

    Attributes
    ----------
    names
        The published name of each video and segment ID of the catalog.
    basics, neurons
        Of each recording.
    trials
        By recording and number: columns of `trials`, and the published name under `video_ID`.
    presentations
        The segments measured on each trial.
    videos, segments
        By published name; the segments of a video are under `segments`.
    """

    def __init__(self, database: str, seed: int = 0) -> None:
        rows = _Rows(database)
        numbers = random.Random(seed).sample(range(10**6), len(rows.videos) + len(rows.segments))
        things = [*(("v", row["id"]) for row in rows.videos), *(("s", row["id"]) for row in rows.segments)]
        self.names = {name: f"{kind}{number:06d}" for (kind, name), number in zip(things, numbers, strict=True)}
        self.basics = {row["name"]: {key: row[key] for key in BASICS} for row in rows.recordings}
        self.neurons = {row["name"]: rows.neurons_of(row["id"]) for row in rows.recordings}
        self.trials: dict[Key, Row] = {}
        self.presentations: dict[Key, list[Row]] = {}
        recordings = {row["id"]: row["name"] for row in rows.recordings}
        for row in rows.trials:
            key = recordings[row["recording_id"]], row["trial"]
            self.trials[key] = {**row, "video_ID": self.names[row["video_id"]]}
            self.presentations[key] = rows.measured_on(row["id"])
        self.segments = {self.names[row["id"]]: dict(row) for row in rows.segments}
        self.videos = {
            self.names[row["id"]]: {**row, "segments": rows.parts_of(row["id"], self.names)} for row in rows.videos
        }

    # How to falsify it, and what is told of it.

    def trials_of(self, video: str) -> list[Key]:
        """Return the trials that are published as a video."""
        return sorted(key for key, row in self.trials.items() if row["video_ID"] == video)

    def video_shown(self, label: str, times: int) -> str:
        """Return the first video of a label that is shown so often at least."""
        return min(
            name for name, row in self.videos.items() if row["label"] == label and len(self.trials_of(name)) >= times
        )

    def with_known_errors(self, data: Path) -> None:
        """Make the mistakes that the published files are known to have; `data` holds the raw arrays."""
        for (recording, _), row in self.trials.items():
            row["valid_frames_pupil"] = row["valid_frames_locomotion"] = self.basics[recording]["samples_per_trial"]
        for recording, neurons in self.neurons.items():
            values = [np.load(path) for path in sorted((data / recording / "data" / "responses").glob("*.npy"))]
            samples = np.concatenate(values, axis=1).astype(np.float64)
            samples = samples[:, ~np.isnan(samples).all(axis=0)]
            for neuron, row in zip(neurons, samples, strict=True):
                neuron |= {"mean_activation": row.mean(), "std_activation": row.std()}
                neuron |= {"min_activation": row.min(), "max_activation": row.max()}

    # How it is written.

    def write(self, folder: Path, recordings: list[str] | None = None) -> Path:
        """Write the metadata of the recordings, all by default; return the folder."""
        chosen = set(self.basics if recordings is None else recordings)
        for recording in sorted(chosen):
            self._write_recording(folder / recording, recording)
        shown = {row["video_ID"] for (recording, _), row in self.trials.items() if recording in chosen}
        for name in shown:
            self._write_video(folder / "global_meta" / "videos", name, chosen)
        for name in {part["segment_ID"] for video in shown for part in self.videos[video]["segments"]} - {None}:
            self._write_segment(folder / "global_meta" / "segments", name, shown)
        return folder

    def _write_recording(self, folder: Path, recording: str) -> None:
        _write_json(folder / f"meta-basic_{recording}.json", self.basics[recording])
        keys = sorted(key for key in self.trials if key[0] == recording)
        _write_csv(folder / "trials" / f"meta-trials_{recording}.csv", [self._csv_row(key) for key in keys])
        _write_json(folder / "trials" / f"meta-trials_{recording}.json", {"trial": "Number of the trial"})
        _write_csv(folder / "neurons" / f"meta-neurons_{recording}.csv", self.neurons[recording])
        _write_json(folder / "neurons" / f"meta-neurons_{recording}.json", {"ID": "Unit"})
        for key in keys:
            _write_json(folder / "videos" / f"{key[1]}.json", self._presentation(key))

    def _csv_row(self, key: Key) -> Row:
        row = self.trials[key]
        return {
            "recording": key[0],
            "label": row["label"],
            "trial": key[1],
            "trial_type": row["trial_type"],
            "video_ID": row["video_ID"],
            "valid_frames": row["valid_frames"],
            "valid_trial": row["valid_trial"],
            **{f"valid_frames_{signal}": row[f"valid_frames_{signal}"] for signal in SIGNALS},
            **{f"valid_{signal}": row[f"valid_{signal}"] for signal in SIGNALS},
        }

    def _presentation(self, key: Key) -> Row:
        row = self.trials[key]
        return {
            "recording": key[0],
            "trial": str(key[1]),
            "trial_type": row["trial_type"],
            "ID": row["video_ID"],
            "sampling_freq": self.basics[key[0]]["sampling_freq"],
            "valid_frames": row["valid_frames_video"],
            **{name: row[name] for name in MEASURED},
            "segments": {name: [part[name] for part in self.presentations[key]] for name in DESCRIPTORS},
        }

    def _write_video(self, folder: Path, name: str, recordings: set[str]) -> None:
        video = self.videos[name]
        content = {key: video[key] for key in ("label", "valid_frames", "sampling_freq")} | {"ID": name}
        columns = ["frame_start", "frame_end", "bad_properties"]
        if any(part["segment_ID"] for part in video["segments"]):
            columns.append("segment_ID")
        content["segments"] = {column: [part[column] for part in video["segments"]] for column in columns}
        shown = defaultdict(list)
        for recording, trial in self.trials_of(name):
            if recording in recordings:
                shown[recording].append(str(trial))
        content["duplicates"] = {key: {"trials": trials, "n": len(trials)} for key, trials in shown.items()}
        _write_json(folder / f"{video['label']}-{name}.json", content)

    def _write_segment(self, folder: Path, name: str, videos: set[str]) -> None:
        segment = self.segments[name]
        content = {key: segment[key] for key in ("label", "valid_frames", "sampling_freq")} | {"ID": name}
        places = {}
        for video in sorted(videos):
            found = [i for i, part in enumerate(self.videos[video]["segments"]) if part["segment_ID"] == name]
            if found:
                places[video] = {"segment_index": found, "n": len(found)}
        _write_json(folder / f"{segment['label']}-{name}.json", content | {"duplicates": places})


class _Rows:
    """The rows that are published."""

    def __init__(self, database: str) -> None:
        engine = connect(database, pooled=False)
        with engine.connect() as connection:

            def rows(model: Any) -> list[Row]:
                table = model.__table__
                return [
                    dict(row) for row in connection.execute(sa.select(table).order_by(*table.primary_key)).mappings()
                ]

            self.recordings, self.trials, self.neurons = rows(Recording), rows(Trial), rows(Neuron)
            self.videos, self.segments = rows(Video), rows(Segment)
            self.parts, self.measured = rows(VideoSegment), rows(TrialSegment)

    def neurons_of(self, recording: int) -> list[Row]:
        return [
            {"ID": row["unit_id"], **{name: row[name] for name in NEURONS}}
            for row in self.neurons
            if row["recording_id"] == recording
        ]

    def measured_on(self, trial: int) -> list[Row]:
        return [row for row in self.measured if row["trial_id"] == trial]

    def parts_of(self, video: str, names: dict[str, str]) -> list[Row]:
        return [{**row, "segment_ID": names.get(row["segment_id"])} for row in self.parts if row["video_id"] == video]


def _write_json(path: Path, content: Row) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def _write_csv(path: Path, rows: list[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
