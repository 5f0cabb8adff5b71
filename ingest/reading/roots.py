"""Roots that are known already: a zip's list of members is long, and each of its trials would read it again."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from catalog.arrays import Root, UnreachableError, UnreadableError, open_root


def root_at(path: Path) -> Root:
    """Return the root at a path; one that was asked for before, unless a zip there is another one now.

    Raises
    ------
    UnreachableError
        There is nothing that can be read, where there was a root when it was listed.
    """
    try:
        status = path.stat()
        return _known(path, status.st_ino, status.st_size, status.st_mtime_ns)
    except OSError as error:
        raise UnreachableError(f"{path} cannot be reached: {error.strerror or error}") from error
    except UnreachableError:
        raise
    except UnreadableError as error:
        raise UnreachableError(str(error)) from error


@lru_cache(maxsize=4)
def _known(path: Path, *_told_apart_by: int) -> Root:
    return open_root(path)
