"""A small world with everything that makes databases disagree: missing values, odd text, halves and huge numbers.

It is made of plain dictionaries, so that a test can find out without any database what an answer must be.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine

from catalog.models import (
    SIGNALS,
    ArrayFile,
    Base,
    IngestProblem,
    IngestRun,
    Neuron,
    Recording,
    RecordingRoot,
    Segment,
    SegmentAlias,
    Trial,
    TrialSegment,
    Video,
    VideoAlias,
    VideoSegment,
)

Row = dict[str, Any]

TEXTS = (
    "Gabor", "gabor", "GABOR", "Gabor ", "", " ", "50%_off", "50%", "%", "_", "a_b", "axb", "a%b", "it's", 'say "so"',
    "back\\slash", "naïve", "nai\u0308ve", "Ünïcode", "ünïcode", "ß", "日本語", "\uff21", "\U0001f600",
    "tab\tnew\nline", "null", "NULL", "None", "nan", "300", "0", "true", "A", "B", "a", "b", "Z", "z", "é", "-",
    ",", "[", "x,y", ":name",
)  # fmt: skip
"""Text that case folding, LIKE, a locale's order, UTF-16 or a careless quote would take for something else."""

FLOATS = (0.0, 0.1, 0.1 + 0.2, 0.3, 1 / 3, 2.5, 300.0, 299.5, -5.5, 1e-300, 1e300, 2.0**53, float("inf"), None)
WHOLE = (0, 1, 2, 299, 300, 301, 2**31 - 1, None)

RECORDINGS = (
    "dynamic29513-3-5-Video-8744edeac3b4d1ce16b680916b5267ce",
    "dynamic29514-2-9-Video-9b4f6a1a067fe51e15306b9628efea20",
    'Zebra_100%\'s "Ünïcode" \U0001f600',
    "alpha",
)
LABELS = ("Gabor", "NaturalVideo", "RandomDots", "gabor", "50%_off", "Ünïcode")
TIERS = ("train", "oracle", "live_test_main", "Train", "", None)


@dataclass(frozen=True)
class World:
    """The rows of each table, as they go into the database."""

    runs: list[Row]
    problems: list[Row]
    recordings: list[Row]
    roots: list[Row]
    videos: list[Row]
    video_aliases: list[Row]
    segments: list[Row]
    segment_aliases: list[Row]
    video_segments: list[Row]
    trials: list[Row]
    trial_segments: list[Row]
    files: list[Row]
    neurons: list[Row]

    def fill(self, engine: Engine) -> None:
        """Write every row."""
        tables: tuple[tuple[type[Base], list[Row]], ...] = (
            (IngestRun, self.runs),
            (IngestProblem, self.problems),
            (Recording, self.recordings),
            (RecordingRoot, self.roots),
            (Video, self.videos),
            (VideoAlias, self.video_aliases),
            (Segment, self.segments),
            (SegmentAlias, self.segment_aliases),
            (VideoSegment, self.video_segments),
            (Trial, self.trials),
            (TrialSegment, self.trial_segments),
            (ArrayFile, self.files),
            (Neuron, self.neurons),
        )
        with engine.begin() as connection:
            for model, rows in tables:
                connection.execute(sa.insert(model), rows)
                if engine.dialect.name == "postgresql" and isinstance(rows[0].get("id"), int):
                    # Its counters do not see IDs that are given.
                    counter = sa.func.pg_get_serial_sequence(str(model.__tablename__), "id")
                    connection.execute(sa.select(sa.func.setval(counter, len(rows))))

    def recording_name(self, row: Row) -> str:
        """Return the name of the recording that a row belongs to."""
        return next(str(r["name"]) for r in self.recordings if r["id"] == row["recording_id"])

    def overview(self) -> list[Row]:
        """Return the rows of the view `trial_overview`."""
        return [{"recording": self.recording_name(trial), **trial} for trial in self.trials]

    def presentations(self) -> list[Row]:
        """Return the rows of the view `segment_overview`, by the slow way of looking at every pair of rows."""
        segments = {segment["id"]: segment for segment in self.segments}
        videos = {video["id"]: video for video in self.videos}
        measured = {(row["trial_id"], row["segment_index"]): row for row in self.trial_segments}
        return [
            {
                "segment_id": part["segment_id"],
                "segment_label": segments[part["segment_id"]]["label"],
                "video_id": trial["video_id"],
                "video_label": videos[trial["video_id"]]["label"],
                "recording": self.recording_name(trial),
                "trial": trial["trial"],
                "segment_index": part["segment_index"],
                "frame_start": measured.get((trial["id"], part["segment_index"]), part)["frame_start"],
                "frame_end": measured.get((trial["id"], part["segment_index"]), part)["frame_end"],
                "trial_type": trial["trial_type"],
                "trial_id": trial["id"],
            }
            for trial in self.trials
            for part in self.video_segments
            if part["video_id"] == trial["video_id"] and part["segment_id"] is not None
        ]


