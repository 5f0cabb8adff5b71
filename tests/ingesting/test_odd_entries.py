"""Entries of a data folder that cannot be looked into, or that are one recording twice: told, at no other's cost."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from catalog.arrays import folders
from catalog.cli import main
from catalog.database import connect
from catalog.models import IngestRun
from ingest.ingesting import ingest_recordings
from ingest.report import RunReport
from tests.importing.reading import query
from tests.ingesting.rows import problems
from tests.ingesting.worlds import World
from tests.zips.packing import pack
from tests.zips.running import told


def run(database: str, data: Path, *recordings: str) -> RunReport:
    return ingest_recordings(database, data, recordings=list(recordings) or None, workers=1)


def names_in(database: str) -> list[str]:
    return [row["name"] for row in query(database, "SELECT name FROM recordings ORDER BY name")]


def trials_in(database: str, name: str) -> list[int]:
    statement = "SELECT trial FROM trial_overview WHERE recording = :name ORDER BY trial"
    return [row["trial"] for row in query(database, statement, name=name)]


def closed(monkeypatch: pytest.MonkeyPatch, *paths: Path) -> None:
    """Let the system refuse to list these folders, as it does without permission."""
    listed = os.scandir

    def refuse(path: Any) -> Any:
        if Path(path) in paths:
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(folders.os, "scandir", refuse)


@pytest.fixture
def data(films: World, scratch: Path) -> Path:
    return films.copy(scratch / "data").folder


# What cannot be looked into.


@pytest.mark.parametrize("part", ["data", "data/videos"])
def test_a_recording_that_cannot_be_listed_costs_no_other(
    films: World, data: Path, database: str, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    first, *others = films.names
    with monkeypatch.context() as patched:
        closed(patched, data / first / part)
        for unchanged in (False, True):
            assert run(database, data).unchanged is unchanged
            assert told(database) == [("unreadable_recording", first)]
        (problem,) = problems(database)
        assert problem["message"] == (
            f"{first} cannot be taken in: {first}/{part} cannot be listed: Permission denied; check its permissions"
        )
    assert names_in(database) == sorted(others)
    run(database, data)
    assert (names_in(database), told(database)) == (sorted(films.names), [])


def test_what_is_no_recording_and_cannot_be_listed_is_a_warning(
    films: World, data: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (data / "lost+found").mkdir()
    closed(monkeypatch, data / "lost+found", data / "lost+found" / "data")
    run(database, data)
    assert names_in(database) == sorted(films.names)
    (problem,) = problems(database)
    assert (problem["severity"], problem["recording"], problem["path"]) == ("warning", None, "lost+found")


def test_links_that_lead_nowhere(films: World, data: Path, database: str) -> None:
    name = films.names[0]
    shutil.move(data / name, data.parent / "share")
    (data / name).symlink_to(data.parent / "share")
    run(database, data)
    assert told(database) == []
    (data.parent / "share").rename(data.parent / "unmounted")
    (data / "loop").symlink_to("loop")
    (data / "notes").symlink_to("nowhere")
    for unchanged in (False, True):
        assert run(database, data).unchanged is unchanged
        assert told(database) == [("unreadable_recording", name)]
    assert names_in(database) == sorted(films.names)
    (data / name).unlink()
    (data / name).symlink_to(name)
    assert not run(database, data).unchanged
    assert told(database) == [("unreadable_recording", name)]


# One recording twice.


def split(folder: Path, archive: Path, zipped: Callable[[str], bool]) -> None:
    """Move some of a recording's arrays from its folder into a zip."""
    with zipfile.ZipFile(archive, "w") as target:
        for path in sorted(folder.rglob("*.npy")):
            if zipped(path.relative_to(folder).as_posix()):
                target.write(path, f"{folder.name}/{path.relative_to(folder).as_posix()}")
                path.unlink()


def test_a_zip_without_arrays_does_not_stand_for_its_folder(films: World, data: Path, database: str) -> None:
    folder = data / films.names[0]
    split(folder, data / f"{folder.name}.zip", lambda path: path.startswith("meta/neurons"))
    run(database, data)
    assert names_in(database) == sorted(films.names)
    assert ("no_recording", folder.name) in told(database)
    assert "doubled_recording" not in {kind for kind, _ in told(database)}


def test_a_zip_that_lacks_trials_does_not_stand_for_its_folder(films: World, data: Path, database: str) -> None:
    folder = data / films.names[0]
    there = sorted(int(path.stem) for path in (folder / "data" / "videos").iterdir())
    split(folder, data / f"{folder.name}.zip", lambda path: path.endswith(f"/{there[-1]}.npy"))
    run(database, data)
    assert trials_in(database, folder.name) == there[:-1]
    (problem,) = [row for row in problems(database) if row["kind"] == "doubled_recording"]
    assert problem["severity"] == "error"
    assert f"lists 4 files that {folder.name} lacks, such as data/videos/{there[-1]}.npy" in problem["message"]
    assert f"lacks {4 * (len(there) - 1)} that it holds, such as data/videos/{there[0]}.npy" in problem["message"]
    assert problem["action"] == "used the folder"


def test_a_folder_without_trials_gives_way_to_another_one(films: World, data: Path, database: str) -> None:
    name = films.names[0]
    (data / name).rename(data / f"{name}_30hz")
    (data / name / "data" / "videos").mkdir(parents=True)
    run(database, data)
    assert (names_in(database), told(database)) == (sorted(films.names), [])


def test_a_zip_of_another_recording_beside_the_folder_whose_name_it_bears(
    films: World, data: Path, database: str
) -> None:
    first, second, _ = films.names
    pack(data / second, data / f"{first}.zip")
    shutil.rmtree(data / second)
    run(database, data)
    assert told(database) == [("contradictory_name", first)]


