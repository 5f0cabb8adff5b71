"""A small catalog with everything that a table can hold, and its rows as a reader should see them."""

from __future__ import annotations

import json
import math
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from catalog import Catalog
from catalog.dictionary import TABLES
from catalog.exports.exporting import export_catalog
from catalog.exports.options import ExportOptions, ExportReport
from catalog.exports.tables import LEFT_OUT
from catalog.models import (
    ArrayFile,
    Base,
    IngestProblem,
    IngestRun,
    Neuron,
    Recording,
    RecordingRoot,
    Segment,
    SegmentAlias,
    Selection,
    SelectionTrial,
    Trial,
    Video,
    VideoAlias,
    VideoSegment,
    VideoSignature,
)
from ingest.importing import import_metadata
from tests.importing.builder import FIRST, PublishedFolder

NOON = datetime(2026, 4, 30, 12, 0, 0, 250_000, tzinfo=UTC)
VIDEO, VIDEO_PUBLISHED = "v0123456789abcdef", "v000777"
SEGMENT, SEGMENT_PUBLISHED = "s0123456789abcdef", "s000888"
AWKWARD = 'a "quoted" text, with a comma,\nanother line,\r\nand µ²'

VIEWS = {"trial_overview": ("id",), "segment_overview": ("trial_id", "segment_index")}


def fill(database: str, folder: Path) -> None:
    """Import the small published folder, and add what only raw data brings, problems, and awkward values."""
    metadata = PublishedFolder(folder / "metadata").write()
    import_metadata(database, metadata.root)
    with Catalog(database) as cat, cat.session() as session:
        session.execute(sa.update(IngestRun).values(started_at=NOON, finished_at=NOON))
        recording = session.scalars(sa.select(Recording).where(Recording.name == FIRST)).one()
        session.add(RecordingRoot(recording_id=recording.id, path=str(folder / "data" / FIRST)))
        session.add(IngestRun(id=7, **_failed_run(folder)))
        session.add_all([Video(**_content(VIDEO), n_segments=1), Segment(**_content(SEGMENT))])
        session.flush()
        session.add_all(_names())
        session.add_all(_problems(folder))
        session.add(Trial(id=900, recording_id=recording.id, trial=50, **_nothing_valid()))
        session.add(Trial(id=901, recording_id=recording.id, trial=51, video_id=VIDEO, **_nothing_valid()))
        session.add(Neuron(recording_id=recording.id, row=9, max_activation=math.inf, mean_activation=0.1 + 0.2))
        session.flush()
        session.add_all(_files())
        session.add(Selection(**_selection()))
        session.flush()
        session.add(SelectionTrial(selection="gabors", recording=FIRST, trial=51, video_id=VIDEO, **_nothing_valid()))
        session.commit()


def _failed_run(folder: Path) -> dict[str, Any]:
    return {
        "command": "ingest",
        "status": "failed",
        "started_at": NOON,
        "finished_at": None,
        "version": "0.1.0",
        "analysis_version": "3",
        "parameters": {"data": str(folder / "data"), "recordings": [FIRST]},
    }


def _content(name: str) -> dict[str, Any]:
    return {"id": name, "label": "Gabor", "valid_frames": 25, "sampling_freq": None, "source": "raw"}


def _names() -> list[Any]:
    return [
        VideoAlias(alias=VIDEO_PUBLISHED, video_id=VIDEO, source="published"),
        VideoAlias(alias="v000999", video_id=VIDEO, source="published"),
        VideoAlias(alias="vfedcba9876543210", video_id=VIDEO, source="content"),
        SegmentAlias(alias=SEGMENT_PUBLISHED, segment_id=SEGMENT, source="published"),
        VideoSegment(
            video_id=VIDEO, segment_index=0, frame_start=0, frame_end=25, bad_properties=False, segment_id=SEGMENT
        ),
        VideoSignature(content_hash=VIDEO, video_id=VIDEO, projection=b"\x00", signature=b"\x01"),
    ]


