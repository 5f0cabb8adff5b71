"""The global folder: a file for each video and each segment, with where they were shown."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.exports.published.files import Groups, Json, frequency, safe_name, segment_lists, write_json
from catalog.exports.published.names import Names
from catalog.models import Recording, Segment, Trial, Video, VideoSegment

FOLDER = "global_meta"
LISTS = {name: name for name in ("frame_start", "frame_end", "bad_properties")}
ROWS_AT_ONCE = 1000


def write_stimuli(session: Session, folder: Path, names: Names, counts: Counter[str], found: Counter[str]) -> None:
    """Write the files of all videos and segments; count them, and in `found` the segments that are lacking."""
    for subfolder in ("videos", "segments"):
        (folder / FOLDER / subfolder).mkdir(parents=True)
    _write_videos(session, folder / FOLDER / "videos", names, counts, found)
    _write_segments(session, folder / FOLDER / "segments", names, counts)


def _rows(session: Session, statement: sa.Executable) -> sa.Result[Any]:
    return session.execute(statement.execution_options(yield_per=ROWS_AT_ONCE))


def _write_videos(session: Session, folder: Path, names: Names, counts: Counter[str], found: Counter[str]) -> None:
    part = VideoSegment
    parts = sa.select(
        part.video_id, part.segment_index, part.frame_start, part.frame_end, part.bad_properties, part.segment_id
    ).order_by(part.video_id, part.segment_index)
    shown = (
        sa.select(Trial.video_id, Recording.name, Trial.trial)
        .join(Recording, Recording.id == Trial.recording_id)
        .where(Trial.video_id.is_not(None))
        .order_by(Trial.video_id, Recording.name, Trial.trial)
    )
    segments, trials = Groups(_rows(session, parts)), Groups(_rows(session, shown))
    for video in _rows(session, sa.select(Video.__table__).order_by(Video.id)).mappings():
        rows = [{**row._mapping, "segment_id": names.segment(row[-1])} for row in segments.of(video["id"])]  # type: ignore[attr-defined]
        # Scenes of natural videos have no IDs, and their files no list of them.
        columns = LISTS | ({"segment_ID": "segment_id"} if any(row["segment_id"] for row in rows) else {})
        lists, lacking = segment_lists(rows, columns, video["n_segments"])
        found["no_segment"] += lacking
        content: Json = {
            "label": video["label"],
            "ID": names.video(video["id"]),
            "valid_frames": video["valid_frames"],
            "sampling_freq": frequency(video["sampling_freq"]),
            "segments": lists,
            "duplicates": {},
        }
        for _, recording, trial in trials.of(video["id"]):
            content["duplicates"].setdefault(recording, {"trials": []})["trials"].append(str(trial))
        _write(folder, content, "trials")
        counts.update(videos=1, files=1)


def _write_segments(session: Session, folder: Path, names: Names, counts: Counter[str]) -> None:
    part = VideoSegment
    places = (
        sa.select(part.segment_id, part.video_id, part.segment_index)
        .where(part.segment_id.is_not(None))
        .order_by(part.segment_id, part.video_id, part.segment_index)
    )
    occurrences = Groups(_rows(session, places))
    for segment in _rows(session, sa.select(Segment.__table__).order_by(Segment.id)).mappings():
        content: Json = {
            "ID": names.segment(segment["id"]),
            "label": segment["label"],
            "sampling_freq": frequency(segment["sampling_freq"]),
            "valid_frames": segment["valid_frames"],
            "duplicates": {},
        }
        for _, video, index in occurrences.of(segment["id"]):
            entry = content["duplicates"].setdefault(names.video(video), {"segment_index": []})
            entry["segment_index"].append(index)
        _write(folder, content, "segment_index")
        counts.update(segments=1, files=1)


def _write(folder: Path, content: Json, listed: str) -> None:
    for entry in content["duplicates"].values():
        entry["n"] = len(entry[listed])
    write_json(folder / f"{safe_name(content['label'])}-{safe_name(content['ID'])}.json", content)
