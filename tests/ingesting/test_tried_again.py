"""Files that could not be taken in are tried again in the next run, whatever their times; and nothing else is."""

from __future__ import annotations

import errno
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.ingesting import ingest_recordings
from ingest.report import RunReport
from tests.conftest import MakeDatabase
from tests.ingesting.rows import canonical, differing, problems
from tests.ingesting.worlds import World, replace_file
from tests.zips.packing import pack
from tests.zips.running import changed, failing, ingest, reading, rows, told

TIERS, UNIT_IDS = "meta/trials/tiers.npy", "meta/neurons/unit_ids.npy"


def run(database: str, data: Path, *, recheck: bool = False) -> RunReport:
    return ingest_recordings(database, data, workers=1, recheck=recheck)


def with_its_time(path: Path, content: bytes) -> None:
    """Put a file of the same size in the place of another, with the same time: as a backup is put back."""
    status = path.stat()
    assert len(content) == status.st_size
    replace_file(path, content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def assert_as_afresh(database: str, data: Path, make_database: MakeDatabase) -> None:
    afresh = make_database("sqlite")
    run(afresh, data)
    assert differing(canonical(database, without=()), canonical(afresh, without=())) == {}


def folder_of(copy: World) -> Path:
    return next(copy.folder.glob("dynamic*"))


@pytest.fixture
def folder(copy: World) -> Path:
    return folder_of(copy)


@pytest.mark.parametrize("recheck", [False, True], ids=["times", "digests"])
@pytest.mark.parametrize("path", ["data/responses/{}.npy", "data/videos/{}.npy", TIERS, UNIT_IDS])
def test_a_file_that_gets_its_content_and_its_time_back(
    copy: World, folder: Path, database: str, make_database: MakeDatabase, path: str, recheck: bool
) -> None:
    file = folder / path.format(copy.numbers()[0])
    content = file.read_bytes()
    with_its_time(file, b"\0" + content[1:])
    run(database, copy.folder)
    (kind,) = {row["kind"] for row in problems(database)}
    assert kind == ("bad_meta" if path.startswith("meta") else "bad_file")
    # As long as it is as bad, there is nothing to do.
    assert run(database, copy.folder, recheck=recheck).unchanged
    with_its_time(file, content)
    assert not run(database, copy.folder, recheck=recheck).unchanged
    assert problems(database) == []
    assert_as_afresh(database, copy.folder, make_database)
    assert run(database, copy.folder, recheck=recheck).unchanged


def test_only_the_trial_of_a_mended_file_is_read(
    copy: World, folder: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = copy.numbers()[1]
    file = folder / "data" / "videos" / f"{trial}.npy"
    content = file.read_bytes()
    with_its_time(file, b"\0" + content[1:])
    run(database, copy.folder)
    with_its_time(file, content)
    found = reading(monkeypatch, lambda task: None)
    run(database, copy.folder)
    assert found == [trial]


def test_a_zip_that_is_fetched_anew_with_its_time(
    lone: World, database: str, make_database: MakeDatabase, scratch: Path
) -> None:
    """Servers tell the time of a file, and programs that fetch it set this."""
    name, trial = lone.names[0], lone.numbers()[0]
    archive = pack(lone.folder / name, scratch / f"{name}.zip", method=zipfile.ZIP_STORED)
    content = archive.read_bytes()
    with zipfile.ZipFile(archive) as members:
        at = members.getinfo(f"{name}/data/responses/{trial}.npy").header_offset
    damaged = bytearray(content)
    damaged[at + 400] ^= 0xFF
    with_its_time(archive, bytes(damaged))
    run(database, scratch)
    assert told(database) == [("unreadable_file", name)]
    assert run(database, scratch).unchanged
    with_its_time(archive, content)
    run(database, scratch)
    assert told(database) == []
    assert_as_afresh(database, scratch, make_database)


def test_a_file_that_can_be_read_and_is_bad(
    copy: World, folder: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder / "data" / "behavior" / f"{copy.numbers()[0]}.npy"
    with_its_time(file, b"\0" + file.read_bytes()[1:])
    with monkeypatch.context() as patched:
        failing(patched, f"behavior/{file.name}", errno.EACCES)
        run(database, copy.folder)
        assert told(database) == [("unreadable_file", copy.names[0])]
    run(database, copy.folder)
    assert told(database) == [("bad_file", copy.names[0])]
    assert run(database, copy.folder).unchanged


@pytest.mark.parametrize("path", [TIERS, UNIT_IDS])
def test_meta_that_the_system_refused(
    copy: World, database: str, make_database: MakeDatabase, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    with monkeypatch.context() as patched:
        failing(patched, path, errno.EACCES)
        run(database, copy.folder)
        assert told(database) == [("bad_meta", copy.names[0])]
        assert run(database, copy.folder).unchanged
    run(database, copy.folder)
    assert told(database) == []
    assert_as_afresh(database, copy.folder, make_database)


def touch_tiers(copy: World) -> None:
    os.utime(folder_of(copy) / TIERS)


def touch_behavior(copy: World) -> None:
    os.utime(min((folder_of(copy) / "data" / "behavior").iterdir()))


def touch_response(copy: World) -> None:
    os.utime(min((folder_of(copy) / "data" / "responses").iterdir()))


@pytest.mark.parametrize("change", [changed, touch_tiers, touch_behavior, touch_response])
def test_nothing_is_lost_when_no_file_opens_however_few_are_to_be_read(
    copy: World, database: str, monkeypatch: pytest.MonkeyPatch, change: Callable[[World], None]
) -> None:
    run(database, copy.folder)
    before = rows(database)
    change(copy)
    with monkeypatch.context() as patched:
        failing(patched, "*.npy", errno.EACCES)
        for _ in range(2):
            result = ingest(database, copy.folder)
            assert result.exit_code == 1
            assert "none of its 20 files can be read" in result.stderr
            assert told(database) == [("unreachable", copy.names[0])]
            assert differing(rows(database), before) == {}
    assert ingest(database, copy.folder).exit_code == 0
    assert told(database) == []


def test_a_run_after_one_that_found_everything_unreachable_loses_nothing_either(
    copy: World, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(database, copy.folder)
    before = rows(database)
    with monkeypatch.context() as patched:
        failing(patched, "*.npy", errno.EACCES)
        for recheck in (True, False):
            assert run(database, copy.folder, recheck=recheck).lost == copy.names
            assert differing(rows(database), before) == {}


def test_one_file_that_does_not_open_costs_its_signal_alone(
    copy: World, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(database, copy.folder)
    touch_behavior(copy)
    failing(monkeypatch, f"behavior/{copy.numbers()[0]}.npy", errno.EACCES)
    assert run(database, copy.folder).lost == []
    assert told(database) == [("unreadable_file", copy.names[0])]


def test_what_another_process_took_in_mended_is_not_taken_in_again(films: World, database: str, scratch: Path) -> None:
    data = films.copy(scratch / "data").folder
    files = [min((data / name / "data" / "videos").iterdir()) for name in films.names]
    contents = [file.read_bytes() for file in files]
    for file, content in zip(files, contents, strict=True):
        with_its_time(file, b"\0" + content[1:])
    run(database, data)
    for file, content in zip(files, contents, strict=True):
        with_its_time(file, content)
    nested: list[RunReport] = []

    def another(progress: Any) -> None:
        if progress.event == "recording" and not nested:
            nested.append(run(database, data))

    report = ingest_recordings(database, data, workers=1, progress=another)
    assert len(nested[0].recordings) - len(nested[0].left) == 2
    assert sorted(report.left) == sorted(set(nested[0].recordings) - set(nested[0].left))
    assert report.problems == []