def test_a_broken_zip_beside_its_folder_costs_nothing(films: World, data: Path, database: str) -> None:
    name = films.names[0]
    (data / f"{name}.zip").write_bytes(b"PK")
    run(database, data)
    assert names_in(database) == sorted(films.names)
    (problem,) = problems(database)
    assert (problem["severity"], problem["kind"], problem["recording"]) == ("warning", "doubled_recording", name)
    assert f"bears the name of the recording that {name} is, and cannot be taken in: is no zip" in problem["message"]
    assert str(data) not in problem["message"]


@pytest.mark.parametrize("called", ["{}", "{}_30hz", "{}_30hz.zip", "{}.zip"])
def test_a_recording_is_chosen_by_whatever_a_copy_is_called(
    films: World, data: Path, database: str, called: str
) -> None:
    run(database, data, called.format(films.names[1]))
    assert names_in(database) == [films.names[1]]


# One data folder or two.


def test_a_folder_is_the_same_however_it_is_named(films: World, data: Path, database: str) -> None:
    (data / "photographs").mkdir()
    run(database, data)
    (data.parent / "link").symlink_to(data)
    for named in (data.parent / "link", data.parent / "link" / ".." / "data"):
        run(database, named)
        assert told(database) == [("no_recording", None)]
    (data / "photographs").rmdir()
    run(database, data)
    assert told(database) == []


def test_what_is_broken_in_one_folder_says_nothing_of_another(films: World, data: Path, database: str) -> None:
    name = films.names[0]
    other = films.copy(data.parent / "other").folder
    for folder in (data, other):
        shutil.rmtree(folder / name)
        (folder / f"{name}.zip").write_bytes(b"PK")
        run(database, folder)
    assert told(database) == [("unreadable_recording", name)] * 2
    (data / f"{name}.zip").unlink()
    run(database, data)
    assert told(database) == [("unreadable_recording", name)]
    pack(films.folder / name, data / f"{name}.zip")
    run(database, data)
    assert told(database) == []


def test_what_another_run_found_mended_is_not_told_as_broken(films: World, data: Path, database: str) -> None:
    name = films.names[0]
    archive = data / f"{name}.zip"
    shutil.rmtree(data / name)
    archive.write_bytes(b"PK")

    def mend(progress: Any) -> None:
        if progress.event == "recording" and archive.stat().st_size == 2:
            pack(films.folder / name, archive)
            run(database, data)

    report = ingest_recordings(database, data, workers=1, progress=mend)
    assert archive.stat().st_size > 2
    assert [problem.kind for problem in report.problems] == ["unreadable_recording"]
    assert (names_in(database), told(database)) == (sorted(films.names), [])
    assert run(database, data).unchanged


def test_two_runs_at_once_tell_of_a_doubled_recording(films: World, data: Path, database: str) -> None:
    name = films.names[0]
    shutil.copytree(data / name, data / f"{name}_30hz")
    nested = []

    def another(progress: Any) -> None:
        if progress.event == "recording" and not nested:
            nested.append(run(database, data))

    ingest_recordings(database, data, workers=1, progress=another)
    assert len(nested) == 1
    assert told(database) == [("doubled_recording", name)]
    assert run(database, data).unchanged


def test_one_recording_by_its_path_says_nothing_of_the_folder_it_is_in(films: World, data: Path, database: str) -> None:
    name = films.names[0]
    shutil.copytree(data / name, data / f"{name}_30hz")
    run(database, data)
    for folder in (data / name, data):
        assert run(database, folder).unchanged
        assert told(database) == [("doubled_recording", name)]


def test_runs_that_did_not_keep_where_a_link_led(films: World, data: Path, database: str) -> None:
    (data / "photographs").mkdir()
    (data.parent / "link").symlink_to(data)
    run(database, data.parent / "link")
    engine = connect(database, pooled=False)
    with engine.begin() as connection:
        (parameters,) = connection.scalars(sa.select(IngestRun.parameters))
        kept = {key: value for key, value in parameters.items() if key != "real_path"}
        assert kept != parameters
        connection.execute(sa.update(IngestRun).values(parameters=kept))
    run(database, data)
    assert told(database) == [("no_recording", None)]
    (data / "photographs").rmdir()
    run(database, data)
    assert told(database) == []


def test_a_link_that_leads_nowhere_beside_the_whole_zip(films: World, data: Path, database: str) -> None:
    name = films.names[0]
    shutil.move(data / name, data.parent / name)
    pack(data.parent / name, data / f"{name}.zip")
    (data / name).symlink_to("nowhere")
    report = run(database, data)
    assert (names_in(database), told(database)) == (sorted(films.names), [("doubled_recording", name)])
    assert "passed over" not in report.sentence()
    assert f"bears the name of the recording that {name}.zip is" in problems(database)[0]["message"]


# What people read.


def test_a_dry_run_tells_what_would_be_passed_over(films: World, data: Path, database: str) -> None:
    shutil.rmtree(data / films.names[0])
    (data / f"{films.names[0]}.zip").write_bytes(b"PK")
    result = CliRunner().invoke(main, ["--db", database, "ingest", str(data), "--dry-run"])
    assert result.exit_code == 0
    assert f"{films.names[0]}.zip cannot be taken in: is no zip that can be read" in result.stderr
    assert problems(database) == []


def test_names_of_files_do_not_write_on_the_terminal(films: World, data: Path, database: str) -> None:
    (data / "photo\r\x1b[2Kgraphs").mkdir()
    run(database, data)
    printed = CliRunner().invoke(main, ["--db", database, "problems"]).stdout
    assert "photo\\r\\x1b[2Kgraphs is a folder without" in printed
    assert not {"\r", "\x1b"} & set(printed)
