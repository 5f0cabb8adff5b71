"""Zips and files that are damaged or odd: a signal is lost at most, and never what was known."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np

from ingest.ingesting import ingest_recordings
from tests.conftest import MakeDatabase
from tests.importing.reading import dump
from tests.ingesting.rows import canonical, differing, problems, trials_of
from tests.ingesting.worlds import World, replace_array, replace_file
from tests.zips.packing import pack, packed_set
from tests.zips.running import ingest, rows


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
    trial, name = lone.numbers()[1], lone.names[0]
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


def test_a_response_that_was_to_be_read_once_more_and_is_broken(
    lone: World, database: str, make_database: MakeDatabase, scratch: Path
) -> None:
    copy = lone.copy(scratch / "data")
    (folder,) = copy.folder.glob("dynamic*")
    ingest_recordings(database, copy.folder, workers=1)
    rotten, touched = (folder / "data" / "responses" / f"{trial}.npy" for trial in lone.numbers()[:2])
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
