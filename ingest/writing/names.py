"""Published names of videos and segments as aliases of those derived from content.

Every trial keeps the name by which published metadata calls its video. Where raw arrays tell what the trial shows, the
name becomes an alias of that; the video that only published metadata knew under it makes room. All of it follows from
the rows: it can be done at any time, in any order, and again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from catalog.models import Recording, Segment, SegmentAlias, Trial, Video, VideoSegment
from ingest.facts import Problem
from ingest.writing.identities import SEGMENTS, VIDEOS
from ingest.writing.problems import PROBLEMS, write_problems
from ingest.writing.rows import table_of

GROUPING = "grouping"
"""Topic of disagreements about which trials show the same video: found anew from all rows each time."""
SEGMENT_NAMES = "segment_names"
"""Topic of disagreements about segments: found once, when a published video makes room for one derived from content."""
TOLERANCE = 2
"""Frames by which published segment starts may differ from ours for their names to carry over."""


def adopt_published_names(connection: Connection, run_id: int) -> list[Problem]:
    """Make published names aliases wherever raw arrays tell what they name; record and return all disagreements.

    A name stands for the video that most of its trials show (of several, one that is not taken yet); a video's own
    published name is the one that most of its trials bear. Every trial for which the two do not agree is reported.
    """
    votes = _votes(connection)
    targets = _targets(votes)
    owners: dict[str, Counter[str]] = defaultdict(Counter)
    for name, target in targets.items():
        owners[target][name] = votes[name][target]
    named = {video: _winner(names) for video, names in owners.items()}
    segments = _make_room(connection, targets)
    _point_aliases(connection, targets)
    problems = list(_disagreements(connection, votes, targets, named))
    connection.execute(sa.delete(PROBLEMS).where(PROBLEMS.c.topic == GROUPING))
    write_problems(connection, run_id, [*problems, *segments])
    return [*problems, *segment_problems(connection)]


def _votes(connection: Connection) -> dict[str, Counter[str]]:
    """Return for each published name how many trials with raw arrays show which video."""
    statement = (
        sa.select(Trial.published_video_id, Trial.video_id, sa.func.count())
        .join(Recording, Recording.id == Trial.recording_id)
        .where(Recording.source == "raw", Trial.published_video_id.is_not(None), Trial.video_id.is_not(None))
        .group_by(Trial.published_video_id, Trial.video_id)
    )
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for name, video, count in connection.execute(statement):
        votes[str(name)][str(video)] = count
    return votes


def _targets(votes: Mapping[str, Counter[str]]) -> dict[str, str]:
    """Return the video that each name stands for.

    Where two names were exchanged, each has as many trials of one video as of the other: then each gets one of them.
    """
    most = {name: max(counts.values()) for name, counts in votes.items()}
    pairs = sorted(
        (-count, name, video)
        for name, counts in votes.items()
        for video, count in counts.items()
        if count == most[name]
    )
    targets: dict[str, str] = {}
    taken: set[str] = set()
    for _, name, video in pairs:
        if name not in targets and video not in taken:
            targets[name] = video
            taken.add(video)
    return {name: targets.get(name) or _winner(counts) for name, counts in votes.items()}


def _winner(counts: Mapping[str, int]) -> str:
    return min(counts, key=lambda name: (-counts[name], name))


def _make_room(connection: Connection, targets: Mapping[str, str]) -> list[Problem]:
    """Let videos derived from content take the place of those that only published metadata knew."""
    videos = table_of(Video)
    published = set(connection.scalars(sa.select(videos.c.id).where(videos.c.source == "published")))
    moving = {name: target for name, target in sorted(targets.items()) if name in published and name != target}
    problems = _adopt_segment_names(connection, moving)
    for name, target in moving.items():
        VIDEOS.replace(connection, name, target, "published")
    return problems


def _point_aliases(connection: Connection, targets: Mapping[str, str]) -> None:
    """Let each published name stand for its video; more recordings can change which one that is."""
    VIDEOS.add_aliases(connection, targets, "published")
    aliases = VIDEOS.aliases
    for name, owner in VIDEOS.resolve(connection, targets).items():
        if owner != targets[name]:
            connection.execute(
                sa.update(aliases)
                .where(aliases.c.alias == name, aliases.c.source == "published")
                .values(video_id=targets[name])
            )
            _move_published_trials(connection, name, targets[name])


def _move_published_trials(connection: Connection, name: str, video: str) -> None:
    """Let trials that only published metadata knows show what their video's published name stands for."""
    published = sa.select(Recording.id).where(Recording.source == "published")
    trials = table_of(Trial)
    connection.execute(
        sa.update(trials)
        .where(trials.c.published_video_id == name, trials.c.recording_id.in_(published))
        .values(video_id=video)
    )


