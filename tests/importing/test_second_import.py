"""What an import does to a catalog that holds something: what it replaces, leaves alone, and keeps when it crashes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from ingest import importing
from ingest.facts import RecordingFacts
from ingest.importing import import_metadata
from tests.conftest import BACKENDS, MakeDatabase
from tests.importing.builder import FIRST, SECOND, PublishedFolder
from tests.importing.meddling import execute
from tests.importing.reading import data_of, dump, query, video_of

# The same metadata.


def test_the_same_again_changes_nothing(database: str, folder: PublishedFolder) -> None:
    folder.presentation(3).unlink()
    first = import_metadata(database, folder.root)
    before = dump(database)
    second = import_metadata(database, folder.root)
    assert second.unchanged
    assert second.run_id is None
    assert second.problems == first.problems
    assert dump(database) == before


def test_the_same_in_another_place_changes_nothing(database: str, folder: PublishedFolder, tmp_path: Path) -> None:
    import_metadata(database, folder.root)
    shutil.move(folder.root, tmp_path / "elsewhere")
    assert import_metadata(database, tmp_path / "elsewhere").unchanged


# Changed metadata.


def _change_label(folder: PublishedFolder) -> None:
    folder.trials().write_text(folder.trials().read_text().replace(",PinkNoise,", ",Gabor,").replace("oracle", "train"))
    with folder.edit_json(folder.presentation(0)) as content:
        content["segments"]["max_change"][1] = 77.5


def _change_neurons(folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.neurons()) as rows:
        rows[1]["std_activation"] = "0.125"


def _change_video(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.video("v000001")) as content:
        content["segments"]["frame_start"][1] = content["segments"]["frame_end"][0] = 101


def _change_bad_property(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.video("v000002")) as content:
        content["segments"]["bad_properties"] = [True]


def _change_segment(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.segment("s000003")) as content:
        content["valid_frames"] = 15


def _rename_video(folder: PublishedFolder) -> None:
    with folder.edit_json(folder.video("v000004")) as content:
        content["ID"] = "v000044"
        content["segments"]["segment_ID"] = ["s000009", "s000033", "s000009"]
    folder.video("v000004").rename(folder.video("v000004").with_name("NaturalImages-v000044.json"))
    with folder.edit_json(folder.segment("s000003")) as content:
        content["ID"] = "s000033"
        content["duplicates"] = {"v000044": content["duplicates"]["v000004"]}
    with folder.edit_json(folder.segment("s000009")) as content:
        content["duplicates"] = {"v000044": content["duplicates"]["v000004"]}
    folder.segment("s000003").rename(folder.segment("s000003").with_name("NaturalImages-s000033.json"))
    folder.replace_text(folder.trials(), "v000004", "v000044")


def _remove_trial(folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.trials()) as rows:
        del rows[2]
    folder.presentation(3).unlink()


def _change_basic(folder: PublishedFolder) -> None:
    folder.replace_text(folder.basic(), '"https://example.org/data"', "null")


def _change_dictionary(folder: PublishedFolder) -> None:
    folder.trials(FIRST, ".json").write_text('{"trial": "a number"}')


def _add_stranger(folder: PublishedFolder) -> None:
    (folder.root / "figures").mkdir()


CHANGES = [
    _change_label,
    _change_neurons,
    _change_video,
    _change_bad_property,
    _change_segment,
    _rename_video,
    _remove_trial,
    _change_basic,
    _change_dictionary,
    _add_stranger,
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("backend", BACKENDS)
def test_changed_metadata_replaces_the_old(
    backend: str, make_database: MakeDatabase, folder: PublishedFolder, change: Any
) -> None:
    database, fresh = make_database(backend), make_database(backend)
    import_metadata(database, folder.root)
    ids = query(database, "SELECT id, name FROM recordings ORDER BY id")
    before = data_of(database)
    change(folder)
    assert not import_metadata(database, folder.root).unchanged
    import_metadata(fresh, folder.root)
    assert data_of(database) == data_of(fresh) != before
    assert query(database, "SELECT id, name FROM recordings ORDER BY id") == ids
    assert import_metadata(database, folder.root).unchanged


def test_mended_metadata_has_no_problems_left(database: str, folder: PublishedFolder) -> None:
    stray = folder.root / "figures"
    stray.mkdir()
    text = folder.presentation(2).read_text()
    folder.presentation(2).write_text("{")
    assert [problem.kind for problem in import_metadata(database, folder.root).problems] == [
        "unknown_file",
        "broken_json",
    ]
    stray.rmdir()
    folder.presentation(2).write_text(text)
    assert import_metadata(database, folder.root).problems == []
    assert query(database, "SELECT * FROM ingest_problems") == []


def test_the_whole_after_its_parts_brings_the_videos_that_nobody_shows(database: str, folder: PublishedFolder) -> None:
    _remove_trial(folder)
    for name in (FIRST, SECOND):
        import_metadata(database, folder.root, recordings=[name])
    assert query(database, "SELECT * FROM videos WHERE id = 'v000004'") == []
    assert not import_metadata(database, folder.root).unchanged
    assert len(query(database, "SELECT * FROM videos WHERE id = 'v000004'")) == 1


def test_a_recording_replaced_from_elsewhere_is_not_taken_for_unchanged(
    database: str, folder: PublishedFolder, tmp_path: Path
) -> None:
    import_metadata(database, folder.root)
    other = PublishedFolder(tmp_path / "other").write()
    _change_neurons(other)
    import_metadata(database, other.root, recordings=[FIRST])
    assert not import_metadata(database, folder.root).unchanged
    assert import_metadata(database, folder.root).unchanged


def test_a_removed_recording_is_not_taken_for_unchanged(database: str, folder: PublishedFolder) -> None:
    import_metadata(database, folder.root)
    execute(database, f"DELETE FROM recordings WHERE name = '{FIRST}'")
    assert not import_metadata(database, folder.root).unchanged
    assert len(query(database, "SELECT * FROM recordings")) == 2


def test_a_video_that_others_show_and_is_replaced_is_reported(
    database: str, folder: PublishedFolder, tmp_path: Path
) -> None:
    import_metadata(database, folder.root)
    other = PublishedFolder(tmp_path / "other").write()
    shutil.rmtree(other.root / FIRST)
    for name in ("v000001", "v000003", "v000004"):
        with other.edit_json(other.video(name)) as content:
            content["duplicates"].pop(FIRST)
    _change_video(other)
    (problem,) = import_metadata(database, other.root).problems
    assert problem.kind == "video_replaced"
    assert "v000001" in problem.message
    assert FIRST in problem.message
    assert not import_metadata(database, folder.root).unchanged


# A crash.


def _crash_at_second(monkeypatch: pytest.MonkeyPatch) -> None:
    write = importing.replace_recording
    calls = []

    def crash(connection: sa.Connection, facts: RecordingFacts, run_id: int) -> int:
        calls.append(facts.name)
        if len(calls) == 2:
            raise RuntimeError("power cut")
        return write(connection, facts, run_id)

    monkeypatch.setattr(importing, "replace_recording", crash)


def test_a_crash_leaves_the_old_rows(database: str, folder: PublishedFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    import_metadata(database, folder.root)
    before = dump(database)
    _change_neurons(folder)
    _change_video(folder)
    with monkeypatch.context() as patch:
        _crash_at_second(patch)
        with pytest.raises(RuntimeError, match="power cut"):
            import_metadata(database, folder.root)
    after = dump(database)
    runs = after.pop("ingest_runs")
    assert [run["status"] for run in runs] == ["done", "failed"]
    assert after == {name: rows for name, rows in before.items() if name != "ingest_runs"}
    assert not import_metadata(database, folder.root).unchanged


def test_a_crash_of_the_first_import_leaves_an_empty_catalog(
    new_database: str, folder: PublishedFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        _crash_at_second(patch)
        with pytest.raises(RuntimeError, match="power cut"):
            import_metadata(new_database, folder.root)
    assert {name for name, rows in dump(new_database).items() if rows} == {"ingest_runs"}
    import_metadata(new_database, folder.root)
    assert len(query(new_database, "SELECT * FROM recordings")) == 2


# Beside raw recordings.


def _make_raw(database: str, name: str) -> None:
    """Make a recording what it would be after its raw arrays came in, with one video known by its content."""
    execute(
        database,
        "INSERT INTO ingest_runs (command, status, started_at, version, analysis_version, parameters) "
        "VALUES ('ingest', 'done', '2026-01-01 00:00:00', '1', '1', '{}')",
        f"UPDATE recordings SET source = 'raw', run_id = (SELECT max(id) FROM ingest_runs) WHERE name = '{name}'",
        "UPDATE videos SET id = 'vcontent', source = 'raw', valid_frames = 51 WHERE id = 'v000003'",
        "INSERT INTO video_aliases (alias, video_id, source) VALUES ('v000003', 'vcontent', 'published')",
    )


def test_raw_recordings_stay_and_aliases_resolve(database: str, folder: PublishedFolder) -> None:
    import_metadata(database, folder.root)
    _make_raw(database, FIRST)
    tables = dump(database)
    (recording,) = (row for row in tables["recordings"] if row["name"] == FIRST)
    trials = [row for row in tables["trials"] if row["recording_id"] == recording["id"]]
    assert not import_metadata(database, folder.root).unchanged
    tables = dump(database)
    assert recording in tables["recordings"]
    assert [row for row in tables["trials"] if row["recording_id"] == recording["id"]] == trials
    (video,) = video_of(database, SECOND, 5)
    assert (video["id"], video["source"], video["valid_frames"]) == ("vcontent", "raw", 51)
    assert query(database, "SELECT * FROM videos WHERE id = 'v000003'") == []
    named = query(database, "SELECT published_video_id FROM trial_overview WHERE video_id = 'vcontent' ORDER BY 1")
    assert [row["published_video_id"] for row in named] == ["v000003"] * 3
    assert import_metadata(database, folder.root).unchanged
