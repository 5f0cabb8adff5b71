"""A small lab: recordings as files and rows, written in runs; tests change a file or a row of it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from catalog.database import connect
from catalog.models import (
    Base,
    IngestProblem,
    Segment,
    SegmentAlias,
    SegmentSignature,
    Video,
    VideoAlias,
    VideoSegment,
    VideoSignature,
)
from catalog.writing import writing
from ingest.facts import RecordingFacts, TrialFacts
from ingest.writing.recordings import replace_recording
from ingest.writing.runs import finish_run, start_run

FIRST = "dynamic11111-2-3-Video-0123456789abcdef0123456789abcdef"
SECOND = "dynamic22222-4-5-Video-fedcba9876543210fedcba9876543210"

SEGMENTS_OF = {
    "v-own": ("s-own", "s-both"),
    "v-shared": ("s-both",),
    "v-named": ("s-named",),
    "v-film": (),
    "v-new": (),
}
LABELS = {
    "v-own": "Gabor",
    "v-shared": "Gabor",
    "v-named": "RandomDots",
    "v-film": "NaturalVideo",
    "v-new": "PinkNoise",
}


@dataclass
class Shown:
    """One trial: the video, its published name if it has one, and a number that its responses are made of."""

    video: str
    published: str | None = None
    content: int = 0
    valid: bool = True


@dataclass
class Lab:
    """A data folder, a catalog, and what is to be written of each recording."""

    database: str
    data: Path
    trials: dict[str, dict[int, Shown]] = field(default_factory=dict)

    def root(self, recording: str) -> Path:
        return self.data / recording

    def file(self, recording: str, trial: int, kind: str = "responses") -> Path:
        return self.root(recording) / "data" / kind / f"{trial}.npy"

    def take_in(self, *recordings: str) -> int:
        """Write the files and rows of the recordings (of all, by default), in a run; return its number."""
        engine = connect(self.database, pooled=False)
        with writing(engine) as connection:
            run_id = start_run(connection, "ingest", {"data": str(self.data)}, analysis_version="1")
            for name in recordings or self.trials:
                facts = RecordingFacts(name, {"source": "raw", "sampling_freq": 30.0}, roots=[str(self.root(name))])
                facts.neurons = [{"row": row, "unit_id": row + 1, "mean_activation": 1 / 3} for row in range(3)]
                facts.dictionaries = {"trials": {"label": "a class"}}
                for number, shown in self.trials[name].items():
                    _add_video(connection, shown.video)
                    facts.trials.append(self._trial(name, number, shown))
                replace_recording(connection, facts, run_id)
            finish_run(connection, run_id)
        return run_id

    def _trial(self, name: str, number: int, shown: Shown) -> TrialFacts:
        files = []
        for kind, signals in (("responses", ["response"]), ("behavior", ["pupil", "locomotion"])):
            path = self.file(name, number, kind)
            path.parent.mkdir(parents=True, exist_ok=True)
            array = np.full((2, 3), shown.content + number / 7)
            np.save(path, array)
            for row, signal in enumerate(signals):
                files.append(
                    {
                        "signal": signal,
                        "path": str(path.relative_to(self.root(name))),
                        "array_row": row if len(signals) > 1 else None,
                        "bytes": path.stat().st_size,
                        "modified_ns": path.stat().st_mtime_ns,
                        "digest": f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}",
                        "dtype": "float64",
                        "shape": [2, 3],
                    }
                )
        valid = {f"valid_{signal}": shown.valid for signal in ("trial", "video", "response", "pupil", "gaze")}
        columns = {"label": LABELS[shown.video], "trial_type": "train", "video_id": shown.video, "valid_frames": 300}
        columns |= {**valid, "valid_locomotion": True, "published_video_id": shown.published, "peaks": [1, 2]}
        return TrialFacts(number, columns, [SPAN], files)

    def execute(self, statement: Any, *more: Any) -> None:
        with connect(self.database, pooled=False).begin() as connection:
            for one in (statement, *more):
                connection.execute(one)

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        return contents(self.database)


SPAN = {
    "segment_index": 0, "frame_start": 0, "frame_end": 25, "duration": 25, "transition_start": 0, "transition_end": 0,
    "max_change": 0.1, "is_static": False, "intensity_range": 1.5, "margin_left": 0, "margin_right": 0,
    "margin_top": 0, "margin_bottom": 0, "background_color": 127.5, "background_proportion": 0.5, "is_uniform": False,
    "bad_properties": False,
}  # fmt: skip


def _add_video(connection: sa.Connection, video: str) -> None:
    if connection.scalar(sa.select(Video.id).where(Video.id == video)):
        return
    segments = SEGMENTS_OF[video]
    row = {"id": video, "label": LABELS[video], "valid_frames": 300, "n_segments": len(segments), "source": "raw"}
    connection.execute(sa.insert(Video), row)
    connection.execute(sa.insert(VideoAlias), {"alias": f"hash-of-{video}", "video_id": video, "source": "content"})
    packed = {"content_hash": f"hash-of-{video}", "projection": b"\x00\xff", "signature": b"\x01"}
    connection.execute(sa.insert(VideoSignature), {**packed, "video_id": video})
    for index, segment in enumerate(segments):
        if not connection.scalar(sa.select(Segment.id).where(Segment.id == segment)):
            connection.execute(sa.insert(Segment), {"id": segment, "label": LABELS[video], "source": "raw"})
            alias = {"alias": f"published-{segment}", "segment_id": segment, "source": "published"}
            connection.execute(sa.insert(SegmentAlias), alias)
            connection.execute(sa.insert(SegmentSignature), {**packed, "content_hash": segment, "segment_id": segment})
        span = {"frame_start": 25 * index, "frame_end": 25 * index + 25, "bad_properties": False}
        connection.execute(
            sa.insert(VideoSegment), {"video_id": video, "segment_index": index, "segment_id": segment, **span}
        )


def contents(database: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of every table, in an order of their own."""
    engine = connect(database, read_only=True, pooled=False)
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(map(_plain, row)) for row in connection.execute(sa.select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def _plain(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        return json.dumps(value, sort_keys=True)
    return bytes(value) if isinstance(value, memoryview) else value


def problem(recording: str | None, run_id: int = 1) -> Any:
    """Return the statement that records a problem."""
    return sa.insert(IngestProblem).values(
        run_id=run_id, severity="warning", kind="k", topic="t", recording=recording, message="m", action="a"
    )
