"""Zips and folders that are damaged, odd, gone or changing: a signal is lost at most, and never what was known."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import threading
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from catalog.arrays import UnreadableError, open_root
from catalog.cli import main
from ingest import batches, comparing
from ingest.ingesting import ingest_recordings
from ingest.reading.layout import find_recordings
from ingest.reading.listing import meta_digest
from ingest.trial import TrialTask
from tests.conftest import MakeDatabase
from tests.importing.reading import dump
from tests.ingesting.rows import canonical, differing, problems, trials_of
from tests.ingesting.worlds import World, replace_array, replace_file
from tests.zips.packing import pack, packed_set


def ingest(database: str, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["--db", database, "ingest", *map(str, arguments), "--workers", "1"])


def rows(database: str) -> Any:
    """All rows but for problems."""
    tables = canonical(database, without=())
    del tables["ingest_problems"]
    return tables


def told(database: str) -> list[tuple[str, str | None]]:
    return [(row["kind"], row["recording"]) for row in problems(database)]


def numbers(world: World) -> list[int]:
    return sorted(trial for _, _, trial, _ in world.trials())


def reading(monkeypatch: pytest.MonkeyPatch, before: Callable[[TrialTask], object]) -> list[int]:
    """Do something each time before a trial is read; return the trials that are read."""
    read, found = batches.read_trial, []

    def late(task: TrialTask) -> Any:
        found.append(task.trial)
        before(task)
        return read(task)

    monkeypatch.setattr(batches, "read_trial", late)
    return found


# Zips that are damaged.


def test_a_zip_that_is_cut_short_is_told_and_its_rows_stay(films: World, database: str, scratch: Path) -> None:
    packed = packed_set(films.folder, scratch / "data")
    ingest_recordings(database, packed, workers=1)
    before = rows(database)
    broken = packed / f"{films.names[1]}.zip"
    broken.write_bytes(broken.read_bytes()[:-100])
    for _ in range(2):
        result = ingest(database, packed)
        assert result.exit_code == 1, result.output
        (problem,) = problems(database)
        assert (problem["severity"], problem["kind"], problem["path"]) == ("error", "unreadable_recording", broken.name)
        assert "is no zip that can be read" in problem["message"]
        assert "what the catalog has of it stays as it was" in problem["action"]
        assert "1 passed over, which cannot be taken in" in result.stderr
    assert differing(rows(database), before) == {}
    result = ingest(database, broken)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "is not a folder, and no zip that can be taken in" in result.stderr


def test_a_damaged_member_costs_its_signal_alone(
    lone: World, database: str, make_database: MakeDatabase, scratch: Path
) -> None:
    (archive,) = packed_set(lone.folder, scratch / "data", method=zipfile.ZIP_STORED).iterdir()
    trial, name = numbers(lone)[1], lone.names[0]
    content = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as members:
        at = members.getinfo(f"{name}/data/pupil_center/{trial}.npy").header_offset
    content[at + 300] ^= 0xFF
    archive.write_bytes(content)
    assert ingest(database, archive).exit_code == 1
    (problem,) = problems(database)
    assert (problem["kind"], problem["trial"], problem["signal"]) == ("unreadable_file", trial, "gaze")
    assert "its content is damaged: it has another CRC-32 than when it was packed" in problem["message"]
    sound = make_database("sqlite")
    ingest_recordings(sound, lone.folder, workers=1)
    expected = trials_of(sound)
    expected[name, trial] |= {"valid_gaze": False, "valid_frames_gaze": None}
    assert trials_of(database) == expected
    assert ingest(database, archive).exit_code == 1
    assert ingest_recordings(database, archive, workers=1).unchanged


def test_an_encrypted_zip_is_left(lone: World, database: str, scratch: Path) -> None:
    (archive,) = packed_set(lone.folder, scratch / "data").iterdir()
    content = bytearray(archive.read_bytes())
    start = content.find(b"PK\1\2")
    while start >= 0:
        content[start + 8] |= 1
        start = content.find(b"PK\1\2", start + 1)
    archive.write_bytes(content)
    result = ingest(database, archive)
    assert result.exit_code == 1
    assert "1 left as they were, which cannot be read now" in result.stderr
    (problem,) = problems(database)
    assert problem["kind"] == "unreachable"
    assert "none of its 20 files can be read" in problem["message"]
    assert "is encrypted; unpack the recording with its password" in problem["message"]
    assert dump(database)["recordings"] == []


def test_zips_that_are_no_recording_are_told(films: World, database: str, scratch: Path) -> None:
    packed = packed_set(films.folder, scratch / "data")
    with zipfile.ZipFile(packed / "metadata.zip", "w") as archive:
        archive.writestr("metadata/global_meta/videos/v1.json", "{}")
    with zipfile.ZipFile(packed / "both.zip", "w") as archive:
        for name in ("one", "two"):
            archive.writestr(f"{name}/data/videos/0.npy", b"")
    (packed / f"{films.names[0]}_copy.zip").symlink_to("nowhere")
    (packed / "gone.zip").symlink_to("nowhere")
    assert ingest(database, packed).exit_code == 1
    kinds = {row["path"]: (row["kind"], row["message"]) for row in problems(database)}
    assert {path: kind for path, (kind, _) in kinds.items()} == {
        "metadata.zip": "no_recording",
        "both.zip": "unreadable_recording",
        f"{films.names[0]}_copy.zip": "doubled_recording",
        "gone.zip": "unreadable_recording",
    }
    assert "holds several recordings (one/, two/ and so on); expected one a zip" in kinds["both.zip"][1]
    assert len(dump(database)["recordings"]) == 3
    assert "is a zip that holds no recording" in ingest(database, packed / "metadata.zip").stderr


def test_strange_names_are_told_and_lead_nowhere(lone: World, database: str, scratch: Path) -> None:
    (folder,) = lone.folder.glob("dynamic*")
    archive = pack(folder, scratch / f"{folder.name}.zip")
    with zipfile.ZipFile(archive, "a") as more:
        more.writestr(f"{folder.name}/data/videos/../../../../evil.npy", b"evil")
        more.writestr("../evil.npy", b"evil")
        more.writestr("\x1b[31m/../evil.npy", b"evil")
    assert ingest(database, archive).exit_code == 1
    (problem,) = problems(database)
    assert (problem["kind"], problem["severity"]) == ("strange_member", "warning")
    assert "(and 2 more) in" in problem["message"]
    assert problem["message"].isprintable()
    assert len(dump(database)["trials"]) == 5
    assert {path.name for path in scratch.rglob("*")} == {archive.name}


# What is gone.


def changed(world: World) -> None:
    """Change every video, so that all trials have to be read again."""
    for path in world.folder.glob("*/data/*/*.npy"):
        replace_array(path, np.load(path)[..., :-3])


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
    third = numbers(lone)[2]
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


def test_tiers_that_are_replaced_while_a_run_begins_are_seen_by_the_next(
    lone: World, database: str, scratch: Path
) -> None:
    copy = lone.copy(scratch / "data")
    path = next(copy.folder.glob("dynamic*")) / "meta" / "trials" / "tiers.npy"
    expected = {row["trial"]: row["trial_type"] for row in _ingested(database, copy)}
    old = scratch / "old.npy"

    def listener(progress: Any) -> None:
        if progress.event == "started":
            path.rename(old)
            np.save(path, np.where(np.load(old) == "none", "none", "oracle"))

    ingest_recordings(database, copy.folder, workers=1, sampling_freq=60.0, progress=listener)
    assert {row["trial_type"] for row in dump(database)["trials"]} == {"oracle"}
    old.replace(path)
    ingest_recordings(database, copy.folder, workers=1, sampling_freq=60.0)
    assert {row["trial"]: row["trial_type"] for row in dump(database)["trials"]} == expected


def test_tiers_that_the_system_does_not_give_out_are_not_forgotten(
    lone: World, database: str, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = lone.copy(scratch / "data")
    path = next(copy.folder.glob("dynamic*")) / "meta" / "trials" / "tiers.npy"
    ingest_recordings(database, copy.folder, workers=1)
    before = rows(database)
    replace_file(path, path.read_bytes())
    failing(monkeypatch, "tiers.npy", errno.EIO)
    report = ingest_recordings(database, copy.folder, workers=1)
    assert (report.lost, [problem.kind for problem in report.problems]) == (lone.names, ["unreachable"])
    assert differing(rows(database), before) == {}


def _ingested(database: str, world: World) -> Any:
    ingest_recordings(database, world.folder, workers=1)
    return dump(database)["trials"]


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


def failing(monkeypatch: pytest.MonkeyPatch, pattern: str, number: int) -> None:
    opened = Path.open

    def fails(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.match(pattern):
            raise OSError(number, os.strerror(number), str(path))
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", fails)


@pytest.mark.parametrize(
    "number", [errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.ENODEV, errno.EMFILE]
)
def test_errors_of_the_system_are_no_statement_about_a_file(
    lone: World, make_database: MakeDatabase, scratch: Path, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, copy = make_database("sqlite"), lone.copy(scratch / "data")
    ingest_recordings(database, copy.folder, workers=1)
    before = rows(database)
    changed(copy)
    with monkeypatch.context() as patched:
        failing(patched, f"videos/{numbers(lone)[-1]}.npy", number)
        report = ingest_recordings(database, copy.folder, workers=1)
    assert report.lost == lone.names
    assert [problem.kind for problem in report.problems] == ["unreachable"]
    assert f"videos/{numbers(lone)[-1]}.npy cannot be read: {os.strerror(number)}" in report.problems[0].message
    assert differing(rows(database), before) == {}
    # The files are put back as they were: what was wrong is on record no more, and nothing is read.
    shutil.rmtree(copy.folder)
    lone.copy(copy.folder)
    found = reading(monkeypatch, lambda task: None)
    assert ingest_recordings(database, copy.folder, workers=1).problems == []
    assert (found, problems(database)) == ([], [])
    assert differing(rows(database), before) == {}


def test_what_could_not_be_read_is_tried_again(
    lone: World, database: str, make_database: MakeDatabase, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Permissions leave no mark in a listing."""
    copy, trial = lone.copy(scratch / "data"), numbers(lone)[0]
    with monkeypatch.context() as patched:
        failing(patched, f"behavior/{trial}.npy", errno.EACCES)
        report = ingest_recordings(database, copy.folder, workers=1)
        assert [(problem.kind, problem.trial) for problem in report.problems] == [("unreadable_file", trial)]
        assert ingest_recordings(database, copy.folder, workers=1).unchanged
    found = reading(monkeypatch, lambda task: None)
    assert ingest_recordings(database, copy.folder, workers=1).problems == []
    assert found == [trial]
    afresh = make_database("sqlite")
    ingest_recordings(afresh, copy.folder, workers=1)
    assert differing(canonical(database, without=()), canonical(afresh, without=())) == {}


