"""Several processes on one catalog: they end as if one had followed the other, and readers see whole recordings."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from catalog import Catalog
from catalog.database import connect
from catalog.upkeep import remove
from ingest.importing import import_metadata
from ingest.ingesting import ingest_recordings
from ingest.planning import plan
from tests.concurrency.conftest import COMMAND, Start, ended
from tests.concurrency.moments import At
from tests.concurrency.wholeness import rows, statuses
from tests.conftest import MakeDatabase
from tests.importing.reading import query
from tests.ingesting.publish import Published
from tests.ingesting.rows import Tables, differing
from tests.ingesting.worlds import World, replace_file

Step = Callable[[str], Any]


def serial(make_database: MakeDatabase, *steps: Step) -> Tables:
    """The rows of a catalog in which one step followed the other."""
    database = make_database("sqlite", migrated=False)
    for step in steps:
        step(database)
    return rows(database)


def ingesting(world: World, *recordings: str) -> Step:
    return lambda database: ingest_recordings(database, world.folder, recordings=recordings or None, workers=1)


def test_two_ingests_of_the_same_data_into_a_new_catalog(
    pair: World, new_database: str, make_database: MakeDatabase, start: Start
) -> None:
    both = [start(COMMAND, "--db", new_database, "ingest", pair.folder, "--workers", "1") for _ in range(2)]
    for code, _, err in map(ended, both):
        assert code == 0, err
    assert differing(rows(new_database), serial(make_database, ingesting(pair))) == {}
    assert set(statuses(new_database)) == {"done"}
    assert query(new_database, "SELECT * FROM ingest_problems") == []


def test_two_ingests_of_different_recordings(
    pair: World, new_database: str, make_database: MakeDatabase, start: Start
) -> None:
    """They show the same videos: which presentation names them depends on who comes first, and on nothing else."""
    one, two = pair.names
    command = (COMMAND, "--db", new_database, "ingest", pair.folder, "--workers", "1", "--recording")
    for code, _, err in map(ended, [start(*command, one), start(*command, two)]):
        assert code == 0, err
    orders = [
        serial(make_database, ingesting(pair, one), ingesting(pair, two)),
        serial(make_database, ingesting(pair, two), ingesting(pair, one)),
    ]
    assert {} in [differing(rows(new_database), expected) for expected in orders]
    assert len(query(new_database, "SELECT DISTINCT video_id FROM trials")) == 4


@pytest.fixture
def metadata(pair: World, make_database: MakeDatabase, tmp_path: Path) -> Path:
    """What is published of the same recordings."""
    raw = make_database("sqlite")
    ingest_recordings(raw, pair.folder, workers=1)
    return Published(raw).write(tmp_path / "metadata")


def test_an_ingest_beside_an_import(
    pair: World, metadata: Path, new_database: str, make_database: MakeDatabase, start: Start
) -> None:
    both = [
        start(COMMAND, "--db", new_database, "ingest", pair.folder, "--workers", "1"),
        start(COMMAND, "--db", new_database, "import", metadata),
    ]
    for code, _, err in map(ended, both):
        assert code == 0, err
    orders = [
        serial(make_database, ingesting(pair), lambda database: import_metadata(database, metadata)),
        serial(make_database, lambda database: import_metadata(database, metadata), ingesting(pair)),
    ]
    assert differing(*orders) == {}, "whichever comes first"
    assert differing(rows(new_database), orders[0]) == {}
    assert set(statuses(new_database)) == {"done"}


@pytest.mark.parametrize("moment", [1, 2, 3, 4])
def test_an_import_between_reading_and_writing(
    pair: World, metadata: Path, database: str, make_database: MakeDatabase, moment: int
) -> None:
    ingest_recordings(
        database, pair.folder, workers=1, progress=At(moment, lambda: import_metadata(database, metadata))
    )
    expected = serial(make_database, ingesting(pair), lambda other: import_metadata(other, metadata))
    assert differing(rows(database), expected) == {}


def test_two_imports_of_the_same_metadata(
    metadata: Path, new_database: str, make_database: MakeDatabase, start: Start
) -> None:
    # Something to be told that belongs to no recording.
    (metadata / "global_meta" / "videos" / "odd.json").write_text("{")
    both = [start(COMMAND, "--db", new_database, "import", metadata) for _ in range(2)]
    for code, _, err in map(ended, both):
        assert code == 1, err
    expected = serial(make_database, lambda database: import_metadata(database, metadata))
    assert expected["ingest_problems"] != []
    assert differing(rows(new_database), expected) == {}


def removing(name: str) -> Step:
    def step(database: str) -> None:
        with Catalog(database) as cat:
            remove(cat, name)

    return step


@pytest.mark.parametrize("changed", ["nothing", "a trial", "all trials"])
def test_a_recording_that_is_removed_while_it_is_read(
    pair: World, database: str, make_database: MakeDatabase, tmp_path: Path, changed: str
) -> None:
    copy = pair.copy(tmp_path / "data")
    first, second = (str(row[0]) for row in plan(database, copy.folder)[1])
    ingest_recordings(database, copy.folder, workers=1)
    numbers = {
        name: sorted(path.stem for path in (copy.folder / name).glob("data/videos/*")) for name in (first, second)
    }
    touched = {"nothing": [], "a trial": numbers[first][:1], "all trials": numbers[first]}[changed]
    for name, number in [(second, numbers[second][0]), *((first, number) for number in touched)]:
        for path in (copy.folder / name / "data").glob(f"*/{number}.npy"):
            replace_file(path, path.read_bytes())
    moment = At(1, lambda: removing(first)(database))
    ingest_recordings(database, copy.folder, workers=1, progress=moment)
    assert moment.done
    ahead = serial(make_database, ingesting(copy), removing(first), ingesting(copy))
    after = serial(make_database, ingesting(copy), removing(first))
    # One that is unchanged is not looked at again: as if it had been removed afterwards.
    assert differing(rows(database), after if changed == "nothing" else ahead) == {}


def test_an_ingest_beside_selections_removals_and_moves(
    films: World, database: str, make_database: MakeDatabase, start: Start, tmp_path: Path
) -> None:
    copy = films.copy(tmp_path / "data")
    order = [str(row[0]) for row in plan(database, copy.folder)[1]]
    ingest_recordings(database, copy.folder, recordings=order[:1], workers=1)
    elsewhere = tmp_path / "elsewhere"
    shutil.copytree(copy.folder / order[0], elsewhere / order[0], copy_function=os.link)
    others = [
        ("select", "films", "--where", "label=NaturalVideo"),
        ("relocate", copy.folder / order[0], elsewhere / order[0]),
        ("remove", order[0]),
        ("select", "films", "--where", "label=NaturalVideo", "--replace"),
    ]
    kept: list[int] = []

    def run() -> None:
        command = others.pop(0)
        code, _, err = ended(start(COMMAND, "--db", database, *command))
        assert code == 0, err
        kept.append(len(query(database, "SELECT * FROM selection_trials")))

    class Each:
        def __call__(self, progress: Any) -> None:
            if progress.event == "trial":
                run()

    ingest_recordings(database, copy.folder, recordings=order[1:], workers=1, progress=Each())
    assert kept == [2, 2, 2, 2], "first of the recording that was there, then of the one that came"
    with_selection = query(database, "SELECT DISTINCT recording FROM selection_trials")
    assert with_selection == [{"recording": order[1]}]
    one, two, three = (ingesting(copy, name) for name in order)
    expected = serial(make_database, one, two, removing(order[0]), three, one)
    ingest_recordings(database, copy.folder, workers=1)
    ours = rows(database)
    for table in ("selections", "selection_trials"):
        del ours[table], expected[table]
    assert differing(ours, expected) == {}


READING = """
import sys
import sqlalchemy as sa
from catalog import Catalog
from catalog.errors import NotACatalogError

