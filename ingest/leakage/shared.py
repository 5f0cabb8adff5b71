"""Videos and segments that both sides show, and pairs of videos that have most of their segments in common."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from catalog.counts import counted
from catalog.filters import AnyOf
from catalog.models import Segment, VideoSegment
from ingest.analysis.stimulus_classes import BACKGROUND
from ingest.leakage.presentations import Pairing, Presentation, Shown
from ingest.leakage.report import Finding, Kind, Scope

SHARE = 0.75
"""Least share of the segments of a video that another one has, for the two to be near-equal: by chance, two videos of
a class have a sixth of their segments in common."""


@dataclass(frozen=True)
class Pair:
    """Two different videos that are near-equal, and why."""

    trained: str
    tested: str
    because: str


def shared_videos(train: Shown, test: Shown, scopes: Sequence[Scope]) -> Iterator[Finding]:
    """Yield the videos that both sides show."""
    itself = {video: (video,) for video in train.videos.keys() & test.videos.keys()}
    trained, tested = train.by_tier(itself), test.by_tier(itself)
    for video in sorted(itself):
        because = "the same video"
        yield from _findings("video", video, video, because, trained[video], tested[video], scopes)


def shared_segments(
    train: Shown, test: Shown, segments: Mapping[str, Sequence[str]], scopes: Sequence[Scope]
) -> Iterator[Finding]:
    """Yield the segments that occur in a video of the one side and in a different video of the other."""
    trained, tested = train.by_tier(segments), test.by_tier(segments)
    for segment in sorted(trained.keys() & tested.keys()):
        because = "the same segment in different videos"
        yield from _findings("segment", segment, segment, because, trained[segment], tested[segment], scopes)


def near_equal(train: Shown, test: Shown, pairs: Sequence[Pair], scopes: Sequence[Scope]) -> Iterator[Finding]:
    """Yield the pairs of near-equal videos whose one is of the one side, and whose other is of the other."""
    itself = {video: (video,) for pair in pairs for video in (pair.trained, pair.tested)}
    trained, tested = train.by_tier(itself), test.by_tier(itself)
    for pair in pairs:
        sides = trained[pair.trained], tested[pair.tested]
        yield from _findings("near-equal", pair.trained, pair.tested, pair.because, *sides, scopes)


def segments_of(connection: Connection, videos: Collection[str]) -> dict[str, list[str]]:
    """Return the segments of each video that has any, in order; without the gray between photographs.

    That gray is one segment, on screen before each photograph: to share it tells nothing.
    """
    table = VideoSegment.__table__.c
    statement = (
        sa.select(table.video_id, table.segment_id)
        .join(Segment, Segment.id == table.segment_id)
        .where(AnyOf(table.video_id, sorted(videos)), Segment.label != BACKGROUND)
        .order_by(table.video_id, table.segment_index)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for video, segment in connection.execute(statement):
        found[video].append(segment)
    return dict(found)


def pairs_by_segments(train: Shown, test: Shown, segments: Mapping[str, Sequence[str]]) -> Iterator[Pair]:
    """Yield pairs of different videos of which one has most segments of the other, such as one that stalled."""
    having: dict[str, Counter[str]] = defaultdict(Counter)
    for video in train.videos:
        for segment in segments.get(video, ()):
            having[segment][video] += 1
    for tested in sorted(test.videos):
        mine = Counter(segments.get(tested, ()))
        common: Counter[str] = Counter()
        for segment, times in mine.items():
            for trained, there in having.get(segment, Counter()).items():
                common[trained] += min(times, there)
        for trained, number in sorted(common.items()):
            if trained != tested and number >= SHARE * min(mine.total(), len(segments[trained])):
                yield Pair(trained, tested, _because(segments[trained], segments[tested], number))


def _because(trained: Sequence[str], tested: Sequence[str], common: int) -> str:
    if list(trained) == list(tested):
        return f"the same {counted(len(tested), 'segment')} in the same order"
    if sorted(trained) == sorted(tested):
        return f"the same {counted(len(tested), 'segment')} in another order"
    return f"{common} of {counted(len(tested), 'segment')} in common"


def _findings(
    kind: Kind,
    trained: str,
    tested: str,
    because: str,
    train: Mapping[str | None, Sequence[Presentation]],
    test: Mapping[str | None, Sequence[Presentation]],
    scopes: Sequence[Scope],
) -> Iterator[Finding]:
    for train_tier, showing in train.items():
        for test_tier, shown in test.items():
            pairing = Pairing(showing, shown, other_video=kind == "segment")
            for scope in scopes:
                one, other = pairing.partnered(scope)
                if one and other:
                    yield Finding(
                        kind=kind,
                        scope=scope,
                        trained=trained,
                        tested=tested,
                        label=other[0].label,
                        train_tier=train_tier,
                        test_tier=test_tier,
                        train_trials=len(one),
                        test_trials=len(other),
                        train_example=one[0].name,
                        test_example=other[0].name,
                        because=because,
                    )
