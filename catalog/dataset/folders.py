"""What lies in the two folders that a DataSet is given: raw recordings, and their published metadata."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from catalog.arrays import UnreadableError, open_root
from catalog.dataset.errors import DataSetError
from catalog.names import recording_name, recording_parts

ARRAY_FOLDERS = {
    "videos": ("data/videos",),
    "responses": ("data/responses",),
    "behavior": ("data/behavior", "data/bahavior"),
    "pupil_center": ("data/pupil_center",),
}
"""Where the arrays of each kind are in a recording; some copies spell behavior in another way."""

WATCHED = ("", "trials", "neurons", "videos")
"""The folders of a recording's metadata whose times tell whether it was written anew."""


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


def raw_recordings(folder: Path | None) -> dict[str, Path]:
    """Return the recordings in a data folder (or the one that it is): their names, and where each is."""
    if folder is None:
        return {}
    if _holds_arrays(folder):
        return {recording_name(folder.absolute().name): folder}
    found: dict[str, Path] = {}
    for path in _entries(folder):
        name = path.name
        if path.is_file():
            name = path.stem if path.suffix == ".zip" and recording_parts(path.stem) else ""
        elif not _holds_arrays(path):
            continue
        if name:
            found.setdefault(recording_name(name), path)
    return found


def raw_trials(recording: Path) -> set[str] | None:
    """Return the trials of which a raw recording has responses; None where that cannot be told."""
    try:
        root = open_root(recording)
        names = root.names("data/responses")
    except UnreadableError:
        return None
    return None if names is None else {name.removesuffix(".npy") for name in names if name[:-4].isdigit()}


def published_recordings(folder: Path | None) -> dict[str, Path]:
    """Return the recordings that a folder of published metadata tells of."""
    if folder is None or not folder.is_dir():
        return {}
    with_metadata = (path for path in _entries(folder) if path.is_dir() and _holds_metadata(path))
    return {recording_name(path.name): path for path in with_metadata}


def last_written(path: Path) -> float:
    """Return when a recording's metadata was last written, as its files and folders tell; seconds since 1970.

    What is looked at are the files of the recording as a whole, and its folders: a file that takes the place of
    another, among the hundreds that are about single trials, changes its folder's time.
    """
    times = [0.0]
    for name in WATCHED:
        place = path / name
        if place.is_dir():
            times.append(place.stat().st_mtime)
            if name != "videos":
                times += [entry.stat().st_mtime for entry in os.scandir(place) if entry.name.startswith("meta-")]
    return max(times)


def global_written(folder: Path) -> float:
    """Return when a file of a video or segment last came or went, in seconds since 1970."""
    places = [folder / "global_meta" / name for name in ("videos", "segments")]
    return max((place.stat().st_mtime for place in places if place.is_dir()), default=0.0)


def gigabytes(recordings: Iterator[Path]) -> float:
    """Return how much raw recordings hold, in GB."""
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
    return total / 1e9


def _entries(folder: Path) -> list[Path]:
    with os.scandir(folder) as entries:
        return sorted(Path(entry.path) for entry in entries if not entry.name.startswith((".", "_")))


def _holds_arrays(path: Path) -> bool:
    return path.is_dir() and any((path / name).is_dir() for names in ARRAY_FOLDERS.values() for name in names)


def _holds_metadata(path: Path) -> bool:
    return any(path.glob("meta-basic*.json")) or any((path / "trials").glob("meta-trials*"))
