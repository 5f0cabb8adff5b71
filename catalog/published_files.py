"""The files of published metadata: which recordings a folder tells of, and the state that their files are in."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from catalog.names import recording_name

STATES = "states"
"""Among the parameters of an import: the states in which it was found that files hold what it took in, by recording."""

OF_RECORDINGS = ("", "trials", "neurons", "videos")
OF_ALL = tuple(os.path.join("global_meta", name) for name in ("videos", "segments"))
"""The folders that hold metadata: of one recording, and of videos and segments over all of them."""


def published_recordings(folder: Path | None) -> dict[str, Path]:
    """Return the recordings that a folder of published metadata tells of, and where each is."""
    if folder is None or not folder.is_dir():
        return {}
    with os.scandir(folder) as entries:
        places = sorted(Path(entry.path) for entry in entries if not entry.name.startswith((".", "_")))
    return {recording_name(path.name): path for path in places if path.is_dir() and _holds_metadata(path)}


def states_of(folder: Path, recordings: Mapping[str, Path]) -> dict[str, str]:
    """Return the state of each recording's files and of those that belong to all: a digest of names, sizes and times.

    Nothing is opened. What is compared are two listings, never a file's time with a clock: the clock of a share, or of
    the machine that packed the files, tells another time.
    """
    shared = "".join(_listing(folder, OF_ALL))
    return {
        name: hashlib.sha256((shared + "".join(_listing(path, OF_RECORDINGS))).encode("utf-8", "replace")).hexdigest()
        for name, path in recordings.items()
    }


def _listing(folder: Path, subfolders: Iterable[str]) -> Iterable[str]:
    for subfolder in subfolders:
        yield f"{subfolder}\n"
        try:
            with os.scandir(folder / subfolder) as entries:
                files = sorted((entry for entry in entries if entry.name[0] != "."), key=lambda entry: entry.name)
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            yield f"{error.strerror}\n"
            continue
        for file in files:
            yield _line(file)


def _line(file: os.DirEntry[str]) -> str:
    """Return a line about a file; nothing of a folder, whose time is that of whatever came and went in it."""
    try:
        if file.is_dir():
            return ""
        status = file.stat()
    except OSError as error:
        return f"{file.name!r} {error.strerror}\n"
    return f"{file.name!r} {status.st_size} {status.st_mtime_ns}\n"


def _holds_metadata(path: Path) -> bool:
    return any(path.glob("meta-basic*.json")) or any((path / "trials").glob("meta-trials*"))
