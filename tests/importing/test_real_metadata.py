"""The published metadata of six real recordings: every field of every file, read anew here, is in the database."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from ingest.importing import import_metadata
from ingest.report import RunReport
from tests.conftest import BACKENDS, MakeDatabase
from tests.importing.reading import dump, query, without_ids

LISTS_PER_SEGMENT = 16


@pytest.fixture(scope="module")
def imported(
    request: pytest.FixtureRequest, published_metadata: Path, make_lasting_database: MakeDatabase
) -> dict[str, tuple[str, RunReport]]:
    """The database of each kind that the six recordings were imported into, and the report."""
    databases = {backend: make_lasting_database(backend) for backend in BACKENDS}
    return {backend: (name, import_metadata(name, published_metadata)) for backend, name in databases.items()}


@pytest.fixture
def catalog_of_six(backend: str, imported: dict[str, tuple[str, RunReport]]) -> str:
    """A catalog with the six recordings; tests only read it."""
    return imported[backend][0]


def _recordings(published: Path) -> list[str]:
    return sorted(path.name for path in published.glob("dynamic*"))


def _csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_each_field_of_meta_basic(catalog_of_six: str, published_metadata: Path) -> None:
    stored = {row["name"]: row for row in query(catalog_of_six, "SELECT * FROM recordings")}
    assert sorted(stored) == _recordings(published_metadata)
    for name, row in stored.items():
        content = json.loads((published_metadata / name / f"meta-basic_{name}.json").read_text())
        assert {key: row[key] for key in content} == content
        assert row["source"] == "published"


def test_each_cell_of_the_trial_tables(catalog_of_six: str, published_metadata: Path) -> None:
    rows = query(catalog_of_six, "SELECT * FROM trial_overview")
    stored = {(row["recording"], str(row["trial"])): row for row in rows}
    seen = 0
    for name in _recordings(published_metadata):
        for cells in _csv_rows(published_metadata / name / "trials" / f"meta-trials_{name}.csv"):
            row = stored[name, cells["trial"]]
            cells["published_video_id"] = cells["video_id"] = cells.pop("video_ID")
            # SQLite's raw SQL gives 0 and 1 for booleans.
            flags = {key for key, cell in cells.items() if cell in ("True", "False")}
            assert len(flags) == 6
            assert {key: str(bool(row[key]) if key in flags else row[key]) for key in cells} == cells
            seen += 1
    assert seen == len(stored) == 4267


def test_each_field_of_the_presentations(catalog_of_six: str, published_metadata: Path) -> None:
    tables = dump(catalog_of_six)
    recordings = {row["id"]: row for row in tables["recordings"]}
    segments: dict[int, list[dict[str, Any]]] = {}
    for row in tables["trial_segments"]:
        segments.setdefault(row["trial_id"], []).append(row)
    for trial in tables["trials"]:
        recording = recordings[trial["recording_id"]]
        path = published_metadata / recording["name"] / "videos" / f"{trial['trial']}.json"
        content = json.loads(path.read_text())
        lists = content.pop("segments")
        assert content.pop("recording") == recording["name"]
        assert content.pop("trial") == str(trial["trial"])
        assert content.pop("sampling_freq") == recording["sampling_freq"]
        assert content.pop("ID") is None
        assert content.pop("valid_frames") == trial["valid_frames_video"]
        assert {key: trial[key] for key in content} == content
        rows = segments[trial["id"]]
        assert [row["segment_index"] for row in rows] == list(range(len(rows)))
        assert len(lists) == LISTS_PER_SEGMENT
        assert {key: [row[key] for row in rows] for key in lists} == lists
        assert all(row[key].__class__ is lists[key][i].__class__ for i, row in enumerate(rows) for key in lists)


def test_each_field_of_the_videos(catalog_of_six: str, published_metadata: Path) -> None:
    tables = dump(catalog_of_six)
    stored = {row["id"]: row for row in tables["videos"]}
    spans: dict[str, list[dict[str, Any]]] = {}
    for row in tables["video_segments"]:
        spans.setdefault(row["video_id"], []).append(row)
    names = {row["id"]: row["name"] for row in tables["recordings"]}
    shown: dict[str, dict[str, set[str]]] = {}
    for trial in tables["trials"]:
        by_recording = shown.setdefault(trial["video_id"], {})
        by_recording.setdefault(names[trial["recording_id"]], set()).add(str(trial["trial"]))
    files = sorted((published_metadata / "global_meta" / "videos").glob("*.json"))
    assert len(files) == len(stored) == 1193
    for path in files:
        content = json.loads(path.read_text())
        identifier = content.pop("ID")
        lists, duplicates = content.pop("segments"), content.pop("duplicates")
        assert {key: stored[identifier][key] for key in content} == content
        assert stored[identifier]["n_segments"] == len(lists["frame_start"])
        rows = spans[identifier]
        assert [row["segment_index"] for row in rows] == list(range(len(rows)))
        lists["segment_id"] = lists.pop("segment_ID", [None] * len(rows))
        assert {key: [row[key] for row in rows] for key in lists} == lists
        assert {name: set(entry["trials"]) for name, entry in duplicates.items()} == shown[identifier]
        assert all(entry["n"] == len(shown[identifier][name]) for name, entry in duplicates.items())


def test_each_field_of_the_segments(catalog_of_six: str, published_metadata: Path) -> None:
    stored = {row["id"]: row for row in query(catalog_of_six, "SELECT * FROM segments")}
    places: dict[str, dict[str, list[int]]] = {}
    for row in query(catalog_of_six, "SELECT * FROM video_segments ORDER BY video_id, segment_index"):
        places.setdefault(row["segment_id"], {}).setdefault(row["video_id"], []).append(row["segment_index"])
    files = sorted((published_metadata / "global_meta" / "segments").glob("*.json"))
    assert len(files) == len(stored) == 611
    for path in files:
        content = json.loads(path.read_text())
        identifier = content.pop("ID")
        duplicates = content.pop("duplicates")
        assert {key: stored[identifier][key] for key in content} == content
        assert {name: sorted(entry["segment_index"]) for name, entry in duplicates.items()} == places[identifier]
        assert all(entry["n"] == len(places[identifier][name]) for name, entry in duplicates.items())


def test_each_cell_of_the_neuron_tables(catalog_of_six: str, published_metadata: Path) -> None:
    for name in _recordings(published_metadata):
        rows = query(
            catalog_of_six,
            "SELECT neurons.* FROM neurons JOIN recordings ON recordings.id = recording_id WHERE name = :name "
            'ORDER BY "row"',
            name=name,
        )
        cells = _csv_rows(published_metadata / name / "neurons" / f"meta-neurons_{name}.csv")
        assert [row["row"] for row in rows] == list(range(len(cells)))
        assert [row["unit_id"] for row in rows] == [int(cell["ID"]) for cell in cells]
        for key in cells[0].keys() - {"ID"}:
            read = float if key.endswith("activation") else int
            assert [row[key] for row in rows] == [read(cell[key]) for cell in cells]


def test_the_dictionaries_word_for_word(catalog_of_six: str, published_metadata: Path) -> None:
    tables = dump(catalog_of_six)
    names = {row["id"]: row["name"] for row in tables["recordings"]}
    assert len(tables["data_dictionaries"]) == 12
    for row in tables["data_dictionaries"]:
        name, subject = names[row["recording_id"]], row["subject"]
        path = published_metadata / name / subject / f"meta-{subject}_{name}.json"
        assert json.dumps(row["content"]) == json.dumps(json.loads(path.read_text()))


def test_the_one_contradiction_in_them_is_reported(
    backend: str, imported: dict[str, tuple[str, RunReport]], published_metadata: Path
) -> None:
    database, report = imported[backend]
    (problem,) = report.problems
    assert (problem.severity, problem.kind, problem.trial) == ("warning", "segmentation_differs", 229)
    assert problem.recording == "dynamic29647-19-8-Video-9b4f6a1a067fe51e15306b9628efea20"
    assert "4 segments" in problem.message
    assert "5 in global_meta/videos/NaturalVideo-v212774.json" in problem.message
    (row,) = query(database, "SELECT * FROM ingest_problems")
    assert {key: row[key] for key in vars(problem)} == vars(problem)


def test_a_second_import_changes_nothing(
    backend: str, imported: dict[str, tuple[str, RunReport]], published_metadata: Path
) -> None:
    database, first = imported[backend]
    before = dump(database)
    report = import_metadata(database, published_metadata)
    assert report.unchanged
    assert report.run_id is None
    assert report.problems == first.problems
    assert dump(database) == before


def test_both_databases_hold_the_same_rows(imported: dict[str, tuple[str, RunReport]]) -> None:
    sqlite, postgresql = (without_ids(dump(imported[backend][0])) for backend in BACKENDS)
    assert sqlite.keys() == postgresql.keys()
    for table in sqlite:
        assert sqlite[table] == postgresql[table]
