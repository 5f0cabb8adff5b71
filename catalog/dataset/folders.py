"""What lies in the data folder that a DataSet is given: raw recordings, and their trials."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from catalog.arrays import Root
from catalog.arrays.finding import find_roots, trials_of
from catalog.arrays.roots import FOLDER_OF, SIGNAL_FOLDERS
from catalog.dataset.errors import DataSetError

ARRAY_FOLDERS = {
    usual: tuple(f"data/{folder}" for folder, held in SIGNAL_FOLDERS.items() if held == kind)
    for kind, usual in FOLDER_OF.items()
}
"""Where the arrays of each kind are in a recording; some copies spell behavior in another way."""


def data_folder(folder: str | os.PathLike[str] | None) -> Path | None:
    """Return the folder of the raw recordings, checked; None for none.

    Raises
    ------
    DataSetError
        There is no such folder.
    """
    if folder is None:
        return None
    path = Path(folder)
    if not path.is_dir():
        raise DataSetError(
            f"there is no data folder {path}; expected the one that holds the recordings. If the data moved, give its "
            "new place, and tell the catalog with `catalog relocate OLD NEW`"
        )
    return path


def raw_recordings(folder: Path | None) -> dict[str, Root]:
    """Return the recordings in a data folder (or the one that it is), by name: those that ingesting it would find."""
    return {} if folder is None else {name: one.root for name, one in find_roots(folder).recordings.items()}


def raw_trials(recording: Root) -> set[str] | None:
    """Return the trials of which a raw recording has an array, as text; None where that cannot be told."""
    try:
        return set(map(str, trials_of(recording)))
    except OSError:
        return None


def raw_bytes(recordings: Iterator[Path]) -> int:
    """Return how many bytes raw recordings hold."""
    total = 0
    for recording in recordings:
        if recording.is_file():
            total += recording.stat().st_size
            continue
        for folders in ARRAY_FOLDERS.values():
            for folder in folders:
                place = recording / folder
                if place.is_dir():
                    total += sum(entry.stat().st_size for entry in os.scandir(place))
    return total
