"""What videos and segments are called in an export: by the catalog's IDs, or by published ones."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.counts import counted
from catalog.exports.options import Ids
from catalog.models import Segment, SegmentAlias, Trial, Video, VideoAlias


@dataclass(frozen=True)
class Names:
    """The names of videos and segments, where they are others than the catalog's IDs."""

    videos: dict[str, str] = field(default_factory=dict)
    segments: dict[str, str] = field(default_factory=dict)

    def video(self, identifier: str | None) -> str | None:
        """Return the name of a video; None for none."""
        return None if identifier is None else self.videos.get(identifier, identifier)

    def segment(self, identifier: str | None) -> str | None:
        """Return the name of a segment; None for none."""
        return None if identifier is None else self.segments.get(identifier, identifier)


def choose_names(session: Session, ids: Ids) -> tuple[Names, list[str]]:
    """Return what to call videos and segments, and what is to be said about that."""
    videos, segments = _video_aliases(session), _segment_aliases(session)
    if ids == "catalog":
        return Names(), _unused_note(len(videos), len(segments))
    names = Names(
        {video: min(aliases, key=lambda name: (-aliases[name], name)) for video, aliases in videos.items()},
        {segment: min(aliases) for segment, aliases in segments.items()},
    )
    notes = [*_unnamed_notes(session, names), *_several_note(sum(len(aliases) > 1 for aliases in videos.values()))]
    return names, notes + _regrouped_note(session, names)


def _video_aliases(session: Session) -> dict[str, dict[str, int]]:
    """Return the published IDs of each video that was identified by content, and how many of its trials bear each."""
    bears = sa.and_(Trial.published_video_id == VideoAlias.alias, Trial.video_id == VideoAlias.video_id)
    statement = (
        sa.select(VideoAlias.video_id, VideoAlias.alias, sa.func.count(Trial.id))
        .join(Video, Video.id == VideoAlias.video_id)
        .outerjoin(Trial, bears)
        .where(VideoAlias.source == "published", Video.source == "raw")
        .group_by(VideoAlias.video_id, VideoAlias.alias)
    )
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for video, alias, trials in session.execute(statement):
        found[video][alias] = trials
    return found


def _segment_aliases(session: Session) -> dict[str, list[str]]:
    statement = (
        sa.select(SegmentAlias.segment_id, SegmentAlias.alias)
        .join(Segment, Segment.id == SegmentAlias.segment_id)
        .where(SegmentAlias.source == "published", Segment.source == "raw")
    )
    found: dict[str, list[str]] = defaultdict(list)
    for segment, alias in session.execute(statement):
        found[segment].append(alias)
    return found


def _unused_note(videos: int, segments: int) -> list[str]:
    if not videos and not segments:
        return []
    told = f"{counted(videos, 'video')} and {counted(segments, 'segment')} with published IDs, which stand nowhere here"
    return [f"{told}; `--ids published` uses them"]


def _unnamed_notes(session: Session, names: Names) -> list[str]:
    notes = []
    for model, named, noun in ((Video, names.videos, "video"), (Segment, names.segments, "segment")):
        known = session.scalar(sa.select(sa.func.count()).select_from(model).where(model.source == "raw")) or 0
        if known > len(named):
            notes.append(f"{counted(known - len(named), noun)} without a published ID: called by the catalog's")
    return notes


def _several_note(several: int) -> list[str]:
    if not several:
        return []
    return [f"{counted(several, 'video')} with several published IDs: called by the one that most of its trials bear"]


def _regrouped_note(session: Session, names: Names) -> list[str]:
    """Tell of trials whose published ID now is not the one they were published with: the catalog groups otherwise."""
    statement = (
        sa.select(Trial.published_video_id, Trial.video_id, sa.func.count())
        .where(Trial.published_video_id.is_not(None), Trial.video_id.is_not(None))
        .group_by(Trial.published_video_id, Trial.video_id)
    )
    moved = sum(trials for name, video, trials in session.execute(statement) if names.video(video) != name)
    if not moved:
        return []
    return [f"{counted(moved, 'trial')} published under another video ID: the catalog groups them otherwise"]
