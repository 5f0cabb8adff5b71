"""Zips that are damaged or crafted: what cannot be read is refused with the reason, and the rest is read."""

from __future__ import annotations

import random
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from catalog.arrays import UnreachableError, UnreadableError, open_array, open_root
from catalog.arrays.zips import BOMB_BYTES
from tests.arrays.zips.crafting import (
    CONTENT,
    CRC,
    FLAGS,
    METHOD,
    OFFSET,
    PACKED,
    PATH,
    UNPACKED,
    cut_short,
    listed,
    patch,
    records,
    write,
)


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
