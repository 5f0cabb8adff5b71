"""Published metadata that agrees with the raw arrays: its names join, in whatever order the two come."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest

from catalog import Catalog
from ingest.importing import import_metadata
from ingest.ingesting import ingest_recordings
from tests.conftest import MakeDatabase
from tests.importing.reading import query
from tests.ingesting.publish import Published
from tests.ingesting.rows import Tables, aliases, canonical, differing, problems, trials_of, video_groups
from tests.ingesting.worlds import World, replace_file


@pytest.fixture(scope="module")
def raw(small_pair: World, make_lasting_database: MakeDatabase) -> str:
    """A catalog of the pair, from raw arrays alone."""
    database = make_lasting_database("sqlite")
    ingest_recordings(database, small_pair.folder, workers=1)
    return database


@pytest.fixture
def published(raw: str) -> Published:
    """What is published of it, to be changed and written."""
    return Published(raw)


@pytest.fixture(scope="module")
def agreeing(raw: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Metadata that agrees with the raw arrays in everything."""
    return Published(raw).write(tmp_path_factory.mktemp("agreeing"))


@pytest.fixture(scope="module")
def expected(small_pair: World, agreeing: Path, make_lasting_database: MakeDatabase) -> Tables:
    """The rows after `ingest --metadata`."""
    database = make_lasting_database("sqlite")
    ingest_recordings(database, small_pair.folder, metadata=agreeing, workers=1)
    return canonical(database)


def test_agreeing_metadata_has_no_problem(small_pair: World, agreeing: Path, database: str) -> None:
    report = ingest_recordings(database, small_pair.folder, metadata=agreeing, workers=1)
    assert report.problems == []
    assert problems(database) == []


def test_published_names_become_aliases(small_pair: World, agreeing: Path, published: Published, database: str) -> None:
    ingest_recordings(database, small_pair.folder, metadata=agreeing, workers=1)
    with Catalog(database) as catalog:
        for name, alias in published.names.items():
            found = catalog.video(alias) if alias.startswith("v") else catalog.segment(alias)
            assert (found.id, found.source) == (name, "raw")
    assert aliases(database, "published").keys() == published.videos.keys()


def test_ids_and_groups_are_those_without_metadata(small_pair: World, agreeing: Path, raw: str, database: str) -> None:
    ingest_recordings(database, small_pair.folder, metadata=agreeing, workers=1)
    assert video_groups(database) == video_groups(raw)
    with_names, without = canonical(database), canonical(raw)
    for table in ("trials", "recordings"):
        for row in (*with_names[table], *without[table]):
            row.pop("published_video_id", None)
    same = with_names.keys() - {"video_aliases", "segment_aliases", "data_dictionaries"}
    assert differing({name: with_names[name] for name in same}, {name: without[name] for name in same}) == {}


def both_at_once(database: str, world: World, metadata: Path) -> None:
    ingest_recordings(database, world.folder, metadata=metadata, workers=1)


def metadata_first(database: str, world: World, metadata: Path) -> None:
    import_metadata(database, metadata)
    ingest_recordings(database, world.folder, workers=1)


def metadata_last(database: str, world: World, metadata: Path) -> None:
    ingest_recordings(database, world.folder, workers=1)
    import_metadata(database, metadata)


def metadata_first_then_one_by_one(database: str, world: World, metadata: Path) -> None:
    import_metadata(database, metadata)
    for name in in_order_of_ingest(database, world):
        ingest_recordings(database, world.folder, recordings=[name], workers=1)


def metadata_between(database: str, world: World, metadata: Path) -> None:
    first, second = in_order_of_ingest(database, world)
    ingest_recordings(database, world.folder, recordings=[first], workers=1)
    import_metadata(database, metadata)
    ingest_recordings(database, world.folder, recordings=[second], workers=1)


def one_by_one_with_metadata(database: str, world: World, metadata: Path) -> None:
    for name in in_order_of_ingest(database, world):
        ingest_recordings(database, world.folder, metadata=metadata, recordings=[name], workers=1)


