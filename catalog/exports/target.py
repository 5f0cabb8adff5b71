"""The folder that an export goes to: written beside, then renamed, so that it is whole or not there."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.errors import InputError


@contextmanager
def fresh_folder(target: str | os.PathLike[str], *, force: bool = False) -> Iterator[Path]:
    """Yield an empty folder beside the target, which takes the target's place when the block ends well.

    Parameters
    ----------
    target
        The folder to write; it must be new or empty unless `force` is given.
    force
        Replace what is there, once the new folder is whole.

    Raises
    ------
    InputError
        The target is no folder, is not empty, or cannot be written; what was there is untouched.
    """
    target = Path(target).absolute()
    _check(target, force)
    try:
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    except OSError as error:
        raise InputError(f"cannot write into {target.parent}: {error.strerror}") from error
    try:
        yield beside
        # mkdtemp keeps others out; an export is as readable as what the user makes otherwise.
        beside.chmod(0o777 & ~_umask())
        _swap(beside, target)
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror or error}; it was left as it was") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _check(target: Path, force: bool) -> None:
    if not target.parent.is_dir():
        raise InputError(f"the folder {target.parent} does not exist; make it first")
    if target.exists() and not target.is_dir():
        raise InputError(f"{target} is a file; expected a folder, new or empty")
    if target.is_dir() and any(target.iterdir()) and not force:
        raise InputError(f"{target} is not empty; choose another folder, or replace it with --force")


def _swap(new: Path, target: Path) -> None:
    if not target.exists():
        new.rename(target)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    target.rename(old / target.name)
    try:
        new.rename(target)
    except OSError:
        (old / target.name).rename(target)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
