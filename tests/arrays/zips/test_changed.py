"""Zips that change, or are gone, after they were listed: nothing is read of them until they are listed again."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.arrays import UnreachableError, open_array, open_root, root_at, zips
from tests.arrays.zips.crafting import CONTENT, PATH, cut_short, write


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
