"""The same recordings give the same IDs and the same rows, however they are stored, read and ordered."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from ingest.ingesting import ingest_recordings
from ingest.planning import plan
from tests.conftest import MakeDatabase
from tests.ingesting.rows import OF_FILES, Tables, canonical, differing, in_order, trials_of
from tests.ingesting.worlds import World, renumbered


@pytest.fixture(scope="module")
def expected(pair: World, make_lasting_database: MakeDatabase) -> Tables:
    """The rows of the pair, in SQLite, by one process."""
    database = make_lasting_database("sqlite")
    ingest_recordings(database, pair.folder, workers=1)
    return canonical(database)


def without(tables: Tables, columns: set[str]) -> Tables:
    return {
        name: [{key: value for key, value in row.items() if key not in columns} for row in rows]
        for name, rows in tables.items()
    }


def assert_same(expected: Tables, database: str, *columns: str) -> None:
    """Compare all rows but for some columns, in which the files themselves differ."""
    left_out = {"modified_ns", *columns}
    # Rows are in the order of their contents, of which the columns are a part.
    ours = {name: in_order(rows) for name, rows in without(expected, left_out).items()}
    assert differing(ours, canonical(database, without=left_out)) == {}


def test_postgresql_holds_what_sqlite_holds(pair: World, expected: Tables, make_database: MakeDatabase) -> None:
    database = make_database("postgresql")
    ingest_recordings(database, pair.folder, workers=1)
    assert_same(expected, database)


def test_worker_processes_change_nothing(pair: World, expected: Tables, make_database: MakeDatabase) -> None:
    database = make_database("sqlite", migrated=False)
    ingest_recordings(database, pair.folder, workers=3)
    assert_same(expected, database)


def test_a_given_executor_changes_nothing(pair: World, expected: Tables, make_database: MakeDatabase) -> None:
    database = make_database("postgresql", migrated=False)
    with ThreadPoolExecutor(3) as executor:
        ingest_recordings(database, pair.folder, workers=2, executor=executor)
    assert_same(expected, database)


def test_the_order_in_which_folders_are_listed_changes_nothing(
    pair: World, expected: Tables, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = os.scandir

    @contextmanager
    def backwards(path: Path) -> Iterator[Iterator[os.DirEntry[str]]]:
        with listed(path) as entries:
            yield iter(sorted(entries, key=lambda entry: entry.name, reverse=True))

    monkeypatch.setattr("catalog.arrays.finding.os.scandir", backwards)
    ingest_recordings(database, pair.folder, workers=1)
    assert_same(expected, database)


def test_names_of_recordings_do_not_decide_on_ids(pair: World, expected: Tables, database: str, scratch: Path) -> None:
    copy = pair.copy(scratch / "data")
    first, second = sorted(pair.truth["recordings"])
    names = {first: first.replace("dynamic9", "dynamic8"), second: second.replace("dynamic9", "dynamic1")}
    for old, new in names.items():
        (copy.folder / old).rename(copy.folder / new)
    ingest_recordings(database, copy.folder, workers=1)
    found = {(name, number): row["video_id"] for (name, number), row in trials_of(database).items()}
    assert found == {(names[row["recording"]], row["trial"]): row["video_id"] for row in expected["trials"]}


def test_numbers_of_trials_do_not_decide_on_ids(pair: World, expected: Tables, database: str, scratch: Path) -> None:
    copy = renumbered(pair, scratch / "data", lambda number: 40 - number)
    ingest_recordings(database, copy.folder, workers=1)
    found = {(name, 40 - number): row["video_id"] for (name, number), row in trials_of(database).items()}
    assert found == {(row["recording"], row["trial"]): row["video_id"] for row in expected["trials"]}
    tables = canonical(database)
    for name in ("videos", "video_aliases", "video_segments", "segments", "segment_aliases", "video_signatures"):
        assert tables[name] == expected[name]


def test_numbers_of_trials_do_not_decide_on_the_order_of_recordings(films: World, scratch: Path) -> None:
    orders = set()
    for first in range(12):
        copy = renumbered(films, scratch / str(first), lambda number, first=first: first + 7 * number)
        orders.add(tuple(row[0] for row in plan("none.db", copy.folder)[1]))
    assert len(orders) == 1


def doubled(folder: str, array: np.ndarray) -> np.ndarray:
    return array.astype(np.float64)


def as_it_is(folder: str, array: np.ndarray) -> np.ndarray:
    return array


def big_endian(folder: str, array: np.ndarray) -> np.ndarray:
    return array.astype(array.dtype.newbyteorder(">"))


def padded(folder: str, array: np.ndarray) -> np.ndarray:
    return np.concatenate([array, np.full((*array.shape[:-1], 9), np.nan, array.dtype)], axis=-1)


@pytest.mark.parametrize(
    ("change", "order", "columns"),
    [
        (doubled, "C", OF_FILES),
        (as_it_is, "F", OF_FILES),
        (doubled, "F", OF_FILES),
        (big_endian, "C", OF_FILES),
    ],
    ids=["float64", "Fortran order", "float64 in Fortran order", "big-endian"],
)
def test_how_arrays_are_stored_changes_nothing(
    pair: World,
    expected: Tables,
    make_database: MakeDatabase,
    scratch: Path,
    change: Callable[[str, np.ndarray], np.ndarray],
    order: str,
    columns: set[str],
) -> None:
    database = make_database("sqlite")
    copy = pair.changed(scratch / "data", change, order=order)
    ingest_recordings(database, copy.folder, workers=1)
    assert_same(expected, database, "path", *columns)


def test_padding_changes_the_length_of_arrays_and_nothing_else(
    lone: World, make_database: MakeDatabase, scratch: Path
) -> None:
    copy = lone.changed(scratch / "data", padded)
    databases = [make_database("sqlite"), make_database("sqlite")]
    for database, folder in zip(databases, (lone.folder, copy.folder), strict=True):
        ingest_recordings(database, folder, workers=1)
    rows = canonical(databases[0], without={*OF_FILES, "path", "samples_per_trial"})
    assert differing(rows, canonical(databases[1], without={*OF_FILES, "path", "samples_per_trial"})) == {}


def test_simulated_releases_of_either_type_give_the_same_ids(
    simulated: Callable[..., World], make_database: MakeDatabase
) -> None:
    shown = []
    for dtype in ("float32", "float64"):
        database = make_database("sqlite")
        world = simulated(seed=8, recordings=2, train_videos=0, test_videos=0, dtype=dtype)
        ingest_recordings(database, world.folder, workers=1)
        shown.append({key: row["video_id"] for key, row in trials_of(database).items()})
    assert shown[0] == shown[1]


def test_ingesting_again_changes_no_row(pair: World, database: str) -> None:
    ingest_recordings(database, pair.folder, workers=1)
    before = canonical(database)
    ingest_recordings(database, pair.folder, workers=1)
    assert differing(before, canonical(database)) == {}


def test_a_twin_of_a_recording_is_told_and_passed_over(lone: World, database: str, scratch: Path) -> None:
    copy = lone.copy(scratch / "data")
    (name,) = copy.truth["recordings"]
    lone.copy(scratch / "other")
    (scratch / "other" / name).rename(copy.folder / f"{name}_30hz")
    report = ingest_recordings(database, copy.folder, workers=1)
    assert [(problem.kind, problem.path) for problem in report.problems] == [("doubled_recording", f"{name}_30hz")]
    assert report.recordings == [name]
