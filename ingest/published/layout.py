"""Which files published metadata consists of: found by name, before any of them is read."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from catalog.errors import InputError, nearest_whole
from catalog.names import recording_name

GLOBAL_FOLDER = "global_meta"

RECORDING_FILES = {
    "": re.compile(r"meta-basic.*\.json"),
    "trials": re.compile(r"meta-trials.*\.(csv|json)"),
    "neurons": re.compile(r"meta-neurons.*\.(csv|json)"),
    "videos": re.compile(r"\d+\.json"),
}
"""The files of a recording, by the folder in it that holds them."""

GLOBAL_FILES = {"": re.compile(r"(?!)"), "videos": re.compile(r".+\.json"), "segments": re.compile(r".+\.json")}
RAW_FOLDERS = {"data", "meta"}
"""Raw arrays may lie in the same folder as a recording's metadata; they are not the business of an import."""

IGNORED = re.compile(
    r"\..*|__MACOSX|__pycache__|Thumbs\.db|desktop\.ini|(README|LICEN[CS]E|CITATION|CHANGELOG).*|.*\.(md|txt)"
)


@dataclass(frozen=True)
class Folder:
    """A recording's folder or the global one: the names of its files by subfolder, and what else lies there."""

    name: str
    path: Path
    files: dict[str, list[str]]
    strangers: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)

    def paths(self, subfolder: str, ending: str = "") -> list[str]:
        """Return the files of a subfolder, relative to the metadata's folder."""
        parts = [self.name, subfolder] if subfolder else [self.name]
        return ["/".join([*parts, name]) for name in self.files[subfolder] if name.endswith(ending)]


@dataclass(frozen=True)
class Layout:
    """A folder of published metadata: its recordings, and what is said of videos and segments over all of them."""

    root: Path
    recordings: dict[str, Folder]
    """Each recording's folder, by the name that the recording has in the catalog."""
    stimuli: Folder | None
    strangers: list[str]
    selected: bool
    """Whether recordings were left out because the caller did not ask for them."""
    known: frozenset[str]
    """All recordings of the folder, selected or not."""


def find_layout(folder: str | os.PathLike[str], recordings: Sequence[str] | None = None) -> Layout:
    """Return what published metadata the folder holds; `recordings` selects some of them by name.

    Raises
    ------
    InputError
        There is no such folder, it holds no published metadata, or none of a recording asked for.
    """
    root = Path(folder)
    if not root.is_dir():
        what = "is no folder" if root.exists() else "does not exist"
        raise InputError(f"{root} {what}; expected the folder of the published metadata, such as metadata/")
    layout = _layout(root)
    if not layout.recordings and layout.stimuli is None:
        raise InputError(_nothing_found(root))
    return layout if recordings is None else _select(layout, recordings)


def _layout(root: Path) -> Layout:
    try:
        _files, folders = _list(root)
    except OSError as error:
        raise InputError(f"cannot read the folder {root}: {error.strerror}") from error
    found, strangers = {}, []
    for name in folders:
        if name == GLOBAL_FOLDER:
            continue
        recording = _scan(root / name, RECORDING_FILES)
        if any(recording.files.values()) and recording_name(name) not in found:
            found[recording_name(name)] = recording
        elif any(recording.files.values()) or recording.unreadable or not _looks_raw(root / name):
            strangers.append(f"{name}/")
    stimuli = _scan(root / GLOBAL_FOLDER, GLOBAL_FILES) if GLOBAL_FOLDER in folders else None
    if stimuli is not None and not any(stimuli.files.values()) and not stimuli.unreadable:
        stimuli = None
    strangers += [name for name in _files if name.endswith((".json", ".csv"))]
    return Layout(root, found, stimuli, strangers, selected=False, known=frozenset(found))


def _select(layout: Layout, recordings: Sequence[str]) -> Layout:
    wanted = {recording_name(name): name for name in recordings}
    for plain, name in wanted.items():
        if plain not in layout.recordings:
            raise InputError(
                f"{layout.root} holds no metadata of a recording {name!r}. {nearest_whole(name, layout.recordings)}"
            )
    chosen = {name: folder for name, folder in layout.recordings.items() if name in wanted}
    return Layout(
        layout.root,
        chosen,
        layout.stimuli,
        layout.strangers,
        selected=len(chosen) < len(layout.recordings),
        known=layout.known,
    )


def _list(path: Path) -> tuple[list[str], list[str]]:
    """Return the names of the files and of the folders in a folder, without those that nobody means."""
    files: list[str] = []
    folders: list[str] = []
    with os.scandir(path) as entries:
        for entry in entries:
            if not IGNORED.fullmatch(entry.name):
                (folders if entry.is_dir() else files).append(entry.name)
    return sorted(files), sorted(folders)


def _scan(path: Path, patterns: dict[str, re.Pattern[str]]) -> Folder:
    """Return what a folder holds, by the patterns of the files that belong into it and its subfolders."""
    folder = Folder(path.name, path, {subfolder: [] for subfolder in patterns})
    for subfolder, pattern in patterns.items():
        place = path / subfolder
        prefix = f"{subfolder}/" if subfolder else ""
        if subfolder and not place.is_dir():
            continue
        try:
            files, folders = _list(place)
        except OSError as error:
            folder.unreadable.append(f"{path.name}/{subfolder}: {error.strerror}")
            continue
        for name in files:
            if pattern.fullmatch(name):
                folder.files[subfolder].append(name)
            else:
                folder.strangers.append(prefix + name)
        # A folder in place of a file is read like one, so that it is reported as what it is.
        folder.files[subfolder] += [name for name in folders if pattern.fullmatch(name)]
        expected = {*patterns, *(() if subfolder else RAW_FOLDERS)}
        folder.strangers.extend(
            f"{prefix}{name}/" for name in folders if name not in expected and not pattern.fullmatch(name)
        )
    return folder


def _looks_raw(path: Path) -> bool:
    return (path / "data").is_dir() or (path / "meta" / "trials").is_dir()


def _nothing_found(root: Path) -> str:
    """Return the sentence for a folder without metadata: mostly it is the folder next to the right one."""
    parent = root.resolve().parent
    if root.resolve().name == GLOBAL_FOLDER or any(_scan(root, RECORDING_FILES).files.values()):
        return f"{root} is one folder inside the published metadata; give the folder that holds it: {parent}"
    folders = _list(root)[1]
    for name in folders:
        try:
            inner = _layout(root / name)
        except InputError:
            continue
        if inner.recordings or inner.stimuli:
            return f"{root} is not the published metadata itself, it holds it; give the folder {root / name}"
    for name in folders:
        if (root / name / "data" / "videos").is_dir():
            return f"{root} holds raw arrays, no published metadata; take them in with `catalog ingest {root}`"
    return (
        f"{root} holds no published metadata: expected the folder {GLOBAL_FOLDER}/ and one folder for each recording "
        "with trials/meta-trials_<recording>.csv"
    )