def _problems(folder: Path) -> list[IngestProblem]:
    told: dict[str, Any] = {"run_id": 7, "kind": "unreadable", "topic": "files", "recording": FIRST}
    return [
        IngestProblem(**told, severity="error", message=AWKWARD, action="", path="", trial=50, signal="video"),
        IngestProblem(**told, severity="warning", message=f"cannot read {folder}/data/x.npy", action="left out"),
        IngestProblem(**told, severity="warning", message=f"{folder}/data2 is no folder of ours", action="none"),
    ]


def _nothing_valid() -> dict[str, Any]:
    flags = ("valid_trial", *(f"valid_{name}" for name in ("video", "response", "pupil", "gaze", "locomotion")))
    return dict.fromkeys(flags, False)


def _selection() -> dict[str, Any]:
    told = {"name": "gabors", "conditions": ["label=Gabor", "valid_response=true"], "digest": "cd" * 32}
    return told | {
        "n_trials": 1,
        "created_at": NOON,
        "run_id": 7,
        "schema_revision": "0003_selections",
        "version": "0.1.0",
    }


def _files() -> list[ArrayFile]:
    told: dict[str, Any] = {"trial_id": 900, "bytes": 2**40, "modified_ns": 1_777_777_777_123_456_789}
    told |= {"digest": "ab" * 32, "dtype": "<f4", "shape": [36, 64, 324]}
    return [
        ArrayFile(**told, signal="video", path="data/videos/50.npy"),
        ArrayFile(**told, signal="pupil", path="data/behavior/50.npy", array_row=0),
    ]


class Exported:
    """A filled catalog and its export."""

    def __init__(self, database: str, base: Path, form: str) -> None:
        self.database, self.base, self.folder = database, base, base / "out"
        fill(database, base)
        self.report = export(database, self.folder, form)


def refuse_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every attempt of Python code to reach the network fail."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a validator asks the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def content_of(folder: Path) -> dict[str, bytes]:
    """Return the bytes of each file."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def export(database: str, folder: Path, form: str, **options: Any) -> ExportReport:
    """Export through the public door."""
    with Catalog(database, read_only=True) as cat:
        return export_catalog(cat, folder, form, ExportOptions(**options))


def stored(database: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every table and view that exports hold, as the database has them, by the key's order."""
    found = {}
    with Catalog(database, read_only=True) as cat, cat.session() as session:
        for name in TABLES.keys() - LEFT_OUT.keys():
            table = Base.metadata.tables[name]
            found[name] = [dict(row) for row in session.execute(table.select().order_by(*table.primary_key)).mappings()]
        for name, key in VIEWS.items():
            rows = session.execute(sa.text(f"SELECT * FROM {name} ORDER BY {', '.join(key)}")).mappings()
            found[name] = [_typed(dict(row)) for row in rows]
    return found


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    """Return a view's row as PostgreSQL gives it: SQLite knows no types for what comes out of raw SQL."""
    if isinstance(row.get("peaks"), str):
        row["peaks"] = json.loads(row["peaks"])
    return {
        name: bool(value) if name.startswith("valid_") and "frames" not in name else value
        for name, value in row.items()
    }


def plain(value: Any) -> Any:
    """Return a value, from the database or as a library has read it, in the form in which both can be compared."""
    if isinstance(value, bytes):
        value = value.decode()
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if value is None or (not isinstance(value, (list, dict)) and pd.isna(value)):
        return None
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, str) and value.startswith(("[", "{")):
        return json.loads(value)
    return value


def without_folders(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows without the columns whose folders an export hides."""
    return [{k: v for k, v in row.items() if k not in ("parameters", "message", "path")} for row in rows]


def descriptor(path: Path) -> dict[str, Any]:
    """Return what a descriptor says."""
    content: dict[str, Any] = json.loads(path.read_text())
    return content


@contextmanager
def edited(path: Path) -> Iterator[dict[str, Any]]:
    """Yield a descriptor, and write it back as it was left."""
    content = descriptor(path)
    yield content
    path.write_text(json.dumps(content))
