"""A digest of the published files, by which an import recognises what it has already taken in."""

from __future__ import annotations

import hashlib
import os

from ingest.published.layout import GLOBAL_FOLDER, Folder, Layout

RULES = "1"
"""Raise it when the importer takes in more, or otherwise, than it did: what was imported before is then read again."""


def digests(layout: Layout) -> dict[str, str]:
    """Return a digest for each recording, and one for what belongs to no recording under the name of its folder.

    Covers every file's path and bytes, and the names of files that are reported but not read.
    """
    found = {name: _folder_digest(layout, folder) for name, folder in layout.recordings.items()}
    shared = hashlib.sha256("\0".join([RULES, *layout.strangers]).encode("utf-8", "surrogateescape"))
    if layout.stimuli is not None:
        shared.update(_folder_digest(layout, layout.stimuli).encode())
    found[GLOBAL_FOLDER] = shared.hexdigest()
    return found


def overall(parts: dict[str, str]) -> str:
    """Return one digest for all."""
    return hashlib.sha256("\n".join(f"{name} {parts[name]}" for name in sorted(parts)).encode()).hexdigest()


def _folder_digest(layout: Layout, folder: Folder) -> str:
    total = hashlib.sha256("\0".join([RULES, *folder.strangers, *folder.unreadable]).encode("utf-8", "surrogateescape"))
    root = os.fspath(layout.root)
    for subfolder in folder.files:
        for path in folder.paths(subfolder):
            try:
                with open(f"{root}/{path}", "rb") as file:
                    content = file.read()
            except OSError:
                # Reading it later reports it; when it becomes readable, the digest changes.
                content = b"unreadable"
            total.update(f"{len(path)} {path} {len(content)} ".encode("utf-8", "surrogateescape"))
            total.update(content)
    return total.hexdigest()
