"""Published metadata comes back out of a catalog as it went in, and where it cannot, the export says so."""

from __future__ import annotations

import csv
import errno
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from catalog.database import connect
from catalog.errors import InputError
from catalog.exports.published import recordings
from catalog.exports.target import MARKER
from ingest.importing import import_metadata
from tests.conftest import BACKENDS, MakeDatabase
from tests.exports.published import contents, differing, every_byte, export
from tests.importing.builder import FIRST, SECOND, PublishedFolder
from tests.importing.reading import dump, without_ids


@pytest.fixture
def folder(tmp_path: Path) -> PublishedFolder:
    """A small consistent folder of published metadata, of this test's own."""
    return PublishedFolder(tmp_path / "metadata").write()


def change(database: str, *statements: str, **parameters: str) -> None:
    """Make a catalog hold what no published file can say."""
    engine = connect(database, pooled=False)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement), parameters)


def exported(database: str, folder: PublishedFolder) -> tuple[PublishedFolder, tuple[str, ...]]:
    """Return the export of a catalog, and what it says of itself."""
    target = folder.root.parent / "export"
    report = export(database, target)
    readme = (target / "README.md").read_text()
    assert all(f"- {note}\n" in readme for note in report.notes)
    return PublishedFolder(target), report.notes


def rows(path: Path, delimiter: str = ",") -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


