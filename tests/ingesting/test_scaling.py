"""Work that must not grow with the catalog: counted, not timed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from ingest.ingesting import ingest_recordings
from ingest.planning import plan
from ingest.writing.identities import SEGMENTS, VIDEOS, Identities
from tests.importing.reading import query
from tests.ingesting.worlds import World


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Counter[tuple[str, int]]:
    """Count how often each stored signature is read."""
    counted: Counter[tuple[str, int]] = Counter()
    read = Identities.stored_signatures

    def counting(self: Identities, connection: Any, numbers: Iterable[int]) -> Iterator[tuple[int, bytes]]:
        for number, signature in read(self, connection, numbers):
            counted[self.owner, number] += 1
            yield number, signature

    monkeypatch.setattr(Identities, "stored_signatures", counting)
    return counted


def in_order(database: str, world: World) -> list[str]:
    return [str(row[0]) for row in plan(database, world.folder)[1]]


def test_unrelated_recordings_read_no_signature(films: World, database: str, reads: Counter[tuple[str, int]]) -> None:
    of_pair = [name for name in films.names if name.split("-")[1] != "3"]
    (other,) = set(films.names) - set(of_pair)
    ingest_recordings(database, films.folder, recordings=of_pair[:1], workers=1)
    ingest_recordings(database, films.folder, recordings=[other], workers=1)
    assert reads == Counter()


def test_known_videos_read_their_own_signatures_once(
    pair: World, database: str, reads: Counter[tuple[str, int]]
) -> None:
    first, second = in_order(database, pair)
    ingest_recordings(database, pair.folder, recordings=[first], workers=1)
    assert reads == Counter()
    ingest_recordings(database, pair.folder, recordings=[second], workers=1)
    variants = len(query(database, "SELECT id FROM video_signatures"))
    videos = len(query(database, "SELECT id FROM videos"))
    of_videos = {key: times for key, times in reads.items() if key[0] == VIDEOS.owner}
    assert set(of_videos.values()) == {1}
    assert videos <= len(of_videos) <= variants
    # Every segment is in a video that was known: none is looked at.
    assert not [key for key in reads if key[0] == SEGMENTS.owner]


def test_repeats_add_no_signature(pair: World, database: str) -> None:
    ingest_recordings(database, pair.folder, workers=1)
    trials = len(query(database, "SELECT id FROM trials"))
    videos = len(query(database, "SELECT id FROM videos"))
    # One more than videos: an image video is shown with a dropped frame, too.
    assert len(query(database, "SELECT id FROM video_signatures")) <= videos + 2 < trials
