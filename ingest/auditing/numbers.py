"""Folders of `.npy` files, one a recording, that give a number for each trial: of its group, or of its class."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.arrays import ArrayError, UnreadableError, open_root
from catalog.errors import InputError
from ingest.reading.arrays import read_array

Numbers = dict[int, int]
"""The number of each trial that a file makes a statement about."""


def find_files(folder: str | os.PathLike[str]) -> dict[str, Path]:
    """Return the `.npy` files of a folder by their names without the ending.

    Raises
    ------
    InputError
        There is no such folder, or no such file in it.
    """
    root = Path(folder)
    if not root.is_dir():
        what = "is no folder" if root.exists() else "does not exist"
        raise InputError(f"{root} {what}; expected a folder with one .npy file for each recording")
    try:
        found = {path.stem: path for path in sorted(root.iterdir()) if path.suffix == ".npy" and path.name[0] != "."}
    except OSError as error:
        raise InputError(f"cannot read the folder {root}: {error.strerror}") from error
    if not found:
        raise InputError(f"{root} holds no .npy files; expected one for each recording, named for it")
    return found


def read_numbers(path: Path) -> Numbers:
    """Return the number at each trial index of a file; negative numbers and NaN make no statement.

    Raises
    ------
    InputError
        The file cannot be read, or holds something else than whole numbers in one dimension.
    """
    try:
        values = read_array(open_root(path.parent), path.name, dimensions=1).values
    except (ArrayError, UnreadableError) as error:
        raise InputError(f"{path} {error}; expected one whole number for each trial index") from error
    told = _told(values)
    wrong = [index for index in np.flatnonzero(told) if not float(values[index]).is_integer()]
    if wrong:
        raise InputError(
            f"{path} holds {values[wrong[0]]} at index {wrong[0]}; expected whole numbers, or NaN for none"
        )
    return {int(index): int(values[index]) for index in np.flatnonzero(told)}


def _told(values: NDArray[Any]) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        return np.asarray(values >= 0)


def parse_classes(text: str) -> dict[int, str]:
    """Return the label of each class number, from `0=NaturalVideo,1=Gabor`.

    Raises
    ------
    InputError
        The text has another form, or gives a number twice.
    """
    classes: dict[int, str] = {}
    for part in text.split(","):
        number, equals, label = (piece.strip() for piece in part.partition("="))
        if not equals or not label or not (number.isascii() and number.isdigit()):
            raise InputError(
                f"cannot read {part.strip()!r} in classes {text!r}; expected such as 0=NaturalVideo,1=Gabor"
            )
        if int(number) in classes:
            raise InputError(f"classes {text!r} gives {int(number)} twice; expected one label for each number")
        classes[int(number)] = label
    return classes


def shared_numbers(ours: Mapping[tuple[str, int], str], theirs: Mapping[tuple[str, int], int]) -> tuple[int, int]:
    """Return how often a number recurs in another recording, and how often it means the same video there.

    Parameters
    ----------
    ours
        The catalog's video of each trial (recording and number).
    theirs
        The others' number of it.
    """
    votes: dict[int, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for (recording, trial), number in theirs.items():
        votes[number][recording][ours[recording, trial]] += 1
    recurring = same = 0
    for by_recording in votes.values():
        meanings = Counter(_most_common(counts) for counts in by_recording.values())
        recurring += len(by_recording) - 1
        same += max(meanings.values()) - 1
    return recurring, same


def _most_common(counts: Counter[str]) -> str:
    return min(counts, key=lambda one: (-counts[one], one))
