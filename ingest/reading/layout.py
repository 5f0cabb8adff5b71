"""Where things are: the recordings below a folder, in folders and zips, and the files of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from catalog.arrays import root_at
from catalog.arrays.finding import FoundRoot, Skipped, find_roots, readable, trial_of
from catalog.arrays.roots import FOLDER_OF, SIGNAL_FOLDERS
from catalog.arrays.zips import DOUBLED, ZipRoot
from catalog.names import recording_parts
from ingest.facts import Problem

KINDS = ("video", "response", "behavior", "gaze")
TOPIC = "ingest"
FOLDER_TOPIC = "folder"
"""The check of a data folder's entries; what is wrong inside a recording is `TOPIC`'s."""
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
    lies beside its folder is passed over, too, unless it lists all files of the folder, and more.

    Raises
    ------
    UnreadableError, OSError
        The zip given cannot be read, or the folder given cannot be listed.
    """
    found = find_roots(data.absolute(), root_at)
    recordings = [scan_recording(one) for one in found.recordings.values()]
    return recordings, [_skipped(one) for one in found.skipped]


def scan_recording(found: FoundRoot) -> RecordingFolder:
    """Return the trial files of a recording's folder or zip."""
    root, recording = found.root, RecordingFolder(found.name, found.root.path)
    if not recording.parts:
        recording.problems.append(
            _problem(
                recording,
                "warning",
                "unusual_name",
                ".",
                f"the name {found.own_name!r} does not tell animal, session "
                "and scan; expected dynamic<animal>-<session>-<scan>-Video-<32 hex>",
                "left these empty",
            )
        )
    if isinstance(root, ZipRoot):
        _tell_strange_names(recording, root)
    found_kinds = set()
    for folder, names in found.arrays.items():
        kind = SIGNAL_FOLDERS[folder]
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
        trial = trial_of(name)
        relative = f"{folder}/{readable(name)}"
        if trial is not None:
            files = recording.files.setdefault(trial, {})
            if kind in files:
                recording.problems.append(
                    _problem(
                        recording,
                        "warning",
                        "doubled_file",
                        relative,
                        f"{relative} and {files[kind]} are both trial {trial}",
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


def _tell_strange_names(recording: RecordingFolder, root: ZipRoot) -> None:
    for why in sorted({why for _, why in root.strange}):
        names = [name.encode("unicode_escape").decode("ascii") for name, its in root.strange if its == why]
        shown = names[0][:LONGEST_NAME] + (f" (and {len(names) - 1} more)" if len(names) > 1 else "")
        action = "used the last one" if why == DOUBLED else "passed it over"
        recording.problems.append(
            _problem(recording, "warning", "strange_member", ".", f"{shown} in {recording.path.name} {why}", action)
        )


def _skipped(one: Skipped) -> Problem:
    message = f"{one.name} {one.what}"
    return Problem(one.severity, one.kind, FOLDER_TOPIC, message, one.action, one.recording, path=one.name)


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
