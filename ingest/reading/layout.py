"""Where things are: the recordings below a folder, in folders and zips, and the files of each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from catalog.arrays import Root, UnreadableError
from catalog.arrays.roots import SIGNAL_FOLDERS
from catalog.arrays.zips import DOUBLED, ZipRoot
from catalog.names import recording_name, recording_parts
from ingest.facts import Problem
from ingest.reading.naming import ContradictoryNameError, is_zip, name_of_root
from ingest.reading.roots import root_at

KINDS = ("video", "response", "behavior", "gaze")
FOLDER_OF = {"video": "videos", "response": "responses", "behavior": "behavior", "gaze": "pupil_center"}
META_FOLDERS = ("meta/trials", "meta/neurons")
TOPIC = "ingest"
LARGEST = 2**31 - 1
"""Integers are 32 bits wide in PostgreSQL."""
LEFT = "passed it over; what the catalog has of it stays as it was"
LONGEST_NAME = 200
"""Characters of a strange name that are shown."""


@dataclass
class RecordingFolder:
    """The files of one recording, in a folder or in a zip.

    Attributes
    ----------
    name
        The recording's name: the folder's, without what some copies append (such as `_30hz`).
    path
        The folder, or the zip.
    files
        For each trial number, the path of each kind of array (`KINDS`) that is there, relative to the folder.
    problems
        What is wrong with the folder's contents.
    """

    name: str
    path: Path
    files: dict[int, dict[str, str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def parts(self) -> dict[str, str]:
        """Animal, session and scan, as the name tells them; empty for a name of another form."""
        return recording_parts(self.name)


def find_recordings(data: Path) -> tuple[list[RecordingFolder], list[Problem]]:
    """Return the recordings in a folder (or the one that it is, or that a zip holds), and what else was found there.

    Files and folders whose names begin with a dot belong to other programs and are passed over. A recording's zip that
    lies beside its folder is passed over, too, unless the folder lacks files that the zip lists.

    Raises
    ------
    UnreadableError
        The zip given cannot be read.
    """
    data = data.absolute()
    if not data.is_dir() or is_recording(root_at(data)):
        return ([scan_recording(data)] if is_recording(root_at(data)) else []), []
    found: dict[str, RecordingFolder] = {}
    problems: list[Problem] = []
    for entry in _folders_first(data):
        path = data / entry.name
        if entry.name != _readable(entry.name):
            problems.append(_skipped(path, "unreadable_name", "has a name that is not UTF-8"))
            continue
        # A zip that lies beside another one need not be opened.
        if is_zip(path) and _is_there_already(recording_name(entry.name), path, found, problems):
            continue
        recording = _looked_into(path, entry.is_dir(), problems)
        if recording is not None and not _is_there_already(recording.name, path, found, problems):
            found[recording.name] = recording
    return [found[name] for name in sorted(found)], problems


def is_recording(root: Root) -> bool:
    """Whether a folder has the layout of a recording: at least one folder of arrays below `data/`."""
    there = set(root.names("data") or ()) & set(SIGNAL_FOLDERS)
    return any(root.names(f"data/{folder}") is not None for folder in there)


def scan_recording(path: Path) -> RecordingFolder:
    """List the trial files of a recording's folder or zip.

    Raises
    ------
    ContradictoryNameError
        The zip bears the name of another recording than it holds.
    """
    root = root_at(path)
    own_name = name_of_root(path, root)
    recording = RecordingFolder(recording_name(own_name), path)
    if not recording.parts:
        recording.problems.append(
            _problem(
                recording,
                "warning",
                "unusual_name",
                ".",
                f"the name {own_name!r} does not tell animal, session "
                "and scan; expected dynamic<animal>-<session>-<scan>-Video-<32 hex>",
                "left these empty",
            )
        )
    if isinstance(root, ZipRoot):
        _tell_strange_names(recording, root)
    found_kinds = set()
    for folder, kind in SIGNAL_FOLDERS.items():
        names = root.names(f"data/{folder}")
        if names is not None:
            found_kinds.add(kind)
            _scan_signal(recording, f"data/{folder}", names, kind)
    recording.files = dict(sorted(recording.files.items()))
    for kind in KINDS:
        if kind not in found_kinds:
            recording.problems.append(
                _problem(
                    recording,
                    "error",
                    "missing_signal",
                    f"data/{FOLDER_OF[kind]}",
                    f"the folder data/{FOLDER_OF[kind]} is missing",
                    f"no trial has a {kind} signal",
                    kind,
                )
            )
    return recording


def missing_files(recording: RecordingFolder) -> Iterator[Problem]:
    """Yield a problem for each trial that lacks an array which other trials of the recording have."""
    absent = {problem.signal for problem in recording.problems if problem.kind == "missing_signal"}
    for trial, files in recording.files.items():
        for kind in KINDS:
            if kind not in files and kind not in absent:
                path = f"data/{FOLDER_OF[kind]}/{trial}.npy"
                yield Problem(
                    "error",
                    "missing_file",
                    TOPIC,
                    f"{path} is missing",
                    f"the trial has no {kind} signal",
                    recording.name,
                    trial,
                    kind,
                    path,
                )


def _scan_signal(recording: RecordingFolder, folder: str, names: list[str], kind: str) -> None:
    for name in names:
        stem, suffix = os.path.splitext(name)
        relative = f"{folder}/{_readable(name)}"
        if suffix == ".npy" and stem.isascii() and stem.isdigit() and int(stem) <= LARGEST:
            files = recording.files.setdefault(int(stem), {})
            if kind in files:
                recording.problems.append(
                    _problem(
                        recording,
                        "warning",
                        "doubled_file",
                        relative,
                        f"{relative} and {files[kind]} are both trial {int(stem)}",
                        f"used {files[kind]}",
                        kind,
                    )
                )
            else:
                files[kind] = relative
            continue
        # What other programs leave behind is worth a notice; a half-written array is worth a look.
        severity = "notice" if name.startswith(".") else "warning"
        recording.problems.append(
            _problem(
                recording,
                severity,
                "stray_file",
                relative,
                f"{relative} is not named as a trial (<number>.npy)",
                "passed it over",
                kind,
            )
        )


def _readable(name: str) -> str:
    """Return a file's name as text that every database can store; it may be any bytes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _folders_first(data: Path) -> list[os.DirEntry[str]]:
    """Return what a folder holds: folders by name, then files by name, since a folder goes before its zip."""
    with os.scandir(data) as entries:
        return sorted(
            (entry for entry in entries if not entry.name.startswith(".")),
            key=lambda entry: (not entry.is_dir(), entry.name),
        )


