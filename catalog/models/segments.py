"""Segments: the pieces that parametric videos are made of, by content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.models.base import Base
from catalog.models.recordings import SOURCES_SQL

if TYPE_CHECKING:
    from catalog.models.videos import VideoSegment


class Segment(Base):
    """One stimulus piece of parametric videos, such as one drifting Gabor; natural videos have none.

    The gray between photographs is a segment too, with the label `Background`.
    """

    __tablename__ = "segments"
    _told = ("id", "label")
    __table_args__ = (
        CheckConstraint("id <> '' AND label <> ''", name="names_not_empty"),
        CheckConstraint("valid_frames > 0", name="valid_frames_positive"),
        CheckConstraint(SOURCES_SQL, name="source_known"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(index=True)
    valid_frames: Mapped[int | None]
    sampling_freq: Mapped[float | None]
    source: Mapped[str]

    occurrences: Mapped[list[VideoSegment]] = relationship(
        back_populates="segment",
        order_by="(VideoSegment.video_id, VideoSegment.segment_index)",
        passive_deletes=True,
    )
    aliases: Mapped[list[SegmentAlias]] = relationship(
        back_populates="segment", order_by="SegmentAlias.alias", passive_deletes=True
    )


class SegmentAlias(Base):
    """Another name of a segment; `source` as in `video_aliases`."""

    __tablename__ = "segment_aliases"
    _told = ("alias", "segment_id")
    __table_args__ = (CheckConstraint("source IN ('published', 'content', 'merged')", name="source_known"),)

    alias: Mapped[str] = mapped_column(primary_key=True)
    segment_id: Mapped[str] = mapped_column(
        ForeignKey("segments.id", ondelete="CASCADE", onupdate="CASCADE"), index=True
    )
    source: Mapped[str]

    segment: Mapped[Segment] = relationship(back_populates="aliases")


class SegmentSignature(Base):
    """What is kept of a segment's pixels, so that later recordings can be compared with it without its files.

    A lower `id` was known first.
    """

    __tablename__ = "segment_signatures"

    id: Mapped[int] = mapped_column(primary_key=True)
    content_hash: Mapped[str] = mapped_column(unique=True)
    segment_id: Mapped[str] = mapped_column(
        ForeignKey("segments.id", ondelete="CASCADE", onupdate="CASCADE"), index=True
    )
    projection: Mapped[bytes]
    signature: Mapped[bytes]