database, whole, times = sys.argv[1], int(sys.argv[2]), 0
while True:
    # Opened anew each time: it comes and goes while others write, open and close.
    with Catalog(database, read_only=times % 2 == 0) as cat:
        with cat.snapshot() as session:
            counts = session.execute(sa.text("SELECT recording, COUNT(*) FROM trial_overview GROUP BY recording")).all()
            neurons = session.execute(sa.text("SELECT recording_id, COUNT(*) FROM neurons GROUP BY recording_id")).all()
            assert all(count == whole for _, count in counts), counts
            assert len(neurons) == len(counts), (neurons, counts)
        assert cat.trials.count() % whole == 0
        assert all(trial.video.label for trial in cat.trials)
    times += 1
    print(times, flush=True)
"""


def test_readers_see_whole_recordings_and_no_error(films: World, database: str, tmp_path: Path, start: Start) -> None:
    copy = films.copy(tmp_path / "data")
    readers = [start(READING, database, 2)]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "1\n"
    for _ in range(2):
        # Every recording is replaced each time.
        for path in copy.folder.glob("*/data/*/*.npy"):
            replace_file(path, path.read_bytes())
        code, _, err = ended(start(COMMAND, "--db", database, "ingest", copy.folder, "--workers", "1"))
        assert code == 0, err
    for reader in readers:
        assert reader.poll() is None, reader.communicate()[1]
        reader.terminate()
        out, err = reader.communicate()
        assert err == ""
        assert len(out.splitlines()) > 3
    assert len(query(database, "SELECT * FROM recordings")) == 3


def test_a_reader_that_stays_is_never_in_the_way(films: World, database: str, start: Start) -> None:
    first = str(plan(database, films.folder)[1][0][0])
    ingest_recordings(database, films.folder, recordings=[first], workers=1)
    with Catalog(database) as cat, cat.snapshot() as session:
        held = session.connection().execution_options(yield_per=1).execute(sa.text("SELECT trial FROM trials"))
        held.fetchone()
        code, _, err = ended(start(COMMAND, "--db", database, "ingest", films.folder, "--workers", "1"))
        assert code == 0, err
        assert len(held.fetchall()) == 1
        assert session.scalar(sa.text("SELECT COUNT(*) FROM recordings")) == 1
        assert cat.recordings.count() == 3


def test_the_same_trials_are_not_read_twice(films: World, database: str) -> None:
    """A second ingest that comes while the first is at work takes over what is not done, and leaves what is."""
    reports: list[Any] = []
    moment = At(1, lambda: reports.append(ingest_recordings(database, films.folder, workers=1)))
    reports.insert(0, ingest_recordings(database, films.folder, workers=1, progress=moment))
    first, second = sorted(reports, key=lambda report: -len(report.left))
    assert (len(first.left), len(second.left)) == (3, 0)
    assert (first.trials_read, second.trials_read) == (2, 6)
    engine = connect(database, pooled=False)
    with engine.connect() as connection:
        writers = connection.scalars(sa.text("SELECT DISTINCT run_id FROM recordings")).all()
    assert writers == [second.run_id]
