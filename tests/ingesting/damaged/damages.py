"""Ways to damage a recording's files: what its arrays are made to be, or to hold, and what is put beside them."""

from __future__ import annotations

import pickle
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tests.ingesting.worlds import replace_array, replace_file

# Any array.


def missing(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    replace_file(path, b"")


def cut_in_half(path: Path) -> None:
    content = path.read_bytes()
    replace_file(path, content[: len(content) // 2])


def cut_in_the_header(path: Path) -> None:
    replace_file(path, path.read_bytes()[:20])


def pickled(path: Path) -> None:
    replace_array(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)


def bare_pickle(path: Path) -> None:
    replace_file(path, pickle.dumps([1, 2, 3]))


def text(path: Path) -> None:
    replace_array(path, np.array([["a", "b"]]))


def complex_numbers(path: Path) -> None:
    replace_array(path, np.load(path).astype(np.complex64))


def another_dimension(path: Path) -> None:
    replace_array(path, np.load(path)[None])


def without_frames(path: Path) -> None:
    replace_array(path, np.load(path)[..., :0])


def without_rows(path: Path) -> None:
    replace_array(path, np.load(path)[:0])


def header(path: Path, text: str) -> None:
    """Put another header before the same data."""
    content = path.read_bytes()
    data = content[10 + struct.unpack("<H", content[8:10])[0] :]
    encoded = text.encode("latin1") + b"\n"
    replace_file(path, b"\x93NUMPY\x01\x00" + struct.pack("<H", len(encoded)) + encoded + data)


def header_of_more(path: Path) -> None:
    shape = (*np.load(path).shape[:-1], 10**6)
    header(path, f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}}}")


def header_of_absurdly_much(path: Path) -> None:
    shape = (10**9,) * np.load(path).ndim
    header(path, f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}}}")


def header_of_less_than_nothing(path: Path) -> None:
    header(path, "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 4, 4)}")


def header_of_no_type(path: Path) -> None:
    header(path, "{'descr': 'nonsense', 'fortran_order': False, 'shape': (2, 2)}")


def header_of_records(path: Path) -> None:
    header(path, "{'descr': [('a', '<f4'), ('b', '<f4')], 'fortran_order': False, 'shape': (2, 2)}")


def header_that_is_code(path: Path) -> None:
    header(path, "__import__('os').getcwd()")


def header_left_open(path: Path) -> None:
    header(path, "{'descr': '<f4', 'shape': (2, 2")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def dangling_link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.with_name("nowhere.npy"))


BROKEN: dict[Callable[[Path], None], str] = {
    missing: "is missing",
    empty: "is empty (0 bytes)",
    cut_in_half: "is cut short",
    cut_in_the_header: "header is broken",
    pickled: "holds pickled Python objects, which are never loaded",
    bare_pickle: "is no .npy file",
    text: "not numbers",
    complex_numbers: "not numbers",
    another_dimension: "dimensions",
    without_frames: "has no frames",
    without_rows: "its shape is|has the shape",
    header_of_more: "is cut short",
    header_of_absurdly_much: "is cut short|impossible shape",
    header_of_less_than_nothing: "impossible shape",
    header_of_no_type: "header is broken",
    header_of_records: "not numbers",
    header_that_is_code: "header is broken",
    header_left_open: "header is broken",
    a_folder: "cannot be read: Is a directory",
    dangling_link: "is not there: it is a link to a file that is not there",
}


# Values of a trial.


def change_array(path: Path, change: Callable[[np.ndarray], object]) -> np.ndarray:
    array = np.load(path)
    change(array)
    replace_array(path, array)
    return array


def nan_frames(array: np.ndarray) -> None:
    array[..., 40:43] = np.nan


def nan_entry(array: np.ndarray) -> None:
    array[(0,) * (array.ndim - 1) + (50,)] = np.nan


# Files beside the trials.


STRAYS: dict[str | bytes, str] = {
    ".DS_Store": "notice",
    "._5.npy": "notice",
    "12.npy.tmp": "warning",
    "12.npy.part": "warning",
    "trial.npy": "warning",
    "-5.npy": "warning",
    "\N{ARABIC-INDIC DIGIT FIVE}.npy": "warning",
    "99999999999.npy": "warning",
}
if sys.platform != "darwin":  # where names of files are always text
    STRAYS[b"\xff\xfe.npy"] = "warning"


# Arrays of `meta`.


def no_meta(path: Path) -> None:
    path.unlink()


def numbers(path: Path) -> None:
    replace_array(path, np.arange(20))


def table(path: Path) -> None:
    replace_array(path, np.load(path)[None])


def text_with_nul(path: Path) -> None:
    tiers = np.load(path)
    tiers[0] = "tr\0ain"
    replace_array(path, tiers)


def repeated(path: Path) -> None:
    replace_array(path, np.array([1, 2, 3, 3, 5]))


def too_few(path: Path) -> None:
    replace_array(path, np.load(path)[:-1])


def fractions(path: Path) -> None:
    replace_array(path, np.load(path) + 0.5)


def not_a_number(path: Path) -> None:
    replace_array(path, np.load(path) * np.nan)


def too_large(path: Path) -> None:
    replace_array(path, np.load(path) + 2**40)


def larger_still(path: Path) -> None:
    replace_array(path, np.load(path) + np.uint64(2**63))


def two_columns(path: Path) -> None:
    replace_array(path, np.load(path)[:, :2])
