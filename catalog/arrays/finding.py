"""Finding recordings: which of a data folder's entries are roots, what they are called, and which files are trials'."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from catalog.arrays.opening import open_root
from catalog.arrays.roots import SIGNAL_FOLDERS, Root, UnreadableError
from catalog.arrays.zips import ZipRoot
from catalog.counts import counted
from catalog.names import recording_name, recording_parts

META_FOLDERS = ("meta/trials", "meta/neurons")
DOUBLED = "doubled_recording"
"""The kind of what is wrong with an entry whose recording was found in another one."""
UNREADABLE = "unreadable_recording"
"""The kind of what is wrong with an entry that cannot be looked into."""
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


@dataclass(frozen=True)
class FoundRoot:
    """A recording of a data folder.

    Attributes
    ----------
    own_name
        The name that its folder has, or would have when it is unpacked.
    arrays
        The names of what each of its folders of arrays holds, see `array_folders`.
    """

    root: Root
    own_name: str
    arrays: dict[str, list[str]]

    @property
    def name(self) -> str:
        """The name that it has in the catalog."""
        return recording_name(self.own_name)


@dataclass
class FoundRoots:
    """The recordings of a data folder, and what else was found there.

    Attributes
    ----------
    recordings
        By the names that they have in the catalog, in the order of these.
    skipped
        What looks like a recording and is none, or is one that was found already.
    """

    recordings: dict[str, FoundRoot] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)


def find_roots(data: Path, opened: Callable[[Path], Root] = open_root) -> FoundRoots:
    """Return the recordings in a folder (or the one that it is, or that a zip holds), and what else was found there.

    Files and folders whose names begin with a dot belong to other programs and are passed over. A recording's zip that
    lies beside its folder is passed over, too, unless it lists all files of the folder, and more. What cannot be
    listed is told, and passed over. `opened` opens a root; nothing of it is read but the names.

    Raises
    ------
    UnreadableError
        The zip given cannot be read.
    OSError
        The folder given cannot be listed.
    """
    itself = _as_recording(opened(data))
    if not data.is_dir() or itself is not None:
        return FoundRoots({} if itself is None else {itself.name: itself})
    found = FoundRoots()
    for path in _folders_first(data):
        if path.name != readable(path.name):
            borne, what = _borne_name(path), "has a name that is not UTF-8: rename it"
            severity, action = ("warning", "passed it over") if borne is None else ("error", LEFT)
            found.skipped.append(Skipped(readable(path.name), "unreadable_name", what, borne, severity, action))
            continue
        recording = _looked_into(path, found, opened)
        if recording is not None and not _gives_way(recording, found):
            found.recordings[recording.name] = recording
    found.recordings = dict(sorted(found.recordings.items()))
    found.skipped = [_as_doubled(one, found) for one in found.skipped]
    return found


def array_folders(root: Root) -> dict[str, list[str]]:
    """Return the names of what each folder of arrays below `data/` holds; a recording has at least one such folder.

    Raises
    ------
    OSError
        One of them cannot be listed.
    """
    there = set(root.names("data") or ()) & set(SIGNAL_FOLDERS)
    listed = {folder: root.names(f"data/{folder}") for folder in SIGNAL_FOLDERS if folder in there}
    return {folder: names for folder, names in listed.items() if names is not None}


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
    """Return the trials of which a recording has an array, of whatever kind; OSError where that cannot be told."""
    return _trials(array_folders(root))


def readable(name: str) -> str:
    """Return a file's name as text that every database can store; it may be any bytes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _trials(arrays: Mapping[str, list[str]]) -> set[int]:
    return {trial for names in arrays.values() for trial in map(trial_of, names) if trial is not None}


def _as_recording(root: Root) -> FoundRoot | None:
    """Return what a root is as a recording; None if it has no folder of arrays."""
    arrays = array_folders(root)
    return FoundRoot(root, own_name(root), arrays) if arrays else None


def _folders_first(data: Path) -> list[Path]:
    """Return what a folder holds: folders by name, then files by name, since a folder goes before its zip."""
    with os.scandir(data) as entries:
        paths = [data / entry.name for entry in entries if not entry.name.startswith(".")]
    return sorted(paths, key=lambda path: (not _is_folder(path), path.name))


def _is_folder(path: Path) -> bool:
    """Tell whether there is a folder; whether there is, if that cannot be told, shows when it is looked into."""
    try:
        return path.is_dir()
    except OSError:
        return True


