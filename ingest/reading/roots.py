"""Roots that stay open: a zip's list of members is long, and each of its trials would read it again."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from catalog.arrays import Root, open_root


def root_at(path: Path) -> Root:
    """Return the root at a path, open; one that was asked for before, unless a zip there is another one now.

    Raises
    ------
    UnreadableError
        There is a file, and no zip that can be read.
    """
    if not path.is_file():
        return open_root(path)
    status = path.stat()
    return _open_zip(path, status.st_ino, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=4)
def _open_zip(path: Path, *_told_apart_by: int) -> Root:
    return open_root(path)
