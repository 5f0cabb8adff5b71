"""Where things are: the recordings below a folder, and the files of each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from catalog.names import recording_name, recording_parts
from ingest.facts import Problem

SIGNAL_FOLDERS = {
    "videos": "video",
    "responses": "response",
    "behavior": "behavior",
    "bahavior": "behavior",
    "pupil_center": "gaze",
}
"""Folder below `data/` to the kind of array that it holds; some copies spell behavior in another way."""
KINDS = ("video", "response", "behavior", "gaze")
FOLDER_OF = {"video": "videos", "response": "responses", "behavior": "behavior", "gaze": "pupil_center"}
TOPIC = "ingest"
LARGEST = 2**31 - 1
"""Integers are 32 bits wide in PostgreSQL."""


@dataclass
class RecordingFolder:
    """The files of one recording.

    Attributes
    ----------
    name
        The recording's name: the folder's, without what some copies append (such as `_30hz`).
    path
        The folder.
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
    """Return the recordings in a folder (or the folder itself, if it is one), and what else was found there.

    Files and folders whose names begin with a dot belong to other programs and are passed over.
    """
    if is_recording(data):
        return [scan_recording(data)], []
    found: list[RecordingFolder] = []
    problems: list[Problem] = []
    for entry in _entries(data):
        path = Path(entry.path)
        if entry.name != _readable(entry.name):
            problems.append(_skipped(path, "unreadable_name", "has a name that is not UTF-8"))
        elif entry.is_dir() and is_recording(path):
            found.append(scan_recording(path))
        elif entry.is_dir():
            problems.append(_skipped(path, "no_recording", "is a folder without data/videos, data/responses or such"))
        elif recording_parts(entry.name) and entry.name.endswith(".zip"):
            problems.append(_skipped(path, "packed_recording", "is packed: unpack it to have it taken in"))
    return _without_twins(found, problems), problems


def is_recording(path: Path) -> bool:
    """Whether a folder has the layout of a recording: at least one folder of arrays below `data/`."""
    return any((path / "data" / folder).is_dir() for folder in SIGNAL_FOLDERS)


def scan_recording(path: Path) -> RecordingFolder:
    """List the trial files of a recording's folder."""
    path = path.absolute()
    recording = RecordingFolder(recording_name(path.name), path)
    if not recording.parts:
        recording.problems.append(
            _problem(
                recording,
                "warning",
                "unusual_name",
                ".",
                f"the name {path.name!r} does not tell animal, session "
                "and scan; expected dynamic<animal>-<session>-<scan>-Video-<32 hex>",
                "left these empty",
            )
        )
    found_kinds = set()
    for folder, kind in SIGNAL_FOLDERS.items():
        if (path / "data" / folder).is_dir():
            found_kinds.add(kind)
            _scan_signal(recording, f"data/{folder}", kind)
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


def _scan_signal(recording: RecordingFolder, folder: str, kind: str) -> None:
    for entry in _entries(recording.path / folder, hidden=True):
        stem, suffix = os.path.splitext(entry.name)
        relative = f"{folder}/{_readable(entry.name)}"
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
        severity = "notice" if entry.name.startswith(".") else "warning"
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


def _entries(folder: Path, *, hidden: bool = False) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        return sorted(
            (entry for entry in entries if hidden or not entry.name.startswith(".")), key=lambda entry: entry.name
        )


def _without_twins(found: list[RecordingFolder], problems: list[Problem]) -> list[RecordingFolder]:
    """Keep one folder a recording: the first by folder name."""
    kept: dict[str, RecordingFolder] = {}
    for recording in found:
        if recording.name in kept:
            first = kept[recording.name].path.name
            problems.append(_skipped(recording.path, "doubled_recording", f"is the recording that {first} is, too"))
        else:
            kept[recording.name] = recording
    return list(kept.values())


def _skipped(path: Path, kind: str, what: str) -> Problem:
    name = _readable(path.name)
    return Problem("warning", kind, TOPIC, f"{name} {what}", "passed it over", path=name)


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
