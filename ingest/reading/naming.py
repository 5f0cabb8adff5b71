"""The names of recordings, as their folders and zips tell them."""

from __future__ import annotations

from pathlib import Path

from catalog.arrays import Root, UnreadableError
from catalog.arrays.zips import ZipRoot
from catalog.names import recording_name, recording_parts


class ContradictoryNameError(UnreadableError):
    """A zip bears the name of one recording, and holds the folder of another."""


def is_zip(path: Path) -> bool:
    """Tell whether a path is called a zip."""
    return path.suffix.lower() == ".zip"


def name_of_root(path: Path, root: Root) -> str:
    """Return the name that a recording's folder has, or would have when it is unpacked.

    Raises
    ------
    ContradictoryNameError
        The zip bears the name of another recording than it holds.
    """
    if not isinstance(root, ZipRoot):
        return path.name
    stem = path.stem if is_zip(path) else path.name
    if not recording_parts(root.folder):
        return stem
    if recording_parts(stem) and recording_name(stem) != recording_name(root.folder):
        raise ContradictoryNameError(
            f"holds the recording {root.folder}, not the one whose name it bears; give the zip the name of that which "
            "it holds"
        )
    return stem if recording_parts(stem) else root.folder