def _disagreements(
    connection: Connection, votes: Mapping[str, Counter[str]], targets: Mapping[str, str], named: Mapping[str, str]
) -> Iterator[Problem]:
    for name in sorted(votes):
        for video in sorted(votes[name]):
            own = named.get(video)
            if targets[name] == video and own == name:
                continue
            if targets[name] != video:
                kind = "published_split"
                told = f"published {name} is {targets[name]} in most trials, but this trial shows {video}"
            else:
                kind = "published_merge"
                told = f"published {name} and {own} are one video, {video}"
            for recording, trial in _trials(connection, name, video):
                yield Problem("warning", kind, GROUPING, told, "kept what the raw arrays tell", recording, trial)


def _trials(connection: Connection, name: str, video: str) -> list[tuple[str, int]]:
    statement = (
        sa.select(Recording.name, Trial.trial)
        .join(Recording, Recording.id == Trial.recording_id)
        .where(Recording.source == "raw", Trial.published_video_id == name, Trial.video_id == video)
        .order_by(Recording.name, Trial.trial)
    )
    return [(recording, trial) for recording, trial in connection.execute(statement)]


@dataclass(frozen=True)
class _Part:
    start: int
    end: int
    segment: str | None


def _parts(connection: Connection, videos: Iterable[str]) -> dict[str, list[_Part]]:
    from catalog.filters import AnyOf

    part = table_of(VideoSegment).c
    statement = (
        sa.select(part.video_id, part.frame_start, part.frame_end, part.segment_id)
        .where(AnyOf(part.video_id, sorted(set(videos))))
        .order_by(part.video_id, part.segment_index)
    )
    found: dict[str, list[_Part]] = defaultdict(list)
    for video, start, end, segment in connection.execute(statement):
        found[video].append(_Part(start, end, segment))
    return found


def _adopt_segment_names(connection: Connection, moving: Mapping[str, str]) -> list[Problem]:
    """Let published segment names stand for the segments at the same place in the same video."""
    segments = table_of(Segment)
    published = set(connection.scalars(sa.select(segments.c.id).where(segments.c.source == "published")))
    parts = _parts(connection, [*moving, *moving.values()])
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    problems = []
    for name, target in moving.items():
        theirs, ours = parts[name], parts[target]
        if not any(part.segment for part in theirs):
            continue
        if len(theirs) != len(ours) or any(
            abs(a.start - b.start) > TOLERANCE for a, b in zip(theirs, ours, strict=True)
        ):
            problems.append(_segmentation_problem(name, target, theirs, ours))
            continue
        for a, b in zip(theirs, ours, strict=True):
            if a.segment is not None and a.segment in published and b.segment is not None and b.segment != a.segment:
                votes[a.segment][b.segment] += 1
    targets = {name: _winner(counts) for name, counts in votes.items()}
    problems += _segment_disagreements(connection, votes, targets)
    for name, target in sorted(targets.items()):
        SEGMENTS.replace(connection, name, target, "published")
    return problems


def segment_problems(connection: Connection) -> list[Problem]:
    """Return what is on record of segments, found this time or before."""
    columns = [PROBLEMS.c[name] for name in Problem.__dataclass_fields__]
    statement = sa.select(*columns).where(PROBLEMS.c.topic == SEGMENT_NAMES).order_by(PROBLEMS.c.id)
    return [Problem(**row) for row in connection.execute(statement).mappings()]


def _segmentation_problem(name: str, target: str, theirs: list[_Part], ours: list[_Part]) -> Problem:
    told = (
        f"published {name} is cut at {[part.start for part in theirs]}, {target}, which is the same video, "
        f"at {[part.start for part in ours]}"
    )
    return Problem("warning", "published_segmentation", SEGMENT_NAMES, told, "left its segment names unresolved")


def _segment_disagreements(
    connection: Connection, votes: Mapping[str, Counter[str]], targets: Mapping[str, str]
) -> Iterator[Problem]:
    for name, counts in sorted(votes.items()):
        others = sorted(set(counts) - {targets[name]})
        if others:
            told = f"published segment {name} is {targets[name]} in most videos, but also {', '.join(others)}"
            yield Problem("warning", "published_segment_split", SEGMENT_NAMES, told, "kept our segments")
    taken = {
        owner: alias
        for alias, owner in connection.execute(
            sa.select(SegmentAlias.alias, SegmentAlias.segment_id).where(SegmentAlias.source == "published")
        )
    }
    for name, target in sorted(targets.items()):
        first = taken.setdefault(target, name)
        if first != name:
            told = f"published segments {first} and {name} are one segment, {target}"
            yield Problem("warning", "published_segment_merge", SEGMENT_NAMES, told, "kept our segment")
