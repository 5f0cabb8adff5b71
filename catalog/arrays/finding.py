"""Finding recordings: which of a data folder's entries are roots, what they are called, and which files are trials'."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from catalog.arrays.opening import open_root
from catalog.arrays.roots import SIGNAL_FOLDERS, Root, UnreadableError
from catalog.arrays.zips import ZipRoot
from catalog.names import recording_name, recording_parts

META_FOLDERS = ("meta/trials", "meta/neurons")
LEFT = "passed it over; what the catalog has of it stays as it was"
LARGEST = 2**31 - 1
"""Integers are 32 bits wide in PostgreSQL."""


class ContradictoryNameError(UnreadableError):
    """A zip bears the name of one recording, and holds the folder of another."""


@dataclass(frozen=True)
class Skipped:
    """An entry of a data folder that is passed over: its name as text, which kind of thing is wrong, and what it is.

    `recording` is the one whose name it bears or that it holds, None where neither is known; `action` is what was done
    about it.
    """

    name: str
    kind: str
    what: str
    recording: str | None
    severity: str = "warning"
    action: str = "passed it over"


@dataclass
class FoundRoots:
    """The recordings of a data folder, by name, and what else was found there.

    Attributes
    ----------
    roots
        The root of each recording, by the name that it has in the catalog, in the order of these names.
    own_names
        The name that each recording's folder has, or would have when it is unpacked, by the same names.
    skipped
        What looks like a recording and is none.
    """

    roots: dict[str, Root] = field(default_factory=dict)
    own_names: dict[str, str] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)


def find_roots(data: Path, opened: Callable[[Path], Root] = open_root) -> FoundRoots:
    """Return the recordings in a folder (or the one that it is, or that a zip holds), and what else was found there.

    Files and folders whose names begin with a dot belong to other programs and are passed over. A recording's zip that
    lies beside its folder is passed over, too, unless the folder lacks files that the zip lists. `opened`
    opens a root; nothing of it is read but the names.

    Raises
    ------
    UnreadableError
        The zip given cannot be read.
    """
    found = FoundRoots()
    if not data.is_dir() or is_recording(opened(data)):
        root = opened(data)
        if is_recording(root):
            _add(found, root)
        return found
    for entry in _folders_first(data):
        path = data / entry.name
        if entry.name != readable(entry.name):
            told = Skipped(readable(entry.name), "unreadable_name", "has a name that is not UTF-8", _borne_name(path))
            found.skipped.append(told)
            continue
        # A zip that lies beside another one need not be opened.
        if _is_zip(path) and _is_there_already(recording_name(entry.name), path, found, opened):
            continue
        found_root = _looked_into(path, entry.is_dir(), found, opened)
        if found_root is not None and not _is_there_already(recording_name(own_name(found_root)), path, found, opened):
            _add(found, found_root)
    found.roots = {name: found.roots[name] for name in sorted(found.roots)}
    return found


def is_recording(root: Root) -> bool:
    """Whether a folder has the layout of a recording: at least one folder of arrays below `data/`."""
    there = set(root.names("data") or ()) & set(SIGNAL_FOLDERS)
    return any(root.names(f"data/{folder}") is not None for folder in there)


def own_name(root: Root) -> str:
    """Return the name that a recording's folder has, or would have when it is unpacked.

    Raises
    ------
    ContradictoryNameError
        The zip bears the name of another recording than it holds.
    """
    path = root.path.absolute()
    if not isinstance(root, ZipRoot):
        return path.name
    stem = _stem(path)
    if not recording_parts(root.folder):
        return stem
    if recording_parts(stem) and recording_name(stem) != recording_name(root.folder):
        raise ContradictoryNameError(
            f"holds the recording {root.folder}, not the one whose name it bears; give the zip the name of that which "
            "it holds"
        )
    return stem if recording_parts(stem) else root.folder


def trial_of(name: str) -> int | None:
    """Return the trial whose array a file holds, as its name tells (`<number>.npy`); None for another file."""
    stem, suffix = os.path.splitext(name)
    if suffix == ".npy" and stem.isascii() and stem.isdigit() and int(stem) <= LARGEST:
        return int(stem)
    return None


def trials_of(root: Root) -> set[int]:
    """Return the trials of which a recording has an array, of whatever kind."""
    names = (name for folder in SIGNAL_FOLDERS for name in root.names(f"data/{folder}") or ())
    return {trial for trial in map(trial_of, names) if trial is not None}


def readable(name: str) -> str:
    """Return a file's name as text that every database can store; it may be any bytes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _add(found: FoundRoots, root: Root) -> None:
    name = own_name(root)
    found.roots[recording_name(name)] = root
    found.own_names[recording_name(name)] = name


