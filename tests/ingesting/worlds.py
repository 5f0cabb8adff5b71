"""Simulated raw data sets, and copies of them to be damaged or stored in another way."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Change = Callable[[str, np.ndarray], np.ndarray]
"""From an array's path in its recording, and the array, to the array to store in its place."""


@dataclass(frozen=True)
class World:
    """A simulated data set: where it is, and the truth about it."""

    folder: Path
    truth: dict[str, Any]

    @property
    def names(self) -> list[str]:
        """The recordings as the catalog calls them."""
        return [self.catalog_name(folder) for folder in self.truth["recordings"]]

    def catalog_name(self, folder: str) -> str:
        return folder.removesuffix(self.truth["options"]["name_suffix"])

    def trials(self) -> Iterator[tuple[str, dict[str, Any], int, dict[str, Any]]]:
        """(name and truth of the recording, number and truth of the trial) of every trial."""
        for folder, recording in self.truth["recordings"].items():
            for number, trial in recording["trials"].items():
                yield self.catalog_name(folder), recording, int(number), trial

    def numbers(self) -> list[int]:
        """Return the numbers of all trials in order."""
        return sorted(number for _, _, number, _ in self.trials())

    def copy(self, folder: Path) -> World:
        """Return a copy whose files share the disk with this one's: replace them, never write into them."""
        shutil.copytree(self.folder, folder, copy_function=os.link)
        return World(folder, self.truth)

    def changed(self, folder: Path, change: Change, *, order: str = "C") -> World:
        """Return a copy in which every array of a trial is stored as `change` makes it."""
        copy = self.copy(folder)
        for path in copy.folder.glob("*/data/*/*.npy"):
            array = change(path.parent.name, np.load(path))
            replace_array(path, np.asarray(array, order=order))
        return copy


def replace_file(path: Path, content: bytes) -> None:
    """Put a file in the place of one that may share its content with a copy."""
    path.unlink(missing_ok=True)
    path.write_bytes(content)


def replace_array(path: Path, array: np.ndarray, *, allow_pickle: bool = False) -> None:
    path.unlink(missing_ok=True)
    np.save(path, array, allow_pickle=allow_pickle)


def renumbered(world: World, folder: Path, number: Callable[[int], int]) -> World:
    """Return a copy whose trials have other numbers, `tiers.npy` included."""
    copy = world.copy(folder)
    for name, recording in world.truth["recordings"].items():
        numbers = {int(trial): number(int(trial)) for trial in recording["trials"]}
        for signals in (copy.folder / name / "data").iterdir():
            for path in sorted(signals.iterdir()):
                path.rename(path.with_suffix(".moving"))
            for path in sorted(signals.iterdir()):
                path.rename(path.with_name(f"{numbers[int(path.stem)]}.npy"))
        tiers = ["none"] * (max(numbers.values()) + 1)
        for old, new in numbers.items():
            tiers[new] = recording["trials"][str(old)]["tier"]
        replace_array(copy.folder / name / "meta" / "trials" / "tiers.npy", np.array(tiers))
    return copy
