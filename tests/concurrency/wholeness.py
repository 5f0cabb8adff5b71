"""What a catalog holds after an ingest was disturbed: whole recordings, and all of them after the next run."""

from __future__ import annotations

from click.testing import CliRunner, Result

from catalog.cli import main
from ingest.ingesting import ingest_recordings
from ingest.planning import plan
from tests.importing.reading import query
from tests.ingesting.rows import Tables, canonical, differing
from tests.ingesting.worlds import World

CONTINUES = "when that is mended, the same command continues with the rest"


def command(database: str, *arguments: object) -> Result:
    return CliRunner().invoke(main, ["--db", database, *map(str, arguments)])


def ingest(database: str, films: World) -> Result:
    return command(database, "ingest", films.folder, "--workers", "1")


def rows(database: str) -> Tables:
    """What a catalog holds, but for where the files are."""
    return canonical(database, without=("modified_ns",))


def statuses(database: str) -> list[str]:
    return [row["status"] for row in query(database, "SELECT status FROM ingest_runs ORDER BY id")]


def names_in(database: str) -> list[str]:
    return [row["name"] for row in query(database, "SELECT name FROM recordings ORDER BY id")]


def require_whole(database: str, films: World, expected: Tables) -> None:
    """Check that the catalog holds whole recordings, as they would be after a run that took in those alone."""
    order = [str(row[0]) for row in plan(films.folder / "none.db", films.folder)[1]]
    there = names_in(database)
    assert there == order[: len(there)]
    for table in ("trials", "neurons", "recording_roots", "array_files", "trial_segments"):
        kept = [row for row in expected[table] if (row.get("recording") or row["of_trial"][0]) in there]
        assert rows(database)[table] == kept, table
    assert query(database, "SELECT * FROM ingest_problems") == []


def require_rest(database: str, films: World, expected: Tables) -> None:
    """Check that the next run ends in the rows of one that nothing disturbed, and leaves no run behind as running."""
    there = names_in(database)
    report = ingest_recordings(database, films.folder, workers=1)
    assert set(report.left) == set(there)
    assert differing(rows(database), expected) == {}
    assert "running" not in statuses(database)