def _looked_into(path: Path, is_folder: bool, problems: list[Problem]) -> RecordingFolder | None:
    """Return the recording that a folder or a zip is; one that is none is told among the problems, other files not."""
    if not is_folder and not is_zip(path):
        return None
    try:
        if is_recording(root_at(path)):
            return scan_recording(path)
    except ContradictoryNameError as error:
        problems.append(_skipped(path, "contradictory_name", str(error), "error", LEFT))
        return None
    except UnreadableError as error:
        problems.append(_skipped(path, "unreadable_recording", f"cannot be taken in: {error}", "error", LEFT))
        return None
    what = "a folder" if is_folder else "a zip"
    problems.append(_skipped(path, "no_recording", f"is {what} without data/videos, data/responses or such"))
    return None


def _is_there_already(name: str, path: Path, found: dict[str, RecordingFolder], problems: list[Problem]) -> bool:
    """Tell whether a recording was found before.

    For a zip, it was not in a folder without files; and a folder that lacks some of the zip's gives way to the zip.
    """
    if name not in found or (is_zip(path) and not found[name].files):
        return False
    lacking = _lacking(found[name], path) if is_zip(path) else []
    if lacking:
        what = f"lacks {len(lacking)} of the files that {_readable(path.name)} lists, such as {lacking[0]}"
        problems.append(_skipped(found.pop(name).path, "doubled_recording", what, "error", "used the zip"))
        return False
    problems.append(_skipped(path, "doubled_recording", f"is the recording that {found[name].path.name} is, too"))
    return True


def _lacking(folder: RecordingFolder, path: Path) -> list[str]:
    """Return the files that a recording's zip lists and its folder lacks, as one that is half unpacked does."""
    if not folder.path.is_dir():
        return []
    try:
        zipped, root = scan_recording(path), root_at(path)
    except UnreadableError:
        return []
    lacking = [
        file for trial, files in zipped.files.items() for kind, file in files.items()
        if kind not in folder.files.get(trial, {})
    ]  # fmt: skip
    for meta in META_FOLDERS:
        there = root_at(folder.path).names(meta) or ()
        arrays = [name for name in root.names(meta) or () if name.endswith(".npy") and not name.startswith(".")]
        lacking += [f"{meta}/{name}" for name in arrays if name not in there]
    return lacking


def _tell_strange_names(recording: RecordingFolder, root: ZipRoot) -> None:
    for why in sorted({why for _, why in root.strange}):
        names = [name.encode("unicode_escape").decode("ascii") for name, its in root.strange if its == why]
        shown = names[0][:LONGEST_NAME] + (f" (and {len(names) - 1} more)" if len(names) > 1 else "")
        action = "used the last one" if why == DOUBLED else "passed it over"
        recording.problems.append(
            _problem(recording, "warning", "strange_member", ".", f"{shown} in {recording.path.name} {why}", action)
        )


def _skipped(path: Path, kind: str, what: str, severity: str = "warning", action: str = "passed it over") -> Problem:
    name = _readable(path.name)
    return Problem(severity, kind, TOPIC, f"{name} {what}", action, path=name)


def _problem(
    recording: RecordingFolder,
    severity: str,
    kind: str,
    path: str,
    message: str,
    action: str,
    signal: str | None = None,
) -> Problem:
    return Problem(severity, kind, TOPIC, message, action, recording.name, None, signal, path)
