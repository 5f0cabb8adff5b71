"""Recordings taken in from the published zips: the rows are those of the unpacked folders."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from catalog.cli import main
from catalog.errors import InputError
from ingest import batches
from ingest.ingesting import ingest_recordings
from ingest.trial import TrialTask
from tests.conftest import MakeDatabase
from tests.importing.reading import dump, query
from tests.ingesting.rows import canonical, differing, problems
from tests.ingesting.worlds import World, replace_array
from tests.zips.packing import LAYOUTS, pack, packed_set

OF_PLACE = ("modified_ns", "path")
"""What tells a zip from a folder: the time of its members, and where it is. The paths of arrays are compared apart."""


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The trials that are read."""
    found: list[int] = []
    read = batches.read_trial

    def counted(task: TrialTask) -> Any:
        found.append(task.trial)
        return read(task)

    monkeypatch.setattr(batches, "read_trial", counted)
    return found


def rows(database: str) -> Any:
    """All rows but for roots and times, the paths of arrays among them."""
    tables = canonical(database)
    del tables["recording_roots"]
    return tables


def roots(database: str) -> list[str]:
    return sorted(row["path"] for row in dump(database)["recording_roots"])


def ids(database: str) -> dict[tuple[str, int], str]:
    found = query(database, "SELECT recording, trial, video_id FROM trial_overview")
    return {(row["recording"], row["trial"]): row["video_id"] for row in found}


def ingest(database: str, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["--db", database, "ingest", *map(str, arguments)])


@pytest.fixture(scope="module")
def unpacked(small_pair: World, make_lasting_database: MakeDatabase) -> Any:
    """The rows of the folders."""
    database = make_lasting_database("sqlite")
    ingest_recordings(database, small_pair.folder, workers=1)
    return rows(database)


@pytest.mark.parametrize("workers", [1, 3])
def test_zips_give_the_rows_of_their_folders(
    small_pair: World, database: str, scratch: Path, unpacked: Any, workers: int
) -> None:
    packed = packed_set(small_pair.folder, scratch / "data")
    report = ingest_recordings(database, packed, workers=workers)
    assert report.problems == []
    assert differing(rows(database), unpacked) == {}
    assert roots(database) == [str(packed / f"{name}.zip") for name in sorted(small_pair.truth["recordings"])]


@pytest.fixture(scope="module")
def lone_unpacked(lone: World, make_lasting_database: MakeDatabase) -> Any:
    """The rows of the one recording's folder."""
    database = make_lasting_database("sqlite")
    ingest_recordings(database, lone.folder, workers=1)
    return rows(database)


@pytest.mark.parametrize(
    ("method", "litter"), [(zipfile.ZIP_STORED, False), (zipfile.ZIP_DEFLATED, True)], ids=["stored", "deflated"]
)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_of_a_zip(
    lone: World,
    make_database: MakeDatabase,
    scratch: Path,
    lone_unpacked: Any,
    layout: str,
    method: int,
    litter: bool,
) -> None:
    (folder,) = lone.folder.glob("dynamic*")
    archive = pack(folder, scratch / f"{folder.name}.zip", layout=layout, method=method, litter=litter, folders=litter)
    database = make_database("sqlite")
    assert ingest_recordings(database, archive, workers=1).problems == []
    assert differing(rows(database), lone_unpacked) == {}


def test_zips_and_folders_side_by_side(small_pair: World, database: str, scratch: Path, unpacked: Any) -> None:
    copy = small_pair.copy(scratch / "data")
    first, _ = sorted(copy.folder.glob("dynamic*"))
    pack(first, copy.folder / f"{first.name}.zip")
    shutil.rmtree(first)
    (copy.folder / "notes.txt").write_text("")
    assert ingest(database, copy.folder, "--workers", "1").exit_code == 0
    assert differing(rows(database), unpacked) == {}


