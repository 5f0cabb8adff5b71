"""Videos: what was shown, by content, however often and to whomever."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.models.base import Base
from catalog.models.recordings import SOURCES_SQL

if TYPE_CHECKING:
    from catalog.models.segments import Segment
    from catalog.models.trials import Trial

SPAN_SQL = "frame_start >= 0 AND frame_end > frame_start AND segment_index >= 0"


class Video(Base):
    """One video, as told apart by its content: all presentations that show the same are one video.

    `source` is `raw` when the ID was derived from pixels, `published` while only published metadata knows the video.
    """

    __tablename__ = "videos"
    _told = ("id", "label")
    __table_args__ = (
        CheckConstraint("id <> '' AND label <> ''", name="names_not_empty"),
        CheckConstraint("valid_frames >= 0 AND n_segments >= 0", name="counts_not_negative"),
        CheckConstraint(SOURCES_SQL, name="source_known"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(index=True)
    valid_frames: Mapped[int | None]
    sampling_freq: Mapped[float | None]
    n_segments: Mapped[int]
    source: Mapped[str]

    trials: Mapped[list[Trial]] = relationship(
        back_populates="video", order_by="(Trial.recording_id, Trial.trial)", passive_deletes=True
    )
    segments: Mapped[list[VideoSegment]] = relationship(
        back_populates="video", order_by="VideoSegment.segment_index", passive_deletes=True
    )
    aliases: Mapped[list[VideoAlias]] = relationship(
        back_populates="video", order_by="VideoAlias.alias", passive_deletes=True
    )


class VideoAlias(Base):
    """Another name of a video.

    `source` says whose: `published` metadata; `content`, the hash of one presentation's own pixels; `merged`, an ID
    given before a later recording showed that two videos are one.
    """

    __tablename__ = "video_aliases"
    _told = ("alias", "video_id")
    __table_args__ = (CheckConstraint("source IN ('published', 'content', 'merged')", name="source_known"),)

    alias: Mapped[str] = mapped_column(primary_key=True)
    video_id: Mapped[str] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE", onupdate="CASCADE"), index=True)
    source: Mapped[str]

    video: Mapped[Video] = relationship(back_populates="aliases")


class VideoSegment(Base):
    """One segment of a video: frames `frame_start` up to, not including, `frame_end`."""

    __tablename__ = "video_segments"
    _told = ("video_id", "segment_index", "segment_id")
    __table_args__ = (CheckConstraint(SPAN_SQL, name="span_valid"),)

    video_id: Mapped[str] = mapped_column(
        ForeignKey("videos.id", ondelete="CASCADE", onupdate="CASCADE"), primary_key=True
    )
    segment_index: Mapped[int] = mapped_column(primary_key=True)
    frame_start: Mapped[int]
    frame_end: Mapped[int]
    bad_properties: Mapped[bool]
    segment_id: Mapped[str | None] = mapped_column(ForeignKey("segments.id", onupdate="CASCADE"), index=True)

    video: Mapped[Video] = relationship(back_populates="segments")
    segment: Mapped[Segment | None] = relationship(back_populates="occurrences")


class VideoSignature(Base):
    """What is kept of a video's pixels, so that later recordings can be compared with it without its files.

    One row per segmentation that its presentations were seen with (most videos have one); a lower `id` was known first.
    """

    __tablename__ = "video_signatures"

    id: Mapped[int] = mapped_column(primary_key=True)
    content_hash: Mapped[str] = mapped_column(unique=True)
    video_id: Mapped[str] = mapped_column(ForeignKey("videos.id", ondelete="CASCADE", onupdate="CASCADE"), index=True)
    projection: Mapped[bytes]
    signature: Mapped[bytes]