def again_and_again(database: str, world: World, metadata: Path) -> None:
    for _ in range(2):
        import_metadata(database, metadata)
        ingest_recordings(database, world.folder, metadata=metadata, workers=1)


HISTORIES = (
    both_at_once,
    metadata_first,
    metadata_last,
    metadata_first_then_one_by_one,
    metadata_between,
    one_by_one_with_metadata,
    again_and_again,
)
History = Callable[[str, World, Path], None]


def in_order_of_ingest(database: str, world: World) -> list[str]:
    """Return the recordings in the order in which one ingest takes them, on which IDs depend."""
    from ingest.planning import plan

    return [str(row[0]) for row in plan(database, world.folder)[1]]


@pytest.mark.parametrize(
    ("backend", "history"),
    [*(("sqlite", history) for history in HISTORIES), ("postgresql", metadata_between), ("postgresql", metadata_last)],
)
def test_every_order_ends_in_the_same_rows(
    small_pair: World,
    agreeing: Path,
    expected: Tables,
    make_database: MakeDatabase,
    backend: str,
    history: History,
) -> None:
    database = make_database(backend)
    history(database, small_pair, agreeing)
    assert differing(canonical(database), expected) == {}


def test_known_errors_are_notices(
    small_pair: World, published: Published, expected: Tables, database: str, tmp_path: Path
) -> None:
    published.with_known_errors(small_pair.folder)
    metadata = published.write(tmp_path / "metadata")
    report = ingest_recordings(database, small_pair.folder, metadata=metadata, workers=1)
    assert report.needs_attention == 0
    found = problems(database)
    assert {row["severity"] for row in found} == {"notice"}
    withheld = next(name for name in small_pair.names if name.endswith("9b4f6a1a067fe51e15306b9628efea20"))
    kinds = sorted((row["kind"], row["recording"]) for row in found)
    assert kinds == sorted(
        [("known_zeros_included", withheld), *(("known_padding_counted", name) for name in small_pair.names)]
    )
    without_problems = {name: rows for name, rows in canonical(database).items() if name != "ingest_problems"}
    assert differing({**without_problems, "ingest_problems": []}, expected) == {}


@pytest.mark.parametrize("history", [metadata_first, metadata_last, metadata_between, again_and_again])
def test_known_errors_are_the_same_notices_in_every_order(
    small_pair: World, published: Published, make_database: MakeDatabase, tmp_path: Path, history: History
) -> None:
    published.with_known_errors(small_pair.folder)
    database = make_database("sqlite")
    history(database, small_pair, published.write(tmp_path / "metadata"))
    kinds = ["known_padding_counted", "known_padding_counted", "known_zeros_included"]
    assert sorted(row["kind"] for row in problems(database)) == kinds


def test_metadata_of_more_recordings_shares_the_videos_known_from_raw(
    films: World, database: str, make_database: MakeDatabase, tmp_path: Path
) -> None:
    source = make_database("sqlite")
    ingest_recordings(source, films.folder, workers=1)
    published = Published(source)
    *_, third = films.names
    first, second = (name for name in in_order_of_ingest(database, films) if name != third)
    ingest_recordings(database, films.folder, recordings=[first], workers=1)
    import_metadata(database, published.write(tmp_path / "metadata"))
    shown = trials_of(database)
    assert {row["video_id"] for (name, _), row in shown.items() if name == second} == {
        row["video_id"] for (name, _), row in shown.items() if name == first
    }
    with Catalog(database) as catalog:
        assert catalog.recording(second).source == "published"
    # What only the third shows is still called by its published name.
    for (name, _), row in shown.items():
        assert (row["video_id"] == row["published_video_id"]) == (name == third)
    ingest_recordings(database, films.folder, recordings=[second, third], workers=1)
    in_one_go = make_database("sqlite")
    both_at_once(in_one_go, films, tmp_path / "metadata")
    assert differing(canonical(database), canonical(in_one_go)) == {}


