"""What there is to take in: the recordings in a data folder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.arrays import UnreachableError, UnreadableError
from catalog.arrays.finding import LEFT
from catalog.errors import InputError, nearest_whole
from catalog.names import recording_name
from ingest.changes import Candidate
from ingest.facts import Problem
from ingest.reading.layout import FOLDER_TOPIC, RecordingFolder, find_recordings
from ingest.reading.listing import list_files
from ingest.reading.session import SessionMeta, read_session
from ingest.report import PASSED_OVER


@dataclass(frozen=True)
class Input:
    """The recordings in a data folder, and what else was found there."""

    candidates: list[Candidate]
    problems: list[Problem]


def find_input(data: Path, wanted: Sequence[str] | None) -> Input:
    """Return the recordings of a folder, and what their files are like from outside."""
    try:
        str(data.absolute()).encode()
    except UnicodeEncodeError as error:
        raise InputError(f"the path {str(data)!r} is not UTF-8; rename its folders") from error
    if not data.exists():
        raise InputError(f"there is no folder {data}; expected the one that holds the recordings")
    try:
        folders, problems = find_recordings(data)
    except OSError as error:
        raise InputError(f"cannot list {error.filename or data}: {error.strerror}") from error
    except UnreadableError as error:
        what = "is not a folder, and no zip" if not data.is_dir() else "cannot be read"
        raise InputError(f"{data} {what} that can be taken in: {error}") from error
    if not folders:
        raise InputError(_nothing_found(data, problems))
    if wanted is not None:
        folders = _chosen(folders, problems, wanted)
        names = {folder.name for folder in folders}
        problems = [problem for problem in problems if problem.recording in names]
    usable = [folder for folder in folders if folder.files]
    for folder in folders:
        if not folder.files:
            message = f"{folder.path.name} holds no trials"
            problems.append(Problem("error", "no_trials", FOLDER_TOPIC, message, LEFT, folder.name))
    if not usable:
        raise InputError(f"no recording in {data} holds a trial: expected files like data/videos/0.npy")
    return Input([Candidate(folder, list_files(folder)) for folder in usable], problems)


def in_order_of_content(
    candidates: Iterable[Candidate], lost: Callable[[Candidate, UnreachableError], object]
) -> list[tuple[Candidate, SessionMeta]]:
    """Return recordings in the order of what they hold (see `SessionMeta.digest`), with what `meta/` tells.

    Those that cannot be reached are left out, and told to `lost`.
    """
    described = []
    for one in candidates:
        try:
            described.append((one, read_session(one.folder)))
        except UnreachableError as error:
            lost(one, error)
    return sorted(described, key=lambda one: (one[1].digest(), one[0].folder.name))


def _nothing_found(data: Path, problems: Sequence[Problem]) -> str:
    expected = (
        "expected folders or zips dynamic<animal>-<session>-<scan>-Video-<32 hex> with data/videos/0.npy and so on"
    )
    if not data.is_dir():
        return f"{data} is a zip that holds no recording: {expected}"
    broken = [problem.message for problem in problems if problem.kind in PASSED_OVER]
    if broken:
        return f"{data} holds no recording that can be read: {broken[0]}"
    for child in sorted(path for path in data.iterdir() if path.is_dir()):
        if find_recordings(child)[0]:
            return f"{data} holds no recording, but {child} does: give that one"
    return f"{data} holds no recording: {expected}"


def _chosen(
    folders: Sequence[RecordingFolder], problems: Sequence[Problem], wanted: Sequence[str]
) -> list[RecordingFolder]:
    by_name = {name: folder.name for folder in folders for name in (folder.path.name, folder.name)}
    by_name |= {name: recording_name(name) for name in wanted if recording_name(name) in by_name}
    unknown = [name for name in wanted if name not in by_name]
    if unknown:
        names = (unknown[0], f"{unknown[0]}.zip", recording_name(unknown[0]))
        passed_over = [one.message for one in problems if one.recording in names or one.path in names]
        if passed_over:
            raise InputError(passed_over[0])
        hint = nearest_whole(unknown[0], (folder.name for folder in folders))
        raise InputError(f"no recording here is called {unknown[0]!r}. {hint}")
    chosen = {by_name[name] for name in wanted}
    return [folder for folder in folders if folder.name in chosen]
