"""Importing as a whole: what is created, kept, replaced and left alone."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from catalog.database import connect
from catalog.errors import DatabaseError, InputError, NotACatalogError, SchemaError
from catalog.models import Base
from ingest import importing
from ingest.facts import RecordingFacts
from ingest.importing import import_metadata
from tests.conftest import BACKENDS, MakeDatabase
from tests.importing.builder import FIRST, SECOND, PublishedFolder
from tests.importing.reading import Rows, dump, query, without_ids


def _execute(database: str, *statements: str) -> None:
    engine = connect(database, create=True, pooled=False)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


def _tables(database: str) -> list[str]:
    engine = connect(database, create=True, pooled=False)
    with engine.connect() as connection:
        return sorted(sa.inspect(connection).get_table_names())


def _data(database: str) -> dict[str, list[Any]]:
    """Return all that an import is for: everything but the record of runs, and of what each changed."""
    tables = without_ids(dump(database))
    del tables["ingest_runs"], tables["trial_changes"]
    return tables


def _video_of(database: str, recording: str, trial: int) -> Rows:
    return query(
        database,
        "SELECT videos.* FROM videos JOIN trial_overview ON video_id = videos.id "
        "WHERE recording = :name AND trial = :trial",
        name=recording,
        trial=trial,
    )


# What is created.


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
    assert _data(both_databases["sqlite"]) == _data(both_databases["postgresql"])


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


def test_the_whole_after_its_parts_brings_the_videos_that_nobody_shows(database: str, folder: PublishedFolder) -> None:
    _remove_trial(folder)
    for name in (FIRST, SECOND):
        import_metadata(database, folder.root, recordings=[name])
    assert query(database, "SELECT * FROM videos WHERE id = 'v000004'") == []
    assert not import_metadata(database, folder.root).unchanged
    assert len(query(database, "SELECT * FROM videos WHERE id = 'v000004'")) == 1


def test_what_everybody_has_lying_about_is_passed_over(database: str, folder: PublishedFolder) -> None:
    import_metadata(database, folder.root)
    for place in (folder.root, folder.root / FIRST, folder.presentation(0).parent, folder.video("v000001").parent):
        for name in (".DS_Store", "README.md", "LICENSE.txt"):
            (place / name).write_text("x")
    (folder.root / "__MACOSX").mkdir()
    assert import_metadata(database, folder.root).unchanged


# Bad input: nothing is changed.


def _empty(folder: PublishedFolder) -> Path:
    shutil.rmtree(folder.root)
    folder.root.mkdir()
    return folder.root


def _no_folder(folder: PublishedFolder) -> Path:
    return folder.root / "nowhere"


def _a_file(folder: PublishedFolder) -> Path:
    return folder.basic()


def _too_high(folder: PublishedFolder) -> Path:
    return folder.root.parent


def _a_recording(folder: PublishedFolder) -> Path:
    return folder.root / FIRST


def _global_folder(folder: PublishedFolder) -> Path:
    return folder.root / "global_meta"


def _raw_arrays(folder: PublishedFolder) -> Path:
    root = folder.root / "raw"
    (root / FIRST / "data" / "videos").mkdir(parents=True)
    return root


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (_empty, "holds no published metadata: expected the folder global_meta/"),
        (_no_folder, "nowhere does not exist"),
        (_a_file, "is no folder"),
        (_too_high, "give the folder {root}"),
        (_a_recording, "give the folder that holds it: {root}"),
        (_global_folder, "give the folder that holds it: {root}"),
        (_raw_arrays, "`catalog ingest"),
    ],
)
def test_a_folder_that_is_no_metadata(new_database: str, folder: PublishedFolder, make: Any, says: str) -> None:
    place = make(folder)
    with pytest.raises(InputError) as error:
        import_metadata(new_database, place)
    assert says.format(root=folder.root) in str(error.value)
    if "://" in new_database:
        assert _tables(new_database) == []
    else:
        assert not Path(new_database).exists()


def test_a_recording_that_is_not_there(database: str, folder: PublishedFolder) -> None:
    before = dump(database)
    with pytest.raises(InputError, match=f"no metadata of a recording '{FIRST[:-1]}'.*Did you mean '{FIRST}'"):
        import_metadata(database, folder.root, recordings=[FIRST[:-1]])
    assert dump(database) == before


def test_a_database_of_something_else(new_database: str, folder: PublishedFolder) -> None:
    _execute(new_database, "CREATE TABLE guests (name TEXT)")
    with pytest.raises(NotACatalogError, match="guests"):
        import_metadata(new_database, folder.root)
    assert _tables(new_database) == ["guests"]


def test_a_file_that_is_no_database(tmp_path: Path, folder: PublishedFolder) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are notes, and have been for many years. " * 40)
    before = path.read_bytes()
    with pytest.raises(NotACatalogError):
        import_metadata(path, folder.root)
    assert path.read_bytes() == before


def test_a_catalog_of_another_version(database: str, folder: PublishedFolder) -> None:
    _execute(database, "UPDATE alembic_version SET version_num = '0001_tables'")
    with pytest.raises(SchemaError, match="db upgrade"):
        import_metadata(database, folder.root)
    assert query(database, "SELECT * FROM ingest_runs") == []


def test_a_place_that_does_not_exist(tmp_path: Path, folder: PublishedFolder) -> None:
    with pytest.raises(DatabaseError, match="does not exist"):
        import_metadata(tmp_path / "nowhere" / "catalog.db", folder.root)
    assert not (tmp_path / "nowhere").exists()


# A second import.


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
    before = _data(database)
    change(folder)
    assert not import_metadata(database, folder.root).unchanged
    import_metadata(fresh, folder.root)
    assert _data(database) == _data(fresh) != before
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
    _execute(database, f"DELETE FROM recordings WHERE name = '{FIRST}'")
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
    _execute(
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
    (video,) = _video_of(database, SECOND, 5)
    assert (video["id"], video["source"], video["valid_frames"]) == ("vcontent", "raw", 51)
    assert query(database, "SELECT * FROM videos WHERE id = 'v000003'") == []
    named = query(database, "SELECT published_video_id FROM trial_overview WHERE video_id = 'vcontent' ORDER BY 1")
    assert [row["published_video_id"] for row in named] == ["v000003"] * 3
    assert import_metadata(database, folder.root).unchanged


# What becomes of broken files.


def test_without_meta_basic_the_name_and_the_counts_tell(database: str, folder: PublishedFolder) -> None:
    folder.basic(SECOND).unlink()
    import_metadata(database, folder.root)
    (row,) = query(database, "SELECT * FROM recordings WHERE name = :name", name=SECOND)
    found = {key: row[key] for key in ("animal_id", "session", "scan_idx", "n_trials", "n_neurons", "sampling_freq")}
    assert found == {
        "animal_id": "22222",
        "session": "4",
        "scan_idx": "5",
        "n_trials": 3,
        "n_neurons": 3,
        "sampling_freq": 30.0,
    }


def test_without_the_csv_the_trials_come_from_their_files(database: str, folder: PublishedFolder) -> None:
    folder.trials().unlink()
    import_metadata(database, folder.root)
    (row,) = query(database, "SELECT * FROM trial_overview WHERE recording = :name AND trial = 2", name=FIRST)
    assert (row["label"], row["trial_type"], row["video_id"]) == ("Gabor", "final_test_bonus", "v000003")
    assert (row["valid_frames"], row["valid_frames_video"], row["valid_frames_response"]) == (50, 50, None)
    assert (bool(row["valid_trial"]), bool(row["valid_video"]), bool(row["valid_response"])) == (True, True, False)


def test_without_its_file_a_video_is_what_its_trial_says(database: str, folder: PublishedFolder) -> None:
    folder.video("v000004").unlink()
    import_metadata(database, folder.root)
    (video,) = _video_of(database, FIRST, 3)
    assert (video["label"], video["valid_frames"], video["n_segments"]) == ("NaturalImages", 44, 3)
    spans = query(database, "SELECT * FROM video_segments WHERE video_id = 'v000004' ORDER BY segment_index")
    assert [(row["frame_start"], row["frame_end"], row["segment_id"]) for row in spans] == [
        (0, 14, None),
        (14, 30, None),
        (30, 44, None),
    ]


def test_a_neuron_keeps_its_row_when_others_are_left_out(database: str, folder: PublishedFolder) -> None:
    folder.replace_text(folder.neurons(), "\n2,-200,", "\n2,")
    import_metadata(database, folder.root)
    rows = query(
        database,
        'SELECT "row", unit_id FROM neurons JOIN recordings ON id = recording_id WHERE name = :name ORDER BY 1',
        name=FIRST,
    )
    assert rows == [{"row": 0, "unit_id": 1}, {"row": 2, "unit_id": 4}]


def test_a_segment_keeps_its_index_when_others_are_left_out(database: str, folder: PublishedFolder) -> None:
    with folder.edit_json(folder.presentation(2)) as content:
        content["segments"]["max_change"][0] = None
    import_metadata(database, folder.root)
    rows = query(
        database,
        "SELECT segment_index FROM trial_segments JOIN trial_overview ON id = trial_id "
        "WHERE recording = :name AND trial = 2",
        name=FIRST,
    )
    assert rows == [{"segment_index": 1}]


def test_what_a_whole_column_has_wrong_is_said_once(database: str, folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.neurons()) as rows:
        rows[:] = [{**rows[0], "ID": str(unit), "coord_x": "left"} for unit in range(50)]
    with folder.edit_json(folder.basic()) as content:
        content["n_neurons"] = 50
    (problem,) = import_metadata(database, folder.root).problems
    assert "coord_x is 'left' in line 2" in problem.message
    assert "49 other lines" in problem.message


def test_what_many_files_have_wrong_is_said_once(database: str, folder: PublishedFolder) -> None:
    with folder.edit_csv(folder.trials()) as rows:
        rows += [{**rows[0], "trial": str(100 + number)} for number in range(30)]
    for number in range(30):
        shutil.copy(folder.presentation(0), folder.presentation(100 + number))
        with folder.edit_json(folder.presentation(100 + number)) as content:
            content["trial"] = str(100 + number)
            content["mood"] = "good"
    report = import_metadata(database, folder.root)
    (problem,) = (problem for problem in report.problems if problem.kind == "unknown_key")
    assert "29 other files" in problem.message


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