def _is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def _stem(path: Path) -> str:
    return path.stem if _is_zip(path) else path.name


def _borne_name(path: Path) -> str | None:
    """Return the recording whose name a folder or a zip bears, whatever it holds."""
    return recording_name(_stem(path)) if recording_parts(_stem(path)) else None


def _looked_into(path: Path, found: FoundRoots, opened: Callable[[Path], Root]) -> FoundRoot | None:
    """Return the recording that a folder or a zip is; one that is none is told of, other files are not."""
    borne = _borne_name(path)
    is_link = path.is_symlink() and borne is not None
    if not _is_folder(path) and not _is_zip(path) and not (is_link and not path.exists()):
        return None
    try:
        recording = _as_recording(opened(path))
        if recording is not None:
            return recording
    except ContradictoryNameError as error:
        found.skipped.append(Skipped(path.name, "contradictory_name", str(error), borne, "error", LEFT))
    except (UnreadableError, OSError) as error:
        found.skipped.append(_unreadable(path, borne, error))
    else:
        what = "a folder" if path.is_dir() else "a zip"
        what = f"is {what} without data/videos, data/responses or such"
        found.skipped.append(Skipped(path.name, "no_recording", what, borne))
    return None


def _unreadable(path: Path, borne: str | None, error: UnreadableError | OSError) -> Skipped:
    why = str(error).removeprefix(f"{path} ")
    if isinstance(error, OSError):
        where = error.filename if isinstance(error.filename, str) else ""
        why = f"{os.path.relpath(where, path.parent)} cannot be listed: {error.strerror}; check its permissions"
    severity = "warning" if borne is None and path.is_dir() else "error"
    return Skipped(path.name, UNREADABLE, f"cannot be taken in: {why}", borne, severity, LEFT)


def _as_doubled(one: Skipped, found: FoundRoots) -> Skipped:
    """Return what to say of an entry that cannot be read, if another one is its recording."""
    if one.kind != UNREADABLE or one.recording not in found.recordings:
        return one
    whole = found.recordings[one.recording].root.path.name
    what = f"bears the name of the recording that {whole} is, and {one.what}"
    return Skipped(one.name, DOUBLED, what, one.recording)


def _arrays(recording: FoundRoot) -> dict[tuple[str, int | str], str]:
    """Return the path of each array, by its kind and its trial, or by its folder and its name."""
    found: dict[tuple[str, int | str], str] = {}
    for folder, listed in recording.arrays.items():
        for name in listed:
            trial = trial_of(name)
            if trial is not None:
                found[SIGNAL_FOLDERS[folder], trial] = f"data/{folder}/{name}"
    for meta in META_FOLDERS:
        names = [
            name for name in recording.root.names(meta) or () if name.endswith(".npy") and not name.startswith(".")
        ]
        found |= {(meta, name): f"{meta}/{name}" for name in names}
    return found


def _gives_way(recording: FoundRoot, found: FoundRoots) -> bool:
    """Tell whether a recording was found before; what was found without a trial, or in part, gives way itself.

    A folder that is half unpacked lacks some files of its zip; if the zip lacks some of the folder's as well, neither
    is whole.
    """
    name = recording.name
    first = found.recordings.get(name)
    if first is None or not _trials(first.arrays):
        return False
    this, that = recording.root.path.name, first.root.path.name
    told = Skipped(this, DOUBLED, f"is the recording that {that} is, too", name)
    if isinstance(recording.root, ZipRoot) and not isinstance(first.root, ZipRoot):
        there, listed = _arrays(first), _arrays(recording)
        lacking = [listed[one] for one in listed if one not in there]
        more = [there[one] for one in there if one not in listed and isinstance(one[1], int)]
        if lacking and not more:
            what = (
                f"lacks {len(lacking)} of the files that {this} lists, such as {lacking[0]}: unpack them, or "
                "remove the folder"
            )
            found.skipped.append(Skipped(that, DOUBLED, what, name, "error", "used the zip"))
            return False
        if lacking:
            what = (
                f"lists {counted(len(lacking), 'file')} that {that} lacks, such as {lacking[0]}, and lacks "
                f"{len(more)} that it holds, such as {more[0]}: put all files into one of the two"
            )
            told = Skipped(this, DOUBLED, what, name, "error", "used the folder")
    found.skipped.append(told)
    return True
