"""Importing as a whole: what is created, and what is told."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from catalog.models import Base
from ingest.importing import import_metadata
from tests.importing.builder import FIRST, SECOND, PublishedFolder
from tests.importing.reading import data_of, dump, query


def test_a_new_database_becomes_a_catalog(new_database: str, folder: PublishedFolder) -> None:
    report = import_metadata(new_database, folder.root)
    assert report.recordings == [FIRST, SECOND]
    assert report.run_id is not None
    assert not report.unchanged
    (run,) = dump(new_database)["ingest_runs"]
    assert (run["id"], run["command"], run["status"]) == (report.run_id, "import", "done")
    assert run["finished_at"] >= run["started_at"]
    assert len(run["input_digest"]) == 64


def test_a_path_object_will_do(tmp_path: Path, folder: PublishedFolder) -> None:
    assert import_metadata(tmp_path / "catalog.db", folder.root).counts["trials"] == 7


def test_both_databases_hold_the_same(both_databases: dict[str, str], folder: PublishedFolder) -> None:
    for database in both_databases.values():
        import_metadata(database, folder.root)
    assert data_of(both_databases["sqlite"]) == data_of(both_databases["postgresql"])


def test_some_recordings_alone(database: str, folder: PublishedFolder) -> None:
    report = import_metadata(database, folder.root, recordings=[SECOND])
    assert report.problems == []
    assert report.recordings == [SECOND]
    assert report.counts == {"trials": 3, "neurons": 3, "videos": 3, "segments": 2}
    assert [row["id"] for row in query(database, "SELECT id FROM videos ORDER BY id")] == [
        "v000001",
        "v000002",
        "v000003",
    ]
    assert import_metadata(database, folder.root, recordings=[SECOND]).unchanged
    assert not import_metadata(database, folder.root).unchanged
    assert len(query(database, "SELECT id FROM videos")) == 4
    assert import_metadata(database, folder.root).unchanged
    assert import_metadata(database, folder.root, recordings=[FIRST]).unchanged


def test_what_everybody_has_lying_about_is_passed_over(database: str, folder: PublishedFolder) -> None:
    import_metadata(database, folder.root)
    for place in (folder.root, folder.root / FIRST, folder.presentation(0).parent, folder.video("v000001").parent):
        for name in (".DS_Store", "README.md", "LICENSE.txt"):
            (place / name).write_text("x")
    (folder.root / "__MACOSX").mkdir()
    assert import_metadata(database, folder.root).unchanged


def test_progress_is_logged_not_printed(
    database: str, folder: PublishedFolder, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.INFO, logger="ingest"):
        import_metadata(database, folder.root)
    assert f"read {FIRST}: 4 trials, 3 neurons" in caplog.text
    assert capsys.readouterr() == ("", "")


def test_every_table_that_an_import_fills_is_compared(database: str, folder: PublishedFolder) -> None:
    import_metadata(database, folder.root)
    filled = {name for name, rows in dump(database).items() if rows}
    assert {table.name for table in Base.metadata.sorted_tables} - filled == {
        "array_files",
        "ingest_problems",
        "recording_roots",
        "segment_aliases",
        "segment_signatures",
        "selection_trials",
        "selections",
        "video_aliases",
        "video_signatures",
    }