def _folders_first(data: Path) -> list[os.DirEntry[str]]:
    """Return what a folder holds: folders by name, then files by name, since a folder goes before its zip."""
    with os.scandir(data) as entries:
        return sorted(
            (entry for entry in entries if not entry.name.startswith(".")),
            key=lambda entry: (not entry.is_dir(), entry.name),
        )


def _is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def _stem(path: Path) -> str:
    return path.stem if _is_zip(path) else path.name


def _borne_name(path: Path) -> str | None:
    """Return the recording whose name a folder or a zip bears, whatever it holds."""
    return recording_name(_stem(path)) if recording_parts(_stem(path)) else None


def _looked_into(path: Path, is_folder: bool, found: FoundRoots, opened: Callable[[Path], Root]) -> Root | None:
    """Return the root that a folder or a zip is; one that is no recording is told of, other files are not."""
    if not is_folder and not _is_zip(path):
        return None
    borne = _borne_name(path)
    try:
        root = opened(path)
        if is_recording(root):
            own_name(root)
            return root
    except ContradictoryNameError as error:
        found.skipped.append(Skipped(path.name, "contradictory_name", str(error), borne, "error", LEFT))
        return None
    except UnreadableError as error:
        what = f"cannot be taken in: {error}"
        found.skipped.append(Skipped(path.name, "unreadable_recording", what, borne, "error", LEFT))
        return None
    what = "a folder" if is_folder else "a zip"
    what = f"is {what} without data/videos, data/responses or such"
    found.skipped.append(Skipped(path.name, "no_recording", what, borne))
    return None


def _lacking(folder: Root, path: Path, opened: Callable[[Path], Root]) -> list[str]:
    """Return the files that a recording's zip lists and its folder lacks, as one that is half unpacked does."""
    if not folder.path.is_dir():
        return []
    try:
        zipped = opened(path)
        own_name(zipped)
    except UnreadableError:
        return []
    there, listed = _arrays(folder), _arrays(zipped)
    return [listed[one] for one in listed if one not in there]


def _arrays(root: Root) -> dict[tuple[str, int | str], str]:
    """Return the path of each array, by its kind and its trial, or by its folder and its name."""
    found: dict[tuple[str, int | str], str] = {}
    for folder, kind in SIGNAL_FOLDERS.items():
        for name in root.names(f"data/{folder}") or ():
            trial = trial_of(name)
            if trial is not None:
                found[kind, trial] = f"data/{folder}/{name}"
    for meta in META_FOLDERS:
        names = [name for name in root.names(meta) or () if name.endswith(".npy") and not name.startswith(".")]
        found |= {(meta, name): f"{meta}/{name}" for name in names}
    return found


def _is_there_already(name: str, path: Path, found: FoundRoots, opened: Callable[[Path], Root]) -> bool:
    """Tell whether a recording was found before.

    For a zip, it was not in a folder without files; and a folder that lacks some of the zip's gives way to the zip.
    """
    first = found.roots.get(name)
    if first is None or (_is_zip(path) and not trials_of(first)):
        return False
    lacking = _lacking(first, path, opened) if _is_zip(path) else []
    if lacking:
        what = f"lacks {len(lacking)} of the files that {path.name} lists, such as {lacking[0]}"
        found.skipped.append(Skipped(first.path.name, "doubled_recording", what, name, "error", "used the zip"))
        del found.roots[name], found.own_names[name]
        return False
    what = f"is the recording that {first.path.name} is, too"
    found.skipped.append(Skipped(path.name, "doubled_recording", what, name))
    return True