def test_nothing_is_lost_when_nothing_can_be_read(
    lone: World, database: str, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = lone.copy(scratch / "data")
    ingest_recordings(database, copy.folder, workers=1)
    before = rows(database)
    changed(copy)
    with monkeypatch.context() as patched:
        failing(patched, "*.npy", errno.EACCES)
        for _ in range(2):
            result = ingest(database, copy.folder)
            assert result.exit_code == 1
            assert "none of its 20 files can be read" in result.stderr
            assert told(database) == [("unreachable", lone.names[0])]
    assert differing(rows(database), before) == {}
    assert ingest(database, copy.folder).exit_code == 0
    assert told(database) == []


def test_a_response_that_was_to_be_read_once_more_and_is_broken(
    lone: World, database: str, make_database: MakeDatabase, scratch: Path
) -> None:
    copy = lone.copy(scratch / "data")
    (folder,) = copy.folder.glob("dynamic*")
    ingest_recordings(database, copy.folder, workers=1)
    rotten, touched = (folder / "data" / "responses" / f"{trial}.npy" for trial in numbers(lone)[:2])
    status, content = rotten.stat(), rotten.read_bytes()
    replace_file(rotten, b"\0" * 64 + content[64:])
    os.utime(rotten, ns=(status.st_atime_ns, status.st_mtime_ns))
    replace_array(touched, np.load(touched) * np.float32(0.5))
    report = ingest_recordings(database, copy.folder, workers=1)
    assert [(problem.kind, problem.path) for problem in report.problems] == [
        ("bad_file", f"data/responses/{rotten.name}")
    ]
    afresh = make_database("sqlite")
    ingest_recordings(afresh, copy.folder, workers=1)
    assert differing(canonical(database, without=()), canonical(afresh, without=())) == {}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_a_pipe_keeps_nobody_waiting(lone: World, make_database: MakeDatabase, scratch: Path) -> None:
    copy, trial = lone.copy(scratch / "data"), numbers(lone)[0]
    path = next(copy.folder.glob("dynamic*")) / "data" / "behavior" / f"{trial}.npy"
    path.unlink()
    os.mkfifo(path)
    report = ingest_recordings(make_database("sqlite"), copy.folder, workers=1)
    (problem,) = report.problems
    assert problem.message == f"data/behavior/{trial}.npy cannot be read: it is a pipe or a device"


# What changes.


def test_a_zip_that_is_replaced_while_it_is_read_is_left_for_the_next_run(
    lone: World, database: str, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = lone.copy(scratch / "unpacked")
    (folder,) = copy.folder.glob("dynamic*")
    (scratch / "data").mkdir()
    archive = pack(folder, scratch / "data" / f"{folder.name}.zip")
    ingest_recordings(database, archive.parent, workers=1)
    before = rows(database)
    changed(copy)
    pack(folder, archive)
    other = pack(folder, scratch / "other.zip", layout="what is in it", method=zipfile.ZIP_STORED)
    third = numbers(lone)[2]
    with monkeypatch.context() as patched:
        reading(patched, lambda task: other.replace(archive) if task.trial == third else None)
        report = ingest_recordings(database, archive.parent, workers=1)
    assert report.lost == lone.names
    assert "changed" in report.problems[0].message
    assert differing(rows(database), before) == {}
    assert ingest_recordings(database, archive.parent, workers=1).problems == []
    assert {row["modified_ns"] for row in dump(database)["array_files"]} == {archive.stat().st_mtime_ns}


def test_a_row_is_about_the_bytes_that_were_read(
    lone: World, database: str, make_database: MakeDatabase, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is replaced after it was listed and before it is read, and put back afterwards, with the time it had."""
    copy, trial = lone.copy(scratch / "data"), numbers(lone)[2]
    path = next(copy.folder.glob("dynamic*")) / "data" / "behavior" / f"{trial}.npy"
    old, new = scratch / "old.npy", scratch / "new.npy"
    np.save(new, np.load(path)[:, :-5])
    os.utime(new, (7, 7))

    def replace(task: TrialTask) -> None:
        if task.trial == trial:
            path.rename(old)
            shutil.copy2(new, path)

    with monkeypatch.context() as patched:
        reading(patched, replace)
        assert [problem.kind for problem in ingest_recordings(database, copy.folder, workers=1).problems] == [
            "lengths_differ"
        ]
    (row,) = [
        row
        for row in dump(database)["array_files"]
        if row["signal"] == "pupil" and row["path"] == f"data/behavior/{trial}.npy"
    ]
    content = new.read_bytes()
    assert (row["bytes"], row["modified_ns"]) == (len(content), 7 * 10**9)
    assert row["digest"] == f"crc32:{zlib.crc32(content):08x}"
    old.replace(path)
    found = reading(monkeypatch, lambda task: None)
    assert ingest_recordings(database, copy.folder, workers=1).problems == []
    assert found == [trial]
    afresh = make_database("sqlite")
    ingest_recordings(afresh, copy.folder, workers=1)
    assert differing(canonical(database, without=()), canonical(afresh, without=())) == {}


def test_files_that_are_replaced_all_the_time_are_read_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "data" / "videos" / "0.npy"
    path.parent.mkdir(parents=True)
    versions = {1: b"a" * 300_000, 2: b"b" * 200_001}

    def put(version: int) -> None:
        other = tmp_path / "other"
        other.write_bytes(versions[version])
        os.utime(other, (version, version))
        other.replace(path)

    put(1)
    done = threading.Event()

    def keep_replacing() -> None:
        while not done.is_set():
            put(2)
            put(1)

    thread = threading.Thread(target=keep_replacing)
    thread.start()
    outcomes: set[object] = set()
    try:
        root = open_root(tmp_path)
        for _ in range(2000):
            try:
                content, found = root.read("data/videos/0.npy")
            except UnreadableError as error:
                outcomes.add(type(error))
                continue
            version = found.modified_ns // 10**9
            outcomes.add(version)
            assert content == versions[version]
            assert found.bytes == len(content)
    finally:
        done.set()
        thread.join()
    # Whichever it was, it was whole: no reader is disturbed by a file that takes the place of another.
    assert outcomes == {1, 2}


# Zips and folders that contradict one another.


def test_a_zip_that_bears_the_name_of_another_recording_is_passed_over(
    films: World, database: str, scratch: Path
) -> None:
    packed = packed_set(films.folder, scratch / "data")
    first, second, third = films.names
    wrong = packed / f"{second}.zip"
    shutil.copy(packed / f"{first}.zip", wrong)
    assert ingest(database, packed).exit_code == 1
    (problem,) = problems(database)
    assert (problem["severity"], problem["kind"], problem["path"]) == ("error", "contradictory_name", wrong.name)
    assert f"holds the recording {first}, not the one whose name it bears" in problem["message"]
    assert sorted(row["name"] for row in dump(database)["recordings"]) == [first, third]
    result = ingest(database, wrong)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"holds the recording {first}" in result.stderr


@pytest.mark.parametrize("lacks", ["data/responses", "data/videos/0.npy", "meta/neurons"])
def test_a_zip_beside_its_folder_that_is_half_unpacked_is_taken(
    films: World, database: str, make_database: MakeDatabase, scratch: Path, lacks: str
) -> None:
    whole = make_database("sqlite")
    copy = films.copy(scratch / "data")
    ingest_recordings(whole, copy.folder, workers=1)
    folder = copy.folder / films.names[1]
    pack(folder, copy.folder / f"{folder.name}.zip")
    path = folder / lacks
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    for _ in range(2):
        assert ingest(database, copy.folder).exit_code == 1
        (problem,) = problems(database)
        assert (problem["severity"], problem["kind"], problem["path"]) == ("error", "doubled_recording", folder.name)
        assert f"files that {folder.name}.zip lists, such as {lacks}" in problem["message"]
        assert problem["action"] == "used the zip"
    for table in ("trials", "neurons", "recordings"):
        assert len(dump(database)[table]) == len(dump(whole)[table])
    assert canonical(database)["neurons"] == canonical(whole)["neurons"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_that_is_called_a_zip_keeps_nobody_waiting(films: World, database: str, scratch: Path) -> None:
    copy = films.copy(scratch / "data")
    pipe = copy.folder / f"dynamic1-2-3-Video-{'0' * 32}.zip"
    os.mkfifo(pipe)
    assert ingest(database, copy.folder).exit_code == 1
    (problem,) = problems(database)
    assert (problem["kind"], problem["path"]) == ("unreadable_recording", pipe.name)
    assert len(dump(database)["recordings"]) == 3


# Catalogs of before.


def test_what_meta_held_is_known_by_the_hash_of_bare_digests(lone: World) -> None:
    (folder,) = lone.folder.glob("dynamic*")
    files = ("meta/trials/tiers.npy", "meta/neurons/unit_ids.npy", "meta/neurons/cell_motor_coordinates.npy")
    bare = [hashlib.sha256((folder / path).read_bytes()).hexdigest() for path in files]
    assert meta_digest(find_recordings(folder)[0][0]) == hashlib.sha256(repr(bare).encode()).hexdigest()
