"""Recordings that come in one after another: the same groups, and every ID of one history resolves in the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

import pytest

from catalog import Catalog
from ingest.ingesting import ingest_recordings
from tests.conftest import MakeDatabase
from tests.importing.reading import query
from tests.ingesting.rows import canonical, segment_groups, video_groups
from tests.ingesting.worlds import World


@pytest.fixture(scope="module")
def many(simulated: Callable[..., World]) -> World:
    """Four recordings with look-alikes, dropped frames and a stall."""
    return simulated(seed=9, recordings=4, train_videos=1, test_videos=0, parametric_repeats=2, stalled=True)


def in_turn(database: str, world: World, names: Sequence[str]) -> str:
    for name in names:
        ingest_recordings(database, world.folder, recordings=[name], workers=1)
    return database


@pytest.fixture(scope="module")
def histories(many: World, make_lasting_database: MakeDatabase) -> list[str]:
    """Catalogs of the same recordings: in one go, one after another, the other way round, and shuffled."""
    names = many.names
    orders = [names, names[::-1], [names[index] for index in (2, 0, 3, 1)]]
    databases = [make_lasting_database(backend) for backend in ("sqlite", "sqlite", "postgresql", "sqlite")]
    ingest_recordings(databases[0], many.folder, workers=1)
    return [
        databases[0],
        *(in_turn(database, many, order) for database, order in zip(databases[1:], orders, strict=True)),
    ]


def test_every_history_ends_in_the_same_groups(histories: list[str]) -> None:
    first, *others = histories
    for other in others:
        assert video_groups(other) == video_groups(first)
        assert segment_groups(other) == segment_groups(first)


def test_every_video_id_resolves_to_the_same_trials_in_every_history(histories: list[str]) -> None:
    ids = {row["id"] for database in histories for row in query(database, "SELECT id FROM videos")}
    assert len(ids) > len(query(histories[0], "SELECT id FROM videos"))
    first, *others = [trials_by_name(database, ids) for database in histories]
    assert all(other == first for other in others)


def trials_by_name(database: str, names: Iterable[str]) -> dict[str, set[tuple[str, int]]]:
    shown = defaultdict(set)
    for row in query(database, "SELECT recording, trial, video_id FROM trial_overview"):
        shown[row["video_id"]].add((row["recording"], row["trial"]))
    with Catalog(database) as catalog:
        return {name: shown[catalog.video(name).id] for name in names}


def test_every_segment_id_resolves_to_the_same_places_in_every_history(histories: list[str]) -> None:
    ids = {row["id"] for database in histories for row in query(database, "SELECT id FROM segments")}
    assert len(ids) > len(query(histories[0], "SELECT id FROM segments"))
    first, *others = [places_by_name(database, ids) for database in histories]
    assert all(other == first for other in others)


def places_by_name(database: str, names: Iterable[str]) -> dict[str, set[tuple[str, int, int]]]:
    shown = defaultdict(set)
    for row in query(database, "SELECT recording, trial, segment_index, segment_id FROM segment_overview"):
        shown[row["segment_id"]].add((row["recording"], row["trial"], row["segment_index"]))
    with Catalog(database) as catalog:
        return {name: shown[catalog.segment(name).id] for name in names}


def test_ids_stay_when_more_recordings_come_in(many: World, database: str) -> None:
    first, *others = many.names
    in_turn(database, many, [first])
    statement = "SELECT recording, trial, video_id FROM trial_overview WHERE recording = :name ORDER BY trial"
    places = "SELECT * FROM segment_overview WHERE recording = :name ORDER BY trial, segment_index"
    before = query(database, statement, name=first), query(database, places, name=first)
    in_turn(database, many, others)
    assert (query(database, statement, name=first), query(database, places, name=first)) == before


def test_every_presentation_resolves_by_its_own_hash(histories: list[str]) -> None:
    for database in histories:
        rows = query(database, "SELECT video_hash, video_id FROM trials")
        with Catalog(database) as catalog:
            for row in rows:
                assert catalog.video(row["video_hash"]).id == row["video_id"]


def test_a_recording_taken_in_again_after_others_changes_no_row(many: World, database: str) -> None:
    in_turn(database, many, many.names)
    before = canonical(database)
    in_turn(database, many, many.names[1:2])
    assert canonical(database) == before
