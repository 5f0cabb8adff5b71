"""Files that change, vanish or cannot be had while they are read: told apart from a place that is gone."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catalog.arrays import Root, UnreachableError, UnreadableError, open_root

PATH = "data/videos/0.npy"
CONTENT = b"0123456789" * 1000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "recording"
    (folder / PATH).parent.mkdir(parents=True)
    (folder / PATH).write_bytes(CONTENT)
    os.utime(folder / PATH, (5, 5))
    return folder


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def shrink(path: Path) -> None:
    os.truncate(path, 100)


def write_over(path: Path) -> None:
    path.write_bytes(CONTENT[::-1])


def meanwhile(root: Root, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], Any]) -> None:
    """Let something happen to a file as soon as it is open."""
    opened = root.open

    def late(path: str) -> Any:
        file = opened(path)
        change(root.path / path)
        return file

    monkeypatch.setattr(root, "open", late)


def changing_while_read(root: Root, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], Any]) -> None:
    """Let something happen to a file when its status was taken, and before it is read."""
    fstat, calls = os.fstat, []

    def late(number: int) -> os.stat_result:
        status = fstat(number)
        if not calls:
            calls.append(number)
            change(root.path / PATH)
        return status

    monkeypatch.setattr("catalog.arrays.folders.os.fstat", late)


@pytest.mark.parametrize("change", [grow, shrink, write_over])
def test_a_file_that_changes_while_it_is_read(
    folder: Path, change: Callable[[Path], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = open_root(folder)
    changing_while_read(root, monkeypatch, change)
    with pytest.raises(UnreadableError, match="changed while it was being read") as told:
        root.read(PATH)
    assert not isinstance(told.value, UnreachableError)
    assert root.read(PATH)[0] == (folder / PATH).read_bytes()


def test_a_file_that_vanishes_while_it_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = open_root(folder)
    meanwhile(root, monkeypatch, Path.unlink)
    with pytest.raises(UnreadableError, match="vanished while it was being read") as told:
        root.read(PATH)
    assert not isinstance(told.value, UnreachableError)
    with pytest.raises(UnreadableError, match="is not there"):
        root.read(PATH)


def test_a_file_whose_place_is_taken_is_read_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = folder / "other"
    other.write_bytes(b"another")
    root = open_root(folder)
    meanwhile(root, monkeypatch, lambda path: other.replace(path))
    content, found = root.read(PATH)
    assert (content, found.bytes, found.modified_ns) == (CONTENT, len(CONTENT), 5 * 10**9)


@pytest.mark.parametrize("gone", ["", "data", "data/videos"])
def test_a_folder_that_vanishes_is_no_statement_about_its_files(
    folder: Path, gone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = open_root(folder)
    meanwhile(root, monkeypatch, lambda path: shutil.rmtree(folder / gone))
    for read in (root.read, root.read, root.place, lambda path: root.digest(path, "crc32:0")):
        with pytest.raises(UnreachableError, match="cannot be reached: No such file or directory"):
            read(PATH)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EISDIR, errno.ELOOP])
def test_what_is_wrong_with_one_file(folder: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    root = open_root(folder)
    monkeypatch.setattr(root, "open", _raising(number))
    with pytest.raises(UnreadableError, match=r"^cannot be read: ") as told:
        root.read(PATH)
    assert not isinstance(told.value, UnreachableError)


@pytest.mark.parametrize("number", [errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.EMFILE, errno.ENOMEM])
def test_what_is_wrong_with_the_system(folder: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    root = open_root(folder)
    monkeypatch.setattr(root, "open", _raising(number))
    with pytest.raises(UnreachableError, match=f"{PATH} cannot be read: {os.strerror(number)}"):
        root.read(PATH)


def _raising(number: int) -> Callable[[str], Any]:
    def fails(path: str) -> Any:
        raise OSError(number, os.strerror(number))

    return fails


def test_files_that_are_no_arrays_of_a_trial(folder: Path) -> None:
    os.truncate(folder / PATH, 1 << 32)
    (folder / "data/videos/1.npy").symlink_to("nowhere")
    root = open_root(folder)
    with pytest.raises(UnreadableError, match="has 4294967296 bytes, more than the array of a trial can have"):
        root.read(PATH)
    with pytest.raises(UnreadableError, match="it is a link to a file that is not there"):
        root.read("data/videos/1.npy")


def test_a_place_where_nothing_is(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match="nowhere cannot be reached: No such file or directory"):
        open_root(tmp_path / "nowhere")


def test_a_file_whose_folder_was_never_there(folder: Path) -> None:
    root = open_root(folder)
    with pytest.raises(UnreadableError, match=r"^is not there$") as told:
        root.read("meta/trials/tiers.npy")
    assert not isinstance(told.value, UnreachableError)
    shutil.rmtree(folder)
    with pytest.raises(UnreachableError, match="cannot be reached: No such file or directory"):
        root.read("meta/trials/tiers.npy")


@pytest.mark.parametrize("suffix", ["", ".zip"])
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_no_place(tmp_path: Path, suffix: str) -> None:
    os.mkfifo(tmp_path / f"pipe{suffix}")
    with pytest.raises(UnreadableError, match="is neither a folder nor a file, but a pipe, a socket or a device"):
        open_root(tmp_path / f"pipe{suffix}")
