"""Zips that are damaged, crafted or odd: each member is read as it was packed, or refused with the reason."""

from __future__ import annotations

import os
import random
import struct
import tracemalloc
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from catalog.arrays import UnreachableError, UnreadableError, deflate, open_array, open_root, root_at, zips
from catalog.arrays.zips import BOMB_BYTES, ZipRoot

PATH = "data/videos/0.npy"
CONTENT = bytes(range(256)) * 40


@pytest.fixture(autouse=True, params=["zlib", "isal"])
def inflated_by(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have zips read by zlib, and by ISA-L, whichever is installed here."""
    library = zlib if request.param == "zlib" else pytest.importorskip("isal.isal_zlib")
    monkeypatch.setattr(deflate, "library", library)


def write(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", method) as archive:
        warnings.simplefilter("ignore")
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def reading(path: Path, member: str = PATH) -> bytes:
    root = open_root(path)
    return root.read(member)[0]


def records(content: bytes, signature: bytes) -> list[int]:
    """Where the records of a kind begin: PK\\3\\4 before each member, PK\\1\\2 in the list of members."""
    found, start = [], content.find(signature)
    while start >= 0:
        found.append(start)
        start = content.find(signature, start + 1)
    return found


def patch(path: Path, *changes: tuple[int, bytes]) -> None:
    content = bytearray(path.read_bytes())
    for at, new in changes:
        content[at : at + len(new)] = new
    path.write_bytes(content)


def listed(path: Path, field: int, value: bytes, which: int = 0) -> None:
    """Change a field of a member in the list of members."""
    patch(path, (records(path.read_bytes(), b"PK\1\2")[which] + field, value))


FLAGS, METHOD, CRC, PACKED, UNPACKED, OFFSET = 8, 10, 16, 20, 24, 42
"""Where the fields of a record in the list of members are."""


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


# What is refused.


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-30])


def cut_in_the_middle(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def a_list_of_garbage(path: Path) -> None:
    patch(path, (records(path.read_bytes(), b"PK\1\2")[0], b"XXXX"))


def a_list_beyond_the_end(path: Path) -> None:
    patch(path, (records(path.read_bytes(), b"PK\5\6")[0] + 12, struct.pack("<LL", 2**31, 2**31)))


@pytest.mark.parametrize(
    "harm",
    [cut_short, cut_in_the_middle, nothing, a_list_of_garbage, a_list_beyond_the_end],
    ids=lambda one: one.__name__,
)
def test_zips_without_a_list_of_members(tmp_path: Path, harm: Callable[[Path], None]) -> None:
    path = write(tmp_path / "one.zip", {PATH: CONTENT, "data/videos/1.npy": CONTENT})
    harm(path)
    with pytest.raises(UnreadableError, match=r"one\.zip is no zip that can be read"):
        open_root(path)


def damaged_data(path: Path) -> None:
    patch(path, (200, b"\x55\xaa\x55\xaa"))


def other_checksum(path: Path) -> None:
    listed(path, CRC, b"\1\2\3\4")


def less_than_there_is(path: Path) -> None:
    listed(path, UNPACKED, struct.pack("<L", 100))


def more_than_there_is(path: Path) -> None:
    listed(path, UNPACKED, struct.pack("<L", len(CONTENT) + 1))


def data_beyond_the_end(path: Path) -> None:
    listed(path, OFFSET, struct.pack("<L", 2**31))


def data_in_the_next_member(path: Path) -> None:
    size = struct.pack("<L", len(CONTENT) + 500)
    listed(path, PACKED, size)


def the_same_data(path: Path) -> None:
    listed(path, OFFSET, struct.pack("<L", 0), which=1)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED], ids=["stored", "deflated"])
@pytest.mark.parametrize(
    "harm",
    [
        damaged_data, other_checksum, less_than_there_is, more_than_there_is, data_beyond_the_end,
        data_in_the_next_member, the_same_data,
    ],
    ids=lambda one: one.__name__,
)  # fmt: skip
def test_a_damaged_member_is_refused_and_the_others_are_read(
    tmp_path: Path, harm: Callable[[Path], None], method: int
) -> None:
    path = write(
        tmp_path / "one.zip", {PATH: CONTENT, "data/videos/1.npy": CONTENT, "data/videos/2.npy": b"fine"}, method
    )
    harm(path)
    root = open_root(path)
    with pytest.raises(UnreadableError) as told:
        root.read(PATH)
    assert not isinstance(told.value, UnreachableError)
    assert any(word in str(told.value) for word in ("damaged", "claims", "ends too early", "Error -"))
    assert root.read("data/videos/2.npy")[0] == b"fine"
    if harm not in (damaged_data, other_checksum):
        with pytest.raises(UnreadableError):
            open_array(root, PATH)


def test_a_member_before_the_beginning_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "one.zip", {PATH: CONTENT})
    content = path.read_bytes()
    (end,), (entry,) = records(content, b"PK\5\6"), records(content, b"PK\1\2")
    patch(path, (end + 16, struct.pack("<L", entry + 10)))
    root = open_root(path)
    with pytest.raises(UnreadableError, match="a place before its beginning") as told:
        root.read(PATH)
    assert not isinstance(told.value, UnreachableError)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        (FLAGS, b"\1\0", "is encrypted; unpack the recording with its password"),
        (FLAGS, b"\x41\0", "is encrypted"),
        (METHOD, b"\x09\0", "is compressed by Deflate64; expected deflate, or none"),
        (METHOD, b"\x5d\0", "is compressed by Zstandard"),
        (METHOD, b"\x58\0", "is compressed by method 88"),
        (UNPACKED, b"\0\0\0\xf0", r"claims 4026531840 bytes"),
    ],
)
def test_members_that_are_packed_in_other_ways(tmp_path: Path, field: int, value: bytes, says: str) -> None:
    path = write(tmp_path / "one.zip", {PATH: CONTENT})
    listed(path, field, value)
    root = open_root(path)
    with pytest.raises(UnreadableError, match=says):
        root.read(PATH)


def test_a_bomb_is_refused_by_what_it_declares_before_it_goes_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "one.zip"
    packed = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9)
    with packed as archive, archive.open(PATH, "w") as member:
        for _ in range(BOMB_BYTES >> 20):
            member.write(bytes(1 << 20))
        member.write(b"\0")
    monkeypatch.setattr("catalog.arrays.zips._inflated", None)
    root = open_root(path)
    with pytest.raises(UnreadableError, match="1000 times its size or more: it is no array"):
        root.read(PATH)


def test_a_bomb_is_refused_by_its_real_size(tmp_path: Path) -> None:
    """It declares a thousandth of what it unpacks to: no more than that is unpacked."""
    path = write(tmp_path / "one.zip", {PATH: bytes(50 << 20)})
    listed(path, UNPACKED, struct.pack("<L", 60_000))
    root = open_root(path)
    tracemalloc.start()
    with pytest.raises(UnreadableError, match="it unpacks to more than the 60000 bytes that it claims"):
        root.read(PATH)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1 << 20


@pytest.mark.parametrize("level", [1, 6, 9])
def test_withheld_responses_are_no_bomb(tmp_path: Path, level: int) -> None:
    """The largest of the published ones: all zero."""
    with (tmp_path / "array.npy").open("wb") as file:
        np.save(file, np.zeros((8285, 414)))
    path = tmp_path / "one.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        archive.write(tmp_path / "array.npy", PATH)
    root = open_root(path)
    found = root.find(PATH)
    assert found is not None
    assert found.bytes > 200 * path.stat().st_size
    assert not open_array(root, PATH).any()


# What changes, and what is gone.


def replaced(path: Path) -> None:
    other = write(path.with_name("other.zip"), {PATH: CONTENT + b"more"}, zipfile.ZIP_STORED)
    other.replace(path)


def written_anew(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[100:200] = bytes(100)
    path.write_bytes(content)
    os.utime(path, (5, 5))


def unlinked(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("change", [replaced, written_anew, unlinked, cut_short], ids=lambda one: one.__name__)
def test_a_zip_that_is_another_one_now_gives_nothing(tmp_path: Path, change: Callable[[Path], None]) -> None:
    path = write(tmp_path / "one.zip", {PATH: CONTENT}, zipfile.ZIP_STORED)
    root = open_root(path)
    change(path)
    for read in (lambda: root.read(PATH), lambda: root.place(PATH), lambda: open_array(root, PATH)):
        with pytest.raises(UnreachableError, match=r"one\.zip (has changed since it was listed|cannot be reached)"):
            read()


def test_a_zip_that_is_damaged_while_it_is_read_is_not_to_blame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "one.zip", {PATH: CONTENT}, zipfile.ZIP_STORED)
    root = open_root(path)
    exactly = zips._exactly

    def late(file: object, count: int) -> bytes:
        written_anew(path)
        return exactly(file, count)  # type: ignore[arg-type]

    monkeypatch.setattr(zips, "_exactly", late)
    with pytest.raises(UnreachableError, match="has changed since it was listed"):
        root.read(PATH)


# Anything at all.


def test_no_bytes_raise_anything_else(tmp_path: Path) -> None:
    """Flip bytes where it hurts, in headers and lists: what is read is what was packed, or refused."""
    rng = random.Random(1)
    members = {f"r/{PATH}": CONTENT, "r/data/videos/1.npy": b"abc", "r/notes": b"", "r/data/../x": b"y"}
    sound = {}
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        write(tmp_path / "one.zip", members, method)
        sound[method] = (tmp_path / "one.zip").read_bytes()
    outcomes = set()
    for number in range(3000):
        content = bytearray(sound[rng.choice(list(sound))])
        heads = [at for signature in (b"PK\1\2", b"PK\5\6", b"PK\3\4") for at in records(bytes(content), signature)]
        for _ in range(rng.choice((1, 1, 1, 2, 8))):
            at = rng.choice(heads) + rng.randrange(60)
            if at < len(content):
                content[at] = rng.choice((0, 1, 8, 0x7F, 0x80, 0xFF, rng.randrange(256)))
        path = tmp_path / f"{number % 2}.zip"
        path.write_bytes(content)
        try:
            root = open_root(path)
            for name in root.names("data/videos") or ():
                try:
                    found = root.read(f"data/videos/{name}")[0]
                    outcomes.add("read")
                    assert found in members.values()
                    root.place(f"data/videos/{name}")
                except UnreadableError:
                    outcomes.add("refused")
        except UnreadableError:
            outcomes.add("no zip")
    assert outcomes == {"read", "refused", "no zip"}


def test_a_zip_is_listed_again_when_it_was_touched_or_replaced(tmp_path: Path) -> None:
    path = write(tmp_path / "recording.zip", {PATH: b"one"})
    known = root_at(path)
    assert root_at(str(path)) is known
    os.utime(path, (1, 1))
    with pytest.raises(UnreachableError, match="has changed since it was listed"):
        known.read(PATH)
    assert root_at(path).read(PATH)[0] == b"one"
    write(tmp_path / "other.zip", {PATH: b"two"}).replace(path)
    os.utime(path, (1, 1))
    assert root_at(path).read(PATH)[0] == b"two"
    path.write_bytes(b"nothing")
    with pytest.raises(UnreachableError, match="is no zip that can be read"):
        root_at(path)
    path.unlink()
    with pytest.raises(UnreachableError, match="cannot be reached: No such file"):
        root_at(path)
