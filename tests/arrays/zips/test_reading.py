"""Zips that are odd: each member is read as it was packed, and names that lead out or come twice are passed over."""

from __future__ import annotations

import struct
import warnings
import zipfile
import zlib
from pathlib import Path

import pytest

from catalog.arrays import UnreadableError, open_root
from catalog.arrays.zips import ZipRoot
from tests.arrays.zips.crafting import CONTENT, OFFSET, PACKED, PATH, reading, records, write

# What can be read.


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_members_are_read_as_they_were_packed(tmp_path: Path, method: int) -> None:
    path = write(tmp_path / "one.zip", {f"r/{PATH}": CONTENT, "r/meta/trials/tiers.npy": b"", "r/notes": b"x"}, method)
    root = open_root(path)
    assert isinstance(root, ZipRoot)
    content, found = root.read(PATH)
    assert content == CONTENT
    assert (found.bytes, found.modified_ns) == (len(CONTENT), path.stat().st_mtime_ns)
    assert found.digest == f"crc32:{zlib.crc32(CONTENT):08x}"
    assert root.find(PATH) == found
    assert root.read("meta/trials/tiers.npy")[0] == b""
    assert root.names("data/videos") == ["0.npy"]
    assert root.names("") == root.names("/") == ["data", "meta", "notes"]
    assert root.names("data/responses") is None
    assert root.find("data/videos") is root.find("nothing") is None
    assert root.open(PATH).read() == CONTENT
    assert root.folder == "r"


def test_a_zip_of_the_long_form(tmp_path: Path) -> None:
    path = tmp_path / "one.zip"
    with zipfile.ZipFile(path, "w") as archive, archive.open(f"r/{PATH}", "w", force_zip64=True) as member:
        member.write(CONTENT)
    assert reading(path) == CONTENT
    # The list of members has the long form, too, as in a zip of more than 4 GB.
    plain, long = path.read_bytes(), tmp_path / "long.zip"
    (entry,) = records(plain, b"PK\1\2")
    (end,) = records(plain, b"PK\5\6")
    name = f"r/{PATH}".encode()
    extra = struct.pack("<HHQQQ", 1, 24, len(CONTENT), len(CONTENT), 0)
    head = bytearray(plain[entry : entry + 46])
    head[PACKED : PACKED + 8] = b"\xff" * 8
    head[30:32] = struct.pack("<H", len(extra))
    head[OFFSET : OFFSET + 4] = b"\xff" * 4
    directory = bytes(head) + name + extra
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(directory), entry)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, entry + len(directory), 1)
    short = plain[end : end + 8] + b"\xff" * 12 + plain[end + 20 :]
    long.write_bytes(plain[:entry] + directory + end64 + locator + short)
    assert reading(long) == CONTENT


def test_what_precedes_a_zip_is_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path / "one.zip", {PATH: CONTENT}, zipfile.ZIP_STORED)
    path.write_bytes(b"#!/bin/sh\n" + path.read_bytes())
    assert reading(path) == CONTENT


def test_of_several_depths_the_least_is_the_recording(tmp_path: Path) -> None:
    backup = {f"a/r/backup/{PATH}": b"old", f"a/r/{PATH}": CONTENT, "a/r/data/videos/data/videos/1.npy": b"deeper"}
    path = write(tmp_path / "one.zip", {**backup, f"__MACOSX/{PATH}": b"Mac"})
    assert reading(path) == CONTENT
    root = open_root(path)
    assert root.names("data/videos") == ["0.npy", "data"]
    with pytest.raises(UnreadableError, match=r"holds several recordings \(a/, b/ and so on\)"):
        open_root(write(tmp_path / "two.zip", {f"a/{PATH}": b"", f"b/{PATH}": b""}))


def test_names_in_other_alphabets(tmp_path: Path) -> None:
    path = write(tmp_path / "one.zip", {f"Mäuse/日本/{PATH}": CONTENT})
    assert reading(path) == CONTENT
    # Neither UTF-8 nor said to be: every byte is a character of code page 437.
    path = write(tmp_path / "two.zip", {f"XYZ/{PATH}": CONTENT})
    path.write_bytes(path.read_bytes().replace(b"XYZ/", b"\xff\xfe\x81/"))
    assert reading(path) == CONTENT


# What is passed over.

OUTSIDE = (
    "../evil.npy",
    "data/videos/../../../evil.npy",
    "/etc/passwd",
    "data\\videos\\1.npy",
    "C:/data/videos/1.npy",
    "C:data",
    "data//videos/1.npy",
    "./data/videos/1.npy",
    "\\\\host\\share",
)


@pytest.mark.parametrize("name", OUTSIDE)
def test_names_that_lead_out_are_passed_over(tmp_path: Path, name: str) -> None:
    info = zipfile.ZipInfo("placeholder")
    info.filename = info.orig_filename = name
    path = tmp_path / "one.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(info, b"evil")
        archive.writestr(PATH, CONTENT)
    root = open_root(path)
    assert isinstance(root, ZipRoot)
    assert root.strange == [(name, "has no name of a file within its zip")]
    assert root.names("") == ["data"]
    assert root.names("data/videos") == ["0.npy"]
    assert root.read(PATH)[0] == CONTENT


def test_a_name_that_ends_early(tmp_path: Path) -> None:
    path = write(tmp_path / "one.zip", {PATH: CONTENT, "data/videos/1.npy#txt": b"evil"})
    path.write_bytes(path.read_bytes().replace(b"1.npy#txt", b"1.npy\0txt"))
    root = open_root(path)
    assert root.names("data/videos") == ["0.npy"]


def test_of_two_members_of_one_name_the_last_counts(tmp_path: Path) -> None:
    """As in the folder that other programs make of it."""
    path = tmp_path / "one.zip"
    write(path, {PATH: b"first"})
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(PATH, b"second")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "folder")
    root = open_root(path)
    assert isinstance(root, ZipRoot)
    assert root.strange == [(PATH, "is there more than once")]
    assert root.read(PATH)[0] == (tmp_path / "folder" / PATH).read_bytes() == b"second"
