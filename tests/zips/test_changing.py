"""Zips and files that change while they are read: a row is about the bytes that were read."""

from __future__ import annotations

import os
import shutil
import threading
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catalog.arrays import UnreadableError, open_root
from ingest.ingesting import ingest_recordings
from ingest.trial import TrialTask
from tests.conftest import MakeDatabase
from tests.importing.reading import dump
from tests.ingesting.rows import canonical, differing
from tests.ingesting.worlds import World
from tests.zips.packing import pack
from tests.zips.running import changed, reading, rows


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
    third = lone.numbers()[2]
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
    copy, trial = lone.copy(scratch / "data"), lone.numbers()[2]
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


def _ingested(database: str, world: World) -> Any:
    ingest_recordings(database, world.folder, workers=1)
    return dump(database)["trials"]


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
