"""Rows of published videos and segments; what raw arrays have told of a video is never overwritten by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy import Connection

from catalog.models import VideoSegment
from ingest.facts import Row
from ingest.writing.identities import SEGMENTS, VIDEOS, Identities
from ingest.writing.rows import chunks, insert_rows, table_of

VIDEO_SEGMENTS = table_of(VideoSegment)


@dataclass
class Changes:
    """What a write did to videos or segments: which came new, and which had other rows before."""

    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)

    def __iadd__(self, other: Changes) -> Changes:
        """Take another write's changes in."""
        self.added += other.added
        self.replaced += other.replaced
        return self


def write_segments(connection: Connection, segments: Sequence[Row]) -> Changes:
    """Write published segments (rows of `segments`); aliases and raw segments stay what they are."""
    return _upsert(connection, SEGMENTS.things, _without_aliases(connection, SEGMENTS, segments))


def write_videos(connection: Connection, videos: Sequence[Row], spans: Mapping[str, Sequence[Row]]) -> Changes:
    """Write published videos (rows of `videos`) and their rows of `video_segments`, which lack `video_id`.

    Aliases and raw videos stay what they are; the segments that `spans` names must be there, or be aliases.
    """
    rows = _without_aliases(connection, VIDEOS, videos)
    wanted = _resolved_spans(connection, rows, spans)
    stored = _stored_spans(connection, [row["id"] for row in rows])
    other = {name for name in wanted if stored.get(name, []) != wanted[name]}
    changes = _upsert(connection, VIDEOS.things, rows, other)
    touched = [*changes.added, *changes.replaced]
    for some in chunks(changes.replaced):
        connection.execute(sa.delete(VIDEO_SEGMENTS).where(VIDEO_SEGMENTS.c.video_id.in_(some)))
    insert_rows(connection, VIDEO_SEGMENTS, [row for name in touched for row in wanted[name]])
    return changes


def _resolved_spans(
    connection: Connection, videos: Sequence[Row], spans: Mapping[str, Sequence[Row]]
) -> dict[str, list[Row]]:
    wanted = {video["id"]: [{"video_id": video["id"], **row} for row in spans[video["id"]]] for video in videos}
    named = {row["segment_id"] for rows in wanted.values() for row in rows if row["segment_id"] is not None}
    resolved = SEGMENTS.resolve(connection, named)
    for rows in wanted.values():
        for row in rows:
            row["segment_id"] = resolved.get(row["segment_id"])
    return wanted


def _without_aliases(connection: Connection, tables: Identities, rows: Sequence[Row]) -> list[Row]:
    """Return the rows whose IDs do not stand for something else already."""
    owners = tables.resolve(connection, (row["id"] for row in rows))
    return [row for row in rows if owners.get(row["id"], row["id"]) == row["id"]]


def _stored_spans(connection: Connection, names: Iterable[str]) -> dict[str, list[Row]]:
    stored: dict[str, list[Row]] = {}
    for some in chunks(names):
        statement = sa.select(VIDEO_SEGMENTS).where(VIDEO_SEGMENTS.c.video_id.in_(some))
        for row in connection.execute(statement.order_by(VIDEO_SEGMENTS.c.segment_index)).mappings():
            stored.setdefault(row["video_id"], []).append(dict(row))
    return stored


def _upsert(connection: Connection, table: sa.Table, rows: Sequence[Row], also: Iterable[str] = ()) -> Changes:
    """Write published rows by id where they are new or other than before, and those in `also` in any case."""
    stored: dict[str, Row] = {}
    for some in chunks(row["id"] for row in rows):
        for found in connection.execute(sa.select(table).where(table.c.id.in_(some))).mappings():
            stored[found["id"]] = dict(found)
    new = [row for row in rows if row["id"] not in stored]
    also = frozenset(also)
    ours = [row for row in rows if stored.get(row["id"], {}).get("source") == "published"]
    old = [row for row in ours if row["id"] in also or not row.items() <= stored[row["id"]].items()]
    insert_rows(connection, table, new)
    if old:
        values: Row = {name: sa.bindparam(f"new_{name}") for name in old[0] if name != "id"}
        statement = sa.update(table).where(table.c.id == sa.bindparam("old_id")).values(values)
        parameters = [{"old_id": row["id"], **{f"new_{name}": row[name] for name in values}} for row in old]
        connection.execute(statement, parameters)
    return Changes([row["id"] for row in new], [row["id"] for row in old])