def test_a_zip_beside_its_folder_is_one_recording(
    lone: World, database: str, scratch: Path, reads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = lone.copy(scratch / "data")
    (folder,) = copy.folder.glob("dynamic*")
    pack(folder, copy.folder / f"{folder.name}_30hz.zip")
    assert ingest(database, copy.folder, "--workers", "1").exit_code == 1
    assert [(row["kind"], row["path"]) for row in problems(database)] == [
        ("doubled_recording", f"{folder.name}_30hz.zip")
    ]
    assert roots(database) == [str(folder)]
    reads.clear()
    assert ingest_recordings(database, copy.folder, workers=1).unchanged
    # A folder without arrays is not the recording; its zip is.
    for path in folder.rglob("*.npy"):
        path.unlink()
    assert ingest_recordings(database, copy.folder, workers=1).problems == []
    assert roots(database) == [f"{folder}_30hz.zip"]
    assert reads == []


def test_the_name_may_be_that_of_the_folder_within(lone: World, database: str, scratch: Path) -> None:
    (folder,) = lone.folder.glob("dynamic*")
    archive = pack(folder, scratch / "mouse.zip")
    assert ingest_recordings(database, archive, workers=1).problems == []
    assert [row["name"] for row in dump(database)["recordings"]] == lone.names
    pack(folder, archive, layout="what is in it")
    assert [problem.kind for problem in ingest_recordings(database, archive, workers=1).problems] == ["unusual_name"]
    assert [row["name"] for row in dump(database)["recordings"]] == [*lone.names, "mouse"]


def test_a_dry_run_reads_no_array_of_a_zip(
    lone: World, scratch: Path, reads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = packed_set(lone.folder, scratch / "data")
    database = scratch / "catalog.db"
    result = ingest(str(database), packed, "--dry-run")
    assert result.exit_code == 0, result.output
    (line,) = [line for line in result.stdout.splitlines() if line.startswith(lone.names[0])]
    size = sum(path.stat().st_size for path in lone.folder.glob("*/data/*/*.npy"))
    assert (line.split()[1:4], float(line.split()[4])) == (["add", "5", "20"], round(size / 1e6, 1))
    assert reads == []
    assert not database.exists()


def test_progress_counts_bytes_unpacked(lone: World, database: str, scratch: Path) -> None:
    packed = packed_set(lone.folder, scratch / "data")
    told: list[Any] = []
    ingest_recordings(database, packed, workers=1, progress=told.append)
    size = sum(path.stat().st_size for path in lone.folder.glob("*/data/*/*.npy"))
    assert told[-1].bytes == (size, size)
    assert size != next(packed.iterdir()).stat().st_size


# Again.


def test_an_unchanged_zip_is_not_read_again(
    lone: World, database: str, scratch: Path, reads: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = packed_set(lone.folder, scratch / "data")
    ingest_recordings(database, packed, workers=1)
    before = dump(database)
    monkeypatch.setattr("catalog.arrays.zips.ZipRoot.read", None)
    assert ingest_recordings(database, packed, workers=1).unchanged
    assert dump(database) == before


@pytest.mark.parametrize("signal", ["videos", "responses"])
def test_of_a_changed_zip_what_has_changed_is_read(
    lone: World, database: str, make_database: MakeDatabase, scratch: Path, reads: list[int], signal: str
) -> None:
    copy = lone.copy(scratch / "data")
    (folder,) = copy.folder.glob("dynamic*")
    archive = pack(folder, scratch / f"{folder.name}.zip")
    ingest_recordings(database, archive, workers=1)
    numbers = lone.numbers()
    path = folder / "data" / signal / f"{numbers[1]}.npy"
    replace_array(path, np.load(path)[..., :-2] * np.float32(0.5))
    pack(folder, archive)
    reads.clear()
    ingest_recordings(database, archive, workers=1)
    # The zip's own list of members has their checksums. The statistics of neurons go over all responses.
    assert reads == ([numbers[1]] if signal == "videos" else numbers)
    afresh = make_database("sqlite")
    ingest_recordings(afresh, copy.folder, workers=1)
    assert differing(rows(database), rows(afresh)) == {}
    assert {row["modified_ns"] for row in dump(database)["array_files"]} == {archive.stat().st_mtime_ns}
    reads.clear()
    assert ingest_recordings(database, archive, workers=1).unchanged


def test_a_folder_that_was_packed_is_not_read_again(
    small_pair: World, database: str, scratch: Path, reads: list[int], unpacked: Any
) -> None:
    copy = small_pair.copy(scratch / "data")
    ingest_recordings(database, copy.folder, workers=1)
    before = ids(database)
    for folder in sorted(copy.folder.glob("dynamic*")):
        pack(folder, copy.folder / f"{folder.name}.zip")
        shutil.rmtree(folder)
    reads.clear()
    report = ingest_recordings(database, copy.folder, workers=1)
    assert reads == []
    assert sorted(report.recordings) == sorted(small_pair.names)
    assert ids(database) == before
    assert differing(rows(database), unpacked) == {}
    assert [Path(root).suffix for root in roots(database)] == [".zip", ".zip"]
    assert ingest_recordings(database, copy.folder, workers=1).unchanged


@pytest.mark.parametrize("recheck", [False, True])
def test_a_zip_that_was_unpacked_keeps_its_ids(
    small_pair: World, database: str, scratch: Path, reads: list[int], unpacked: Any, recheck: bool
) -> None:
    packed = packed_set(small_pair.folder, scratch / "data")
    ingest_recordings(database, packed, workers=1)
    before = ids(database)
    shutil.rmtree(packed)
    copy = small_pair.copy(packed)
    reads.clear()
    ingest_recordings(database, copy.folder, workers=1, recheck=recheck)
    # A zip keeps no exact times: the files are analysed again, or only their digests compared.
    assert len(reads) == (0 if recheck else len(list(small_pair.trials())))
    assert ids(database) == before
    assert differing(rows(database), unpacked) == {}
    assert [Path(root).suffix for root in roots(database)] == ["", ""]
    assert ingest_recordings(database, copy.folder, workers=1).unchanged


def test_a_zip_that_was_touched_is_not_read_again(lone: World, database: str, scratch: Path, reads: list[int]) -> None:
    packed = packed_set(lone.folder, scratch / "data")
    ingest_recordings(database, packed, workers=1)
    (archive,) = packed.iterdir()
    os.utime(archive, (1, 1))
    reads.clear()
    ingest_recordings(database, packed, workers=1)
    assert reads == []
    assert {row["modified_ns"] for row in dump(database)["array_files"]} == {10**9}
    assert ingest_recordings(database, packed, workers=1).unchanged


# Digests.


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("digest", ["crc32", "sha256"])
def test_digests_are_those_of_the_tools_that_everybody_has(
    lone: World, database: str, scratch: Path, packed: bool, digest: str
) -> None:
    data = packed_set(lone.folder, scratch / "data") if packed else lone.folder
    result = ingest(database, data, "--workers", "1", *(("--digest", digest) if digest != "crc32" else ()))
    assert result.exit_code == 0, result.output
    (folder,) = lone.folder.glob("dynamic*")
    found = {row["path"]: row["digest"] for row in dump(database)["array_files"]}
    assert len(found) == 20
    for path, told in found.items():
        content = (folder / path).read_bytes()
        expected = f"{zlib.crc32(content):08x}" if digest == "crc32" else hashlib.sha256(content).hexdigest()
        assert told == f"{digest}:{expected}"


@pytest.mark.parametrize("digest", ["crc32", "sha256"])
def test_recheck_compares_digests_of_either_kind(
    lone: World, database: str, scratch: Path, reads: list[int], digest: str
) -> None:
    packed = packed_set(lone.folder, scratch / "data")
    ingest_recordings(database, packed, workers=1, digest=digest)
    before = dump(database)
    reads.clear()
    # Whatever is on record is compared; what is not read again keeps the digest that it has.
    assert ingest_recordings(database, packed, workers=1, recheck=True).unchanged
    assert dump(database) == before
    (archive,) = packed.iterdir()
    os.utime(archive, (1, 1))
    ingest_recordings(database, packed, workers=1, recheck=True)
    assert reads == []


def test_a_changed_zip_of_other_digests_is_read_whole(
    lone: World, database: str, scratch: Path, reads: list[int]
) -> None:
    packed = packed_set(lone.folder, scratch / "data")
    ingest_recordings(database, packed, workers=1, digest="sha256")
    (archive,) = packed.iterdir()
    os.utime(archive, (1, 1))
    reads.clear()
    ingest_recordings(database, packed, workers=1)
    assert len(reads) == 5
    assert {row["digest"].partition(":")[0] for row in dump(database)["array_files"]} == {"sha256"}


def test_a_digest_of_another_kind_is_refused(lone: World, scratch: Path) -> None:
    result = ingest(str(scratch / "catalog.db"), lone.folder, "--digest", "md5")
    assert (result.exit_code, (scratch / "catalog.db").exists()) == (2, False)
    with pytest.raises(InputError, match="'md5' is no kind of digest"):
        ingest_recordings(scratch / "catalog.db", lone.folder, digest="md5")