@pytest.fixture(scope="module")
def six_exports(
    published_metadata: Path, make_lasting_database: MakeDatabase, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """What a catalog of each kind gives back of the six real recordings."""
    folders = {}
    for backend in BACKENDS:
        database = make_lasting_database(backend)
        import_metadata(database, published_metadata)
        folders[backend] = tmp_path_factory.mktemp("exports") / "metadata"
        export(database, folders[backend])
    return folders


def test_every_real_file_comes_back(backend: str, six_exports: dict[str, Path], published_metadata: Path) -> None:
    published = contents(published_metadata)
    assert len(published) == 6101
    assert differing(published, contents(six_exports[backend])) == {}


def test_both_databases_give_the_same_bytes(six_exports: dict[str, Path]) -> None:
    sqlite, postgresql = (every_byte(six_exports[backend]) for backend in BACKENDS)
    assert len(sqlite) == 6101 + len(["README.md", "problems.tsv"])
    assert [name for name in sqlite if sqlite[name] != postgresql.get(name)] == []
    assert sqlite.keys() == postgresql.keys()


def test_the_contradiction_in_the_real_files_is_told(backend: str, six_exports: dict[str, Path]) -> None:
    assert "recorded problems (1 warning)" in (six_exports[backend] / "README.md").read_text()
    (problem,) = rows(six_exports[backend] / "problems.tsv", "\t")
    assert (problem["kind"], problem["trial"]) == ("segmentation_differs", "229")


def test_a_consistent_folder_comes_back_without_a_note(database: str, folder: PublishedFolder) -> None:
    import_metadata(database, folder.root)
    export_folder, notes = exported(database, folder)
    assert differing(contents(folder.root), contents(export_folder.root)) == {}
    assert notes == ()
    assert not (export_folder.root / "problems.tsv").exists()


def test_counts_are_those_of_the_files(database: str, folder: PublishedFolder, tmp_path: Path) -> None:
    import_metadata(database, folder.root)
    report = export(database, tmp_path / "export")
    files = len(every_byte(folder.root))
    assert report.counts == {
        "recordings": 2, "trials": 7, "neurons": 6, "videos": 4, "segments": 4, "files": files,
    }  # fmt: skip


def test_an_import_passes_over_the_notes_and_problems(
    backend: str, make_database: MakeDatabase, folder: PublishedFolder
) -> None:
    with folder.edit_json(folder.video("v000003")) as content:
        content["duplicates"][FIRST] = {"trials": ["2"], "n": 1}
    first, second = make_database(backend), make_database(backend)
    import_metadata(first, folder.root)
    export_folder, notes = exported(first, folder)
    assert any("1 published list under duplicates differed" in note for note in notes)
    assert (export_folder.root / "problems.tsv").exists()
    assert json.loads(export_folder.video("v000003").read_text())["duplicates"][FIRST]["trials"] == ["2", "7"]
    assert import_metadata(second, export_folder.root).problems == []
    before, after = (without_ids(dump(name)) for name in (first, second))
    for tables in (before, after):
        del tables["ingest_problems"], tables["ingest_runs"]
    assert before == after


def test_stated_numbers_give_way_to_those_of_the_rows(database: str, folder: PublishedFolder) -> None:
    with folder.edit_json(folder.basic()) as content:
        content |= {"n_trials": 99, "n_neurons": 98}
    with folder.edit_json(folder.basic(SECOND)) as content:
        content["n_neurons"] = 97
    folder.neurons(SECOND).unlink()
    import_metadata(database, folder.root)
    export_folder, notes = exported(database, folder)
    assert any("1 recording published with other numbers" in note for note in notes)
    first, second = (json.loads(export_folder.basic(name).read_text()) for name in (FIRST, SECOND))
    assert (first["n_trials"], first["n_neurons"]) == (4, 3)
    assert second["n_neurons"] == 97  # without rows, what was stated is all that is known


def test_null_is_an_empty_cell_and_noted(database: str, folder: PublishedFolder) -> None:
    import_metadata(database, folder.root)
    change(
        database,
        "DELETE FROM trial_segments WHERE trial_id IN (SELECT id FROM trials WHERE trial = 3)",
        "UPDATE trials SET label = NULL, video_id = NULL, trial_type = NULL, valid_frames_video = NULL, "
        "first_label = NULL, peaks = NULL, n_peaks = NULL, segments_n_peaks = NULL, segments_bad_n = NULL, "
        "segments_avg_duration = NULL WHERE trial = 3",
    )
    export_folder, notes = exported(database, folder)
    (row,) = (row for row in rows(export_folder.trials()) if row["trial"] == "3")
    empty = {name for name, cell in row.items() if cell == ""}
    assert empty == {"label", "video_ID", "trial_type", "valid_frames_video"}
    assert not export_folder.presentation(3).exists()
    assert json.loads(export_folder.video("v000004").read_text())["duplicates"] == {}
    assert [note.split(":")[0] for note in notes] == [
        "1 trial without a video that could be analysed",
        "1 trial of whose presentation nothing is known",
        "1 trial with a signal that is missing or unreadable",
        "1 trial whose phase is not known",
    ]


def test_what_is_missing_in_the_middle_keeps_its_place(
    backend: str, make_database: MakeDatabase, folder: PublishedFolder
) -> None:
    first, second = make_database(backend), make_database(backend)
    import_metadata(first, folder.root)
    change(
        first,
        'DELETE FROM neurons WHERE "row" = 1',
        "DELETE FROM trial_segments WHERE segment_index = 0 AND trial_id IN (SELECT id FROM trials WHERE trial = 2)",
        "DELETE FROM video_segments WHERE segment_index = 2 AND video_id = 'v000004'",
    )
    export_folder, notes = exported(first, folder)
    assert json.loads(export_folder.presentation(2).read_text())["segments"]["max_change"][0] is None
    assert json.loads(export_folder.video("v000004").read_text())["segments"]["frame_start"] == [0, 14, None]
    assert [note.split(" of which")[0] for note in notes] == ["2 segments", "2 neurons"]
    import_metadata(second, export_folder.root)
    before, after = (without_ids(dump(name)) for name in (first, second))
    for table in ("trial_segments", "video_segments", "videos", "recordings"):
        assert before[table] == after[table]
    known = [row for row in after["neurons"] if row["unit_id"] is not None]
    assert known == before["neurons"]


def test_a_value_that_is_no_json_becomes_null(backend: str, database: str, folder: PublishedFolder) -> None:
    import_metadata(database, folder.root)
    infinity = {"sqlite": "1e999", "postgresql": "'infinity'"}[backend]
    change(database, f"UPDATE trial_segments SET max_change = {infinity} WHERE segment_index = 1")
    export_folder, notes = exported(database, folder)
    assert json.loads(export_folder.presentation(2).read_text())["segments"]["max_change"][1] is None
    assert any("with a value that is not finite" in note for note in notes)


@pytest.mark.parametrize("name", ["../../evil", "a/b", ".hidden", "back\\slash", "100%"])
def test_no_name_leads_out_of_the_folder(database: str, folder: PublishedFolder, name: str) -> None:
    import_metadata(database, folder.root)
    change(database, "UPDATE videos SET label = :name WHERE id = 'v000001'", name=name)
    change(database, "UPDATE recordings SET name = :name WHERE name = :old", name=name, old=FIRST)
    export_folder, _ = exported(database, folder)
    beside = {path.name for path in folder.root.parent.iterdir()}
    assert beside - {Path(database).name} == {"export", "metadata"}
    assert len([path for path in export_folder.root.iterdir() if path.is_dir()]) == 3
    labels = [json.loads(path.read_text())["label"] for path in export_folder.root.glob("global_meta/videos/*")]
    assert labels.count(name) == 1
    assert [path.name for path in export_folder.root.rglob(".*")] == [MARKER]


def test_an_empty_catalog_is_a_layout_without_files(database: str, tmp_path: Path) -> None:
    report = export(database, tmp_path / "export")
    assert set(report.counts.values()) == {0}
    assert every_byte(tmp_path / "export").keys() == {"README.md"}


def test_without_space_nothing_is_left_and_nothing_is_lost(
    database: str, folder: PublishedFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_metadata(database, folder.root)
    export(database, tmp_path / "export")
    before, there = every_byte(tmp_path / "export"), sorted(os.listdir(tmp_path))
    change(database, "UPDATE trials SET valid_frames = 7")
    write = recordings.write_json

    def full(path: Path, content: dict[str, Any]) -> None:
        if path.name == "7.json":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(path, content)

    monkeypatch.setattr(recordings, "write_json", full)
    with pytest.raises(InputError, match="No space left on device; it was left as it was"):
        export(database, tmp_path / "export", force=True)
    assert every_byte(tmp_path / "export") == before
    assert sorted(os.listdir(tmp_path)) == there
    monkeypatch.undo()
    export(database, tmp_path / "export", force=True)
    assert every_byte(tmp_path / "export") != before
    shutil.rmtree(tmp_path / "export")
