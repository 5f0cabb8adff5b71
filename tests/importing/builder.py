"""A small world of published metadata: consistent when written, to be broken in one place by a test."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FIRST = "dynamic11111-2-3-Video-0123456789abcdef0123456789abcdef"
SECOND = "dynamic22222-4-5-Video-fedcba9876543210fedcba9876543210"

VIDEOS: dict[str, tuple[str, list[int], list[str]]] = {
    "v000001": ("NaturalVideo", [0, 100, 300], []),
    "v000002": ("NaturalVideo", [0, 300], []),
    "v000003": ("Gabor", [0, 25, 50], ["s000001", "s000002"]),
    "v000004": ("NaturalImages", [0, 14, 30, 44], ["s000009", "s000003", "s000009"]),
}
"""Label, cuts and segments of each video."""

SEGMENTS = {
    "s000001": ("Gabor", 25),
    "s000002": ("Gabor", 25),
    "s000003": ("NaturalImages", 16),
    "s000009": ("Background", 14),
}

SHOWN: dict[str, dict[int, tuple[str, str]]] = {
    FIRST: {
        0: ("train", "v000001"),
        2: ("final_test_bonus", "v000003"),
        3: ("final_test_bonus", "v000004"),
        7: ("final_test_bonus", "v000003"),
    },
    SECOND: {1: ("oracle", "v000002"), 4: ("train", "v000001"), 5: ("live_test_bonus", "v000003")},
}
"""The trials of each recording: type and video."""

SAMPLES = 324
SIGNALS = ("video", "response", "pupil", "gaze", "locomotion")

Json = dict[str, Any]


class PublishedFolder:
    """Two recordings, four videos and four segments in the published layout."""

    first = FIRST
    second = SECOND

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self) -> PublishedFolder:
        """Write all files."""
        for name in VIDEOS:
            self._write_json(self.video(name), self._video(name))
        for name in SEGMENTS:
            self._write_json(self.segment(name), self._segment(name))
        for recording in SHOWN:
            self._write_recording(recording)
        return self

    # Where the files are.

    def basic(self, recording: str = FIRST) -> Path:
        return self.root / recording / f"meta-basic_{recording}.json"

    def trials(self, recording: str = FIRST, ending: str = ".csv") -> Path:
        return self.root / recording / "trials" / f"meta-trials_{recording}{ending}"

    def neurons(self, recording: str = FIRST, ending: str = ".csv") -> Path:
        return self.root / recording / "neurons" / f"meta-neurons_{recording}{ending}"

    def presentation(self, trial: int, recording: str = FIRST) -> Path:
        return self.root / recording / "videos" / f"{trial}.json"

    def video(self, name: str) -> Path:
        return self.root / "global_meta" / "videos" / f"{VIDEOS[name][0]}-{name}.json"

    def segment(self, name: str) -> Path:
        return self.root / "global_meta" / "segments" / f"{SEGMENTS[name][0]}-{name}.json"

    # How to break them.

    @contextmanager
    def edit_json(self, path: Path) -> Iterator[Json]:
        """Yield a JSON file's object, and write it back as it was left."""
        content = json.loads(path.read_text())
        yield content
        self._write_json(path, content)

    @contextmanager
    def edit_csv(self, path: Path) -> Iterator[list[dict[str, str]]]:
        """Yield a CSV file's rows, and write them back as they were left, with the first row's columns."""
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        yield rows
        self._write_csv(path, rows)

    def replace_text(self, path: Path, old: str, new: str) -> None:
        """Replace a text that stands in the file exactly once."""
        text = path.read_text()
        assert text.count(old) == 1
        path.write_text(text.replace(old, new))

    # What they hold.

    def _write_recording(self, recording: str) -> None:
        animal, session, scan = recording.split("-Video-")[0].removeprefix("dynamic").split("-")
        basic = {
            "animal_id": animal,
            "session": session,
            "scan_idx": scan,
            "n_trials": len(SHOWN[recording]),
            "samples_per_trial": SAMPLES,
            "n_neurons": 3,
            "sampling_freq": 30,
            "dataset_url": "https://example.org/data" if recording == FIRST else None,
            "data_url": f"https://example.org/data/{recording}.zip",
        }
        self._write_json(self.basic(recording), basic)
        self._write_csv(self.trials(recording), [self._trial(recording, trial) for trial in SHOWN[recording]])
        self._write_json(self.trials(recording, ".json"), {"trial": {"description": "Number", "values": {"a": "b"}}})
        self._write_csv(self.neurons(recording), [self._neuron(unit) for unit in (1, 2, 4)])
        self._write_json(self.neurons(recording, ".json"), {"ID": "Unique neuron identifier"})
        for trial in SHOWN[recording]:
            self._write_json(self.presentation(trial, recording), self._presentation(recording, trial))

    def _trial(self, recording: str, trial: int) -> Json:
        kind, video = SHOWN[recording][trial]
        label, cuts, _ = VIDEOS[video]
        frames = dict.fromkeys(SIGNALS, cuts[-1]) | {"pupil": SAMPLES, "locomotion": SAMPLES}
        return {
            "recording": recording,
            "label": label,
            "trial": trial,
            "trial_type": kind,
            "video_ID": video,
            "valid_frames": cuts[-1],
            "valid_trial": True,
            **{f"valid_frames_{signal}": frames[signal] for signal in SIGNALS},
            **{f"valid_{signal}": signal != "locomotion" for signal in SIGNALS},
        }

    def _neuron(self, unit: int) -> Json:
        return {
            "ID": unit,
            "coord_x": -100 * unit,
            "coord_y": 33,
            "coord_z": 200,
            "mean_activation": 1.0 / (unit + 2),
            "min_activation": -2.006628196937754e-09,
            "max_activation": 190.8652801513672,
            "std_activation": 6.649865608356564,
        }

    def _presentation(self, recording: str, trial: int) -> Json:
        kind, video = SHOWN[recording][trial]
        label, cuts, _ = VIDEOS[video]
        starts, ends, n = cuts[:-1], cuts[1:], len(cuts) - 1
        return {
            "recording": recording,
            "trial": str(trial),
            "trial_type": kind,
            "first_label": label,
            "label": label,
            "ID": None,
            "sampling_freq": 30,
            "valid_frames": cuts[-1],
            "peaks": [start - 1 for start in starts[1:]],
            "n_peaks": n - 1,
            "segments_n_peaks": n,
            "segments_bad_n": 0,
            "segments_avg_duration": cuts[-1] / n,
            "segments": {
                "frame_start": starts,
                "frame_end": ends,
                "duration": [end - start for start, end in zip(starts, ends, strict=True)],
                "transition_start": [0] * n,
                "transition_end": [1] * n,
                "max_change": [5.960954815449103 + trial] * n,
                "is_static": [True] * n,
                "intensity_range": [111.45706939697266] * n,
                "margin_left": [1] * n,
                "margin_right": [2] * n,
                "margin_top": [3] * n,
                "margin_bottom": [4] * n,
                "background_color": [3.513725757598877] * n,
                "background_proportion": [0.047827090003384136] * n,
                "is_uniform": [False] * n,
                "bad_properties": [False] * n,
            },
        }

    def _video(self, name: str) -> Json:
        label, cuts, segments = VIDEOS[name]
        content: Json = {
            "label": label,
            "ID": name,
            "valid_frames": cuts[-1],
            "sampling_freq": 30,
            "segments": {
                "frame_start": cuts[:-1],
                "frame_end": cuts[1:],
                "bad_properties": [False] * (len(cuts) - 1),
            },
            "duplicates": {},
        }
        if segments:
            content["segments"]["segment_ID"] = segments
        for recording, shown in SHOWN.items():
            trials = [str(trial) for trial, (_, video) in shown.items() if video == name]
            if trials:
                content["duplicates"][recording] = {"trials": trials, "n": len(trials)}
        return content

    def _segment(self, name: str) -> Json:
        label, frames = SEGMENTS[name]
        content: Json = {"ID": name, "label": label, "sampling_freq": 30, "valid_frames": frames, "duplicates": {}}
        for video, (_, _, segments) in VIDEOS.items():
            places = [index for index, segment in enumerate(segments) if segment == name]
            if places:
                content["duplicates"][video] = {"segment_index": places, "n": len(places)}
        return content

    def _write_json(self, path: Path, content: Json) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=4))

    def _write_csv(self, path: Path, rows: list[dict[str, Any]]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
