"""Zips over the years: verified, relocated, packed and unpacked."""

from __future__ import annotations

import errno
import os
import shutil
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catalog import Catalog
from catalog.errors import InputError
from catalog.upkeep import relocate, verify
from ingest.ingesting import ingest_recordings
from tests.importing.reading import dump
from tests.ingesting.worlds import World, replace_array
from tests.zips.packing import pack, packed_set


@pytest.fixture(params=["crc32", "sha256"])
def digest(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def archive(lone: World, database: str, scratch: Path, digest: str) -> Path:
    """A recording's zip, taken in."""
    (packed,) = packed_set(lone.folder, scratch / "data").iterdir()
    ingest_recordings(database, packed.parent, workers=1, digest=digest)
    return packed


def kinds(database: str, **how: Any) -> list[tuple[str, str | None]]:
    with Catalog(database, read_only=True) as cat:
        return [(one.kind, one.path) for one in verify(cat, **how).findings]


def test_a_zip_is_verified(database: str, archive: Path) -> None:
    assert kinds(database) == kinds(database, full=True) == []
    os.utime(archive, (1, 1))
    assert kinds(database) == kinds(database, full=True) == []


def test_a_zip_with_other_content_is_found(
    lone: World, database: str, archive: Path, scratch: Path, digest: str
) -> None:
    copy = lone.copy(scratch / "copy")
    (folder,) = copy.folder.glob("dynamic*")
    path = min((folder / "data" / "responses").iterdir())
    replace_array(path, np.load(path)[::-1])
    pack(folder, archive)
    found = [("digest", f"data/responses/{path.name}")]
    # Of the digests on record, the zip itself tells CRC-32.
    assert kinds(database) == (found if digest == "crc32" else [])
    assert kinds(database, full=True) == found


def test_damage_within_is_found_by_reading(database: str, archive: Path) -> None:
    with zipfile.ZipFile(archive) as members:
        member = max(members.infolist(), key=lambda one: one.compress_size)
    content = bytearray(archive.read_bytes())
    content[member.header_offset + member.compress_size // 2] ^= 0xFF
    archive.write_bytes(content)
    assert kinds(database) == []
    assert kinds(database, full=True) == [("unreadable", member.filename.partition("/")[2])]


def test_a_zip_that_is_gone_or_none_is_one_finding(database: str, archive: Path) -> None:
    archive.write_bytes(archive.read_bytes()[:-50])
    assert kinds(database, full=True) == [("root", None)]
    archive.unlink()
    assert kinds(database) == [("root", None)]


def test_a_zip_that_was_unpacked_or_moved_is_relocated(
    lone: World, database: str, archive: Path, scratch: Path
) -> None:
    moved = scratch / "elsewhere" / archive.name
    moved.parent.mkdir()
    archive.rename(moved)
    with Catalog(database) as cat:
        relocate(cat, scratch / "data", scratch / "elsewhere")
        assert verify(cat, full=True).ok
        with zipfile.ZipFile(moved) as members:
            members.extractall(scratch / "unpacked")
        (folder,) = (scratch / "unpacked").iterdir()
        relocate(cat, moved, folder)
        # Unpacked files have times of their own, which say nothing; their digests do.
        assert {one.kind for one in verify(cat).findings} == {"modified"}
        assert verify(cat, full=True).ok
        replace_array(min((folder / "data" / "behavior").iterdir()), np.zeros(1))
        with pytest.raises(InputError, match="nothing was changed"):
            relocate(cat, folder, folder.rename(scratch / "again"))
    assert [row["path"] for row in dump(database)["recording_roots"]] == [str(folder)]


def test_a_folder_that_goes_away_while_it_is_verified_is_one_finding(
    lone: World, database: str, scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = lone.copy(scratch / "data")
    (folder,) = copy.folder.glob("dynamic*")
    ingest_recordings(database, copy.folder, workers=1)
    opened, count = Path.open, [0]

    def going(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.suffix == ".npy":
            count[0] += 1
            if count[0] == 3:
                shutil.rmtree(folder)
        return opened(path, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", going)
        assert kinds(database, full=True) == [("root", None)]


def test_a_place_that_the_system_does_not_give_out(
    database: str, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = Path.stat

    def disconnected(path: Path, **options: Any) -> Any:
        if path == archive:
            raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")
        return stat(path, **options)

    monkeypatch.setattr(Path, "stat", disconnected)
    with Catalog(database, read_only=True) as cat:
        (finding,) = verify(cat).findings
    assert (finding.kind, finding.root) == ("root", str(archive))
    assert "Transport endpoint is not connected" in finding.found
