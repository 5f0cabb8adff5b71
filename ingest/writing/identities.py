"""Rows of videos and segments: what is known of them, new ones, their other names, and ones that turn out to be one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from catalog.filters import AnyOf
from catalog.models import (
    Recording,
    Segment,
    SegmentAlias,
    SegmentSignature,
    Trial,
    Video,
    VideoAlias,
    VideoSegment,
    VideoSignature,
)
from ingest.facts import Row
from ingest.writing.rows import chunks, insert_rows, table_of


class StoredVariants(NamedTuple):
    """Columns of `video_signatures` or `segment_signatures`, without the signatures themselves."""

    numbers: Sequence[int]
    ids: Sequence[str]
    projections: Sequence[bytes]


@dataclass(frozen=True)
class Identities:
    """The tables of one kind of identity: videos, or segments.

    Attributes
    ----------
    things, aliases, signatures
        Its tables.
    owner
        The column by which aliases and signatures name what they belong to.
    users
        Other columns that refer to it.
    """

    things: sa.Table
    aliases: sa.Table
    signatures: sa.Table
    owner: str
    users: tuple[sa.Column[Any], ...]

    def stored_variants(self, connection: Connection) -> StoredVariants:
        """Return every variant of which a signature is kept, oldest first."""
        table = self.signatures.c
        statement = sa.select(table.id, table[self.owner], table.projection).order_by(table.id)
        rows = connection.execute(statement).all()
        return StoredVariants(*zip(*rows, strict=True)) if rows else StoredVariants((), (), ())

    def stored_signatures(self, connection: Connection, numbers: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        """Yield the number and signature of each of these variants."""
        table = self.signatures.c
        for some in chunks(numbers):
            statement = sa.select(table.id, table.signature).where(table.id.in_(some))
            for number, signature in connection.execute(statement):
                yield number, bytes(signature)

    def known(self, connection: Connection, ids: Iterable[str]) -> set[str]:
        """Return which of the IDs are in the catalog."""
        wanted = sorted(set(ids))
        column = self.things.c.id
        return set(connection.scalars(sa.select(column).where(AnyOf(column, wanted))))

    def resolve(self, connection: Connection, names: Iterable[str]) -> dict[str, str]:
        """Return what each name stands for: itself if it is an ID, else the owner of that alias."""
        wanted = sorted(set(names))
        aliases = self.aliases.c
        statement = sa.select(aliases.alias, aliases[self.owner]).where(AnyOf(aliases.alias, wanted))
        found = {alias: owner for alias, owner in connection.execute(statement)}  # noqa: C416 (rows are no pairs to mypy)
        return {**found, **{name: name for name in self.known(connection, wanted)}}

    def add(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Insert new videos or segments."""
        insert_rows(connection, self.things, rows)

    def add_signatures(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Keep the signatures of variants."""
        insert_rows(connection, self.signatures, rows)

    def add_aliases(self, connection: Connection, names: Mapping[str, str], source: str) -> None:
        """Let each name stand for an ID, unless it is an ID or stands for one already."""
        taken = self.resolve(connection, names)
        rows = [
            {"alias": name, self.owner: owner, "source": source}
            for name, owner in sorted(names.items())
            if name not in taken and name != owner
        ]
        insert_rows(connection, self.aliases, rows)

    def replace(self, connection: Connection, old: str, new: str, source: str) -> None:
        """Let `new` take the place of `old`, which becomes an alias of it."""
        for column in (*self.users, self.aliases.c[self.owner], self.signatures.c[self.owner]):
            connection.execute(sa.update(column.table).where(column == old).values({column: new}))
        connection.execute(sa.delete(self.things).where(self.things.c.id == old))
        connection.execute(sa.delete(self.aliases).where(self.aliases.c.alias == old))
        self.add_aliases(connection, {old: new}, source)

    def remove(self, connection: Connection, ids: Iterable[str]) -> None:
        """Delete videos or segments that nothing refers to any more, with their aliases and signatures."""
        column = self.things.c.id
        connection.execute(sa.delete(self.things).where(AnyOf(column, sorted(set(ids)))))


VIDEOS = Identities(
    table_of(Video), table_of(VideoAlias), table_of(VideoSignature), "video_id", (table_of(Trial).c.video_id,)
)
SEGMENTS = Identities(
    table_of(Segment),
    table_of(SegmentAlias),
    table_of(SegmentSignature),
    "segment_id",
    (table_of(VideoSegment).c.segment_id,),
)


def add_video_segments(connection: Connection, rows: Sequence[Row]) -> None:
    """Insert the segments of new videos."""
    insert_rows(connection, table_of(VideoSegment), rows)


def segment_ids_of(connection: Connection, videos: Iterable[str]) -> dict[str, dict[int, str]]:
    """Return for each video the segment ID at each place in it; videos without segment IDs are left out."""
    part = VideoSegment.__table__.c
    statement = sa.select(part.video_id, part.segment_index, part.segment_id).where(
        AnyOf(part.video_id, sorted(set(videos))), part.segment_id.is_not(None)
    )
    found: dict[str, dict[int, str]] = {}
    for video, index, segment in connection.execute(statement):
        found.setdefault(video, {})[index] = segment
    return found


def videos_of(connection: Connection, recording: str, source: str = "raw") -> set[str]:
    """Return the videos, raw or published ones, that a recording's trials show."""
    statement = (
        sa.select(Video.id)
        .join(Trial, Trial.video_id == Video.id)
        .join(Recording, Recording.id == Trial.recording_id)
        .where(Recording.name == recording, Video.source == source)
        .distinct()
    )
    return set(connection.scalars(statement))


def remove_unshown(connection: Connection, videos: Iterable[str], source: str = "raw") -> None:
    """Delete those of the videos that no trial shows any more, and segments that were only part of them.

    Only raw, or only published, ones are deleted. A video that bears a published name stays: those are found for ever.
    """
    wanted = sorted(set(videos))
    shown = sa.select(Trial.video_id).where(AnyOf(Trial.__table__.c.video_id, wanted))
    aliases = VIDEOS.aliases.c
    named = sa.select(aliases.video_id).where(AnyOf(aliases.video_id, wanted), aliases.source == "published")
    kept = set(connection.scalars(shown.union(named)))
    things = VIDEOS.things.c
    gone = [
        video
        for video in connection.scalars(sa.select(things.id).where(AnyOf(things.id, wanted), things.source == source))
        if video not in kept
    ]
    part, segment = VideoSegment.__table__.c, SEGMENTS.things.c
    in_gone = sa.select(part.segment_id).where(AnyOf(part.video_id, gone), part.segment_id.is_not(None)).distinct()
    candidates = list(connection.scalars(in_gone))
    VIDEOS.remove(connection, gone)
    occurs = sa.exists().where(part.segment_id == segment.id)
    unused = sa.select(segment.id).where(AnyOf(segment.id, candidates), segment.source == source, ~occurs)
    SEGMENTS.remove(connection, list(connection.scalars(unused)))