def make_world() -> World:
    """Return the world; the same each time."""
    rng = random.Random(20)
    run = {
        "id": 1, "command": "import", "status": "done", "started_at": datetime(2024, 5, 17, 12, 30, tzinfo=UTC),
        "finished_at": None, "version": "0.1.0", "analysis_version": "1", "parameters": {"workers": 2},
        "input_digest": None,
    }  # fmt: skip
    recordings = [
        {
            "id": i + 1, "name": name, "animal_id": rng.choice(["29513", "17797", None]), "session": "3",
            "scan_idx": None if i == 2 else str(i), "sampling_freq": None if i == 3 else 30.0 + i / 3,
            "samples_per_trial": 324 if i else None, "n_trials": 40, "n_neurons": 30, "dataset_url": None,
            "data_url": TEXTS[i + 6], "source": "raw" if i else "published", "run_id": 1,
        }
        for i, name in enumerate(RECORDINGS)
    ]  # fmt: skip
    segments = [
        {
            "id": f"s{i:02d}{TEXTS[i] if i > 3 else ''}", "label": LABELS[i % 3], "valid_frames": 25 + i if i else None,
            "sampling_freq": 30.0, "source": "raw",
        }
        for i in range(10)
    ]  # fmt: skip
    videos = [
        {
            "id": f"v{i:02d}{TEXTS[-i] if i > 6 else ''}", "label": LABELS[i % len(LABELS)],
            "valid_frames": None if i == 5 else 300 + i % 3, "sampling_freq": rng.choice(FLOATS),
            "n_segments": i % 4, "source": "published" if i % 2 else "raw",
        }
        for i in range(14)
    ]  # fmt: skip
    video_segments = [
        {
            "video_id": video["id"], "segment_index": index, "frame_start": 75 * index, "frame_end": 75 * index + 70,
            "bad_properties": index == 2,
            "segment_id": None if video["label"] == "NaturalVideo" else rng.choice(segments[:8])["id"],
        }
        for video in videos
        for index in range(video["n_segments"])
    ]  # fmt: skip
    trials = [_trial(rng, n, videos) for n in range(160)]
    trial_segments = [
        _descriptors(trial, part)
        for trial in trials
        for part in video_segments
        if part["video_id"] == trial["video_id"] and trial["id"] % 3
    ]
    return World(
        runs=[run],
        problems=[
            {
                "id": i + 1, "run_id": 1, "severity": severity, "kind": f"kind-{i}", "topic": "files",
                "recording": RECORDINGS[i], "trial": 2 if i else None, "signal": None, "path": "odd, \"path\".npy",
                "message": "it is,\n\"odd\"", "action": "left out",
            }
            for i, severity in enumerate(("error", "warning", "notice"))
        ],
        recordings=recordings,
        roots=[{"id": 1, "recording_id": 1, "path": "/data/one"}],
        videos=videos,
        video_aliases=[
            *({"alias": f"v65720{i}", "video_id": video["id"], "source": "published"} for i, video in
              enumerate(videos)),
            {"alias": "c0ffee" * 8, "video_id": "v03", "source": "content"},
        ],
        segments=segments,
        segment_aliases=[
            {"alias": f"s00428{i}", "segment_id": segment["id"], "source": "published"}
            for i, segment in enumerate(segments)
        ],
        video_segments=video_segments,
        trials=trials,
        trial_segments=trial_segments,
        files=[
            {
                "trial_id": 1, "signal": signal, "path": f"data/{signal}/0.npy", "array_row": None, "bytes": 2**40,
                "modified_ns": 10**18, "digest": "d", "dtype": "float32", "shape": [2, 324],
            }
            for signal in ("pupil", "video")
        ],
        neurons=[
            {
                "recording_id": 1 + n % 4, "row": n // 4, "unit_id": n if n % 7 else None, "coord_x": rng.choice(WHOLE),
                "coord_y": -n, "coord_z": 200 + 25 * (n % 10), "mean_activation": rng.choice(FLOATS),
                "std_activation": abs(rng.choice(FLOATS) or 0.0), "min_activation": rng.choice(FLOATS),
                "max_activation": rng.choice(FLOATS),
            }
            for n in range(120)
        ],
    )  # fmt: skip


def _trial(rng: random.Random, n: int, videos: list[Row]) -> Row:
    video = None if n % 13 == 12 else rng.choice(videos[:12])
    return {
        "id": n + 1, "recording_id": 1 + n % 4, "trial": 2 * (n // 4),
        "label": video["label"] if video else None, "trial_type": rng.choice(TIERS),
        "video_id": video["id"] if video else None, "valid_frames": rng.choice(WHOLE),
        "valid_trial": rng.random() < 0.7,
        **{f"valid_frames_{signal}": rng.choice(WHOLE) for signal in SIGNALS},
        **{f"valid_{signal}": rng.random() < 0.7 for signal in SIGNALS},
        "first_label": rng.choice([*TEXTS, None]),
        "peaks": None if n % 5 == 0 else [n, 24, 49],
        "n_peaks": rng.choice(WHOLE), "segments_n_peaks": rng.choice(WHOLE), "segments_bad_n": rng.choice(WHOLE),
        "segments_avg_duration": rng.choice(FLOATS), "video_hash": rng.choice([*TEXTS, None]),
        "published_video_id": rng.choice([*TEXTS, None]),
    }  # fmt: skip


def _descriptors(trial: Row, part: Row) -> Row:
    start = part["frame_start"] + trial["id"] % 2
    return {
        "trial_id": trial["id"], "segment_index": part["segment_index"], "frame_start": start, "frame_end": start + 69,
        "duration": 69, "transition_start": 0, "transition_end": 1, "max_change": 0.1, "is_static": False,
        "intensity_range": 254.5, "margin_left": 0, "margin_right": 0, "margin_top": 3, "margin_bottom": 3,
        "background_color": 127.5, "background_proportion": 1 / 3, "is_uniform": True, "bad_properties": False,
    }  # fmt: skip


WORLD = make_world()
