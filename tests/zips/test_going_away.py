"""Zips and folders that go away while they are taken in: what was known of them stays."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest import comparing
from ingest.ingesting import ingest_recordings
from tests.conftest import MakeDatabase
from tests.importing.reading import dump
from tests.ingesting.rows import canonical, differing, problems
from tests.ingesting.worlds import World, replace_array
from tests.zips.packing import pack
from tests.zips.running import changed, ingest, reading, rows, told


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
def test_a_recording_that_goes_away_while_it_is_read_stays_as_it_was(
    lone: World,
    database: str,
    make_database: MakeDatabase,
    scratch: Path,
    packed: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copy = lone.copy(scratch / "data")
    (folder,) = copy.folder.glob("dynamic*")
    place = folder
    if packed:
        shutil.move(folder, scratch / folder.name)
        folder = scratch / folder.name
        place = pack(folder, copy.folder / f"{folder.name}.zip")
    ingest_recordings(database, copy.folder, workers=1)
    before = rows(database)
    for path in folder.glob("data/*/*.npy"):
        replace_array(path, np.load(path)[..., :-3])
    if packed:
        pack(folder, place)
    third = lone.numbers()[2]
    with monkeypatch.context() as patched:
        reading(patched, lambda task: place.rename(scratch / "away") if task.trial == third else None)
        result = ingest(database, copy.folder)
    assert result.exit_code == 1, result.output
    assert f"{place} cannot be reached: No such file or directory" in result.stderr
    assert "1 left as they were, which cannot be read now" in result.stderr
    assert differing(rows(database), before) == {}
    assert told(database) == [("unreachable", lone.names[0])]
    (scratch / "away").rename(place)
    assert ingest(database, copy.folder).exit_code == 0
    afresh = make_database("sqlite")
    ingest_recordings(afresh, copy.folder, workers=1)
    # Shortened videos are near enough to keep their IDs: the rows of trials and files are compared.
    for table in ("array_files", "neurons", "recordings", "ingest_problems"):
        assert canonical(database, without=())[table] == canonical(afresh, without=())[table], table


def test_with_several_workers_too(films: World, database: str, scratch: Path) -> None:
    copy = films.copy(scratch / "data")
    ingest_recordings(database, copy.folder, workers=1)
    before = rows(database)
    changed(copy)
    _, second, _ = sorted(copy.folder.glob("dynamic*"))

    def listener(progress: Any) -> None:
        if progress.event == "started":
            shutil.rmtree(second / "data")

    report = ingest_recordings(database, copy.folder, workers=2, progress=listener)
    assert (report.lost, sorted(report.recordings)) == ([second.name], sorted({*films.names} - {second.name}))
    after = rows(database)
    kept = [row for row in before["array_files"] if row["of_trial"][0] == second.name]
    assert [row for row in after["array_files"] if row["of_trial"][0] == second.name] == kept
    assert [row["recording"] for row in problems(database)] == [second.name]


def test_a_recording_that_goes_away_while_it_is_compared(
    lone: World, database: str, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = lone.copy(scratch / "data")
    (folder,) = copy.folder.glob("dynamic*")
    ingest_recordings(database, copy.folder, workers=1)
    before = rows(database)
    compare, calls = comparing.file_digests, []

    def late(*arguments: Any) -> Any:
        calls.append(arguments)
        if len(calls) == 3:
            folder.rename(scratch / "away")
        return compare(*arguments)

    with monkeypatch.context() as patched:
        patched.setattr(comparing, "file_digests", late)
        report = ingest_recordings(database, copy.folder, workers=1, recheck=True)
    assert report.lost == lone.names
    assert differing(rows(database), before) == {}


def test_a_recording_that_goes_away_before_it_is_read(films: World, database: str, scratch: Path) -> None:
    copy = films.copy(scratch / "data")
    first = min(copy.folder.glob("dynamic*"))

    def listener(progress: Any) -> None:
        if progress.event == "started":
            first.rename(scratch / "away")

    report = ingest_recordings(database, copy.folder, workers=1, progress=listener)
    assert report.lost == [first.name]
    assert len(dump(database)["recordings"]) == 2
    # It is back, and nothing else has changed: its problem is gone with it.
    (scratch / "away").rename(first)
    report = ingest_recordings(database, copy.folder, workers=1)
    assert (report.problems, problems(database), len(dump(database)["recordings"])) == ([], [], 3)