def test_recordings_that_only_the_metadata_has_are_told(
    small_pair: World, published: Published, database: str, tmp_path: Path
) -> None:
    first, second = small_pair.names
    report = ingest_recordings(
        database, small_pair.folder / first, metadata=published.write(tmp_path / "metadata"), workers=1
    )
    assert report.published_only == [second]
    assert "; 1 more from their metadata alone" in report.sentence()


def test_data_of_more_recordings_than_the_metadata(
    small_pair: World, published: Published, database: str, tmp_path: Path
) -> None:
    first, second = small_pair.names
    metadata = published.write(tmp_path / "metadata", recordings=[second])
    report = ingest_recordings(database, small_pair.folder, metadata=metadata, workers=1)
    assert report.problems == []
    shown = trials_of(database)
    assert {row["published_video_id"] for (name, _), row in shown.items() if name == first} == {None}
    with Catalog(database) as catalog:
        for (name, _), row in shown.items():
            if name == second:
                assert catalog.video(row["published_video_id"]).id == row["video_id"]


def test_a_chosen_recording_may_be_called_by_its_folder(
    simulated: Callable[..., World], database: str, tmp_path: Path, make_database: MakeDatabase
) -> None:
    world = simulated(seed=10, recordings=1, test_videos=0, parametric_videos=0, name_suffix="_30hz")
    source = make_database("sqlite")
    ingest_recordings(source, world.folder, workers=1)
    metadata = Published(source).write(tmp_path / "metadata")
    (folder,) = world.truth["recordings"]
    report = ingest_recordings(database, world.folder, metadata=metadata, recordings=[folder], workers=1)
    assert (report.recordings, report.problems) == (world.names, [])


def test_published_names_resolve_for_ever(
    small_pair: World, agreeing: Path, published: Published, database: str, scratch: Path
) -> None:
    ingest_recordings(database, small_pair.folder, metadata=agreeing, workers=1)
    copy = small_pair.copy(scratch / "data")
    # The recordings are taken in again, after some videos were lost.
    for path in sorted(copy.folder.glob("*/data/videos/*.npy"))[::2]:
        replace_file(path, b"")
    ingest_recordings(database, copy.folder, workers=1)
    assert_all_resolve(database, published)
    import_metadata(database, agreeing)
    assert_all_resolve(database, published)
    ingest_recordings(database, small_pair.folder, workers=1)
    assert_all_resolve(database, published)


def assert_all_resolve(database: str, published: Published) -> None:
    with Catalog(database) as catalog:
        for name in published.videos:
            assert catalog.video(name).label == published.videos[name]["label"]
        for name in published.segments:
            assert catalog.segment(name).label == published.segments[name]["label"]


def test_names_of_trials_that_cannot_be_read_resolve_in_any_order(
    small_pair: World, agreeing: Path, published: Published, database: str, make_database: MakeDatabase, scratch: Path
) -> None:
    copy = small_pair.copy(scratch / "data")
    for path in copy.folder.glob("*/data/videos/*.npy"):
        if int(path.stem) % 3:
            replace_file(path, b"")
    metadata_first(database, copy, agreeing)
    assert_all_resolve(database, published)
    other = make_database("sqlite")
    metadata_last(other, copy, agreeing)
    assert_all_resolve(other, published)
    assert differing(canonical(database), canonical(other)) == {}


def test_published_metadata_is_kept_beside_raw_rows(
    small_pair: World, published: Published, database: str, tmp_path: Path
) -> None:
    for basics in published.basics.values():
        basics["dataset_url"] = "https://example.org/data"
    metadata = published.write(tmp_path / "metadata")
    metadata_first(database, small_pair, metadata)
    ingest_recordings(database, small_pair.folder, workers=1)
    assert query(database, "SELECT DISTINCT dataset_url, data_url, source FROM recordings") == [
        {"dataset_url": "https://example.org/data", "data_url": None, "source": "raw"}
    ]
    assert len(query(database, "SELECT * FROM data_dictionaries")) == 4


def test_the_published_layout_is_not_changed_by_its_writer(
    published: Published, agreeing: Path, tmp_path: Path
) -> None:
    before = deepcopy(published.trials)
    published.write(tmp_path / "metadata")
    assert published.trials == before
