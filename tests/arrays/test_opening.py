"""Arrays are mapped where their bytes lie as they are, and read where they do not; what is cut short is told before."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from catalog.arrays import ArrayError, Root, UnreadableError, open_array, open_root

PATH = "data/responses/0.npy"
ROWS = (
    slice(None),
    slice(2, 5),
    slice(None, None, -1),
    slice(3, 3),
    np.array([], dtype=np.intp),
    np.array([6, 0, 1, 2, 2, 5]),
    np.array([-1, 3]),
)
KINDS = ("folder", "stored", "deflated")


def content_of(array: np.ndarray, tmp_path: Path) -> bytes:
    path = tmp_path / "array.npy"
    np.save(path, array)
    return path.read_bytes()


def root_with(content: bytes, kind: str, tmp_path: Path) -> Root:
    """A recording with one file: a folder, or a zip that stores or deflates it."""
    if kind == "folder":
        path = tmp_path / "recording" / PATH
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return open_root(tmp_path / "recording")
    method = zipfile.ZIP_STORED if kind == "stored" else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(tmp_path / "recording.zip", "w", method) as archive:
        archive.writestr("recording/meta/trials/tiers.npy", b"x" * 1001)
        archive.writestr(f"recording/{PATH}", content)
    return open_root(tmp_path / "recording.zip")


def is_mapped(array: np.ndarray) -> bool:
    base: object = array
    while isinstance(base, np.ndarray) and not isinstance(base, np.memmap):
        base = base.base
    return isinstance(base, np.memmap)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", ["<f4", ">f8", "<i2"])
def test_what_was_saved_is_what_is_opened(tmp_path: Path, kind: str, order: str, dtype: str) -> None:
    saved = np.asarray(np.random.default_rng(1).normal(size=(7, 11)) * 100, dtype=dtype, order=order)
    root = root_with(content_of(saved, tmp_path), kind, tmp_path)
    opened = open_array(root, PATH)
    assert opened.dtype == saved.dtype
    assert np.array_equal(opened, saved)
    assert not opened.flags.writeable
    assert is_mapped(opened) == (kind != "deflated")
    for rows in ROWS:
        some = open_array(root, PATH, rows)
        assert some.dtype == saved.dtype
        assert np.array_equal(some, saved[rows])
        assert not is_mapped(some)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(0, 4), (4, 0), (3, 0, 5)])
def test_arrays_of_nothing_are_opened_too(tmp_path: Path, kind: str, shape: tuple[int, ...]) -> None:
    root = root_with(content_of(np.empty(shape), tmp_path), kind, tmp_path)
    opened = open_array(root, PATH)
    assert (opened.shape, opened.flags.writeable) == (shape, False)
    assert open_array(root, PATH, slice(0, 2)).shape == np.empty(shape)[0:2].shape


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("rows", [None, slice(0, 1)])
def test_what_is_cut_short_is_told_before_it_is_mapped(tmp_path: Path, kind: str, rows: slice | None) -> None:
    content = content_of(np.zeros((7, 11)), tmp_path)
    root = root_with(content[:-1], kind, tmp_path)
    with pytest.raises(ArrayError, match="cut short: 615 of 616"):
        open_array(root, PATH, rows)
    for left, says in ((b"", "empty"), (content[:20], "header is broken"), (b"PK" * 200, "no .npy file")):
        root = root_with(left, kind, tmp_path)
        with pytest.raises(ArrayError, match=says):
            open_array(root, PATH, rows)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_and_files_that_are_not_there(tmp_path: Path, kind: str) -> None:
    root = root_with(content_of(np.zeros((7, 11)), tmp_path), kind, tmp_path)
    with pytest.raises(IndexError):
        open_array(root, PATH, np.array([7]))
    with pytest.raises(UnreadableError, match="is not there"):
        open_array(root, "data/responses/1.npy")


def test_a_few_rows_are_read_without_the_others(tmp_path: Path) -> None:
    """The file behind the rows asked for is cut off after it was checked: only who reads further would notice."""
    content = content_of(np.arange(70.0).reshape(7, 10), tmp_path)
    root = root_with(content, "folder", tmp_path)
    place = root.place

    def cut_afterwards(path: str) -> object:
        found = place(path)
        with found.path.open("r+b") as file:
            file.truncate(found.bytes - 80)
        return found

    root.place = cut_afterwards  # type: ignore[method-assign,assignment]
    assert np.array_equal(open_array(root, PATH, np.array([0, 5])), [np.arange(10.0), np.arange(50.0, 60.0)])
    root.place = lambda path: place(path).__class__(place(path).path, 0, len(content))  # type: ignore[method-assign]
    with pytest.raises(ArrayError, match="cut short: it ends within row 6"):
        open_array(root, PATH, np.array([6]))


def damaged(tmp_path: Path, change: bytes, at: int) -> Root:
    """A zip whose second member has other bytes in the header before its data."""
    root_with(content_of(np.zeros((7, 11)), tmp_path), "stored", tmp_path)
    path = tmp_path / "recording.zip"
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo(f"recording/{PATH}").header_offset
    content = bytearray(path.read_bytes())
    content[start + at : start + at + len(change)] = change
    path.write_bytes(content)
    return open_root(path)


@pytest.mark.parametrize(
    ("change", "at"),
    [(b"XX", 0), (b"\x08\x00", 8), (b"other", 30), (b"\xff\xff", 26), (b"\xff\xff", 28)],
    ids=["signature", "method", "name", "long name", "long extra"],
)
def test_a_header_before_the_data_that_is_another_ones(tmp_path: Path, change: bytes, at: int) -> None:
    root = damaged(tmp_path, change, at)
    with pytest.raises(UnreadableError, match="damaged"):
        open_array(root, PATH)
