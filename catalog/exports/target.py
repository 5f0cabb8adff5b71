"""The folder that an export goes to: written beside, then renamed, so that it is whole or not there."""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from catalog.errors import InputError

logger = logging.getLogger(__name__)


MARKER = ".sensorium-export"
"""The file by which a folder is known to be an export, which the next one may replace."""


@contextmanager
def fresh_folder(
    target: str | os.PathLike[str], *, force: bool = False, protected: Sequence[str | os.PathLike[str]] = ()
) -> Iterator[Path]:
    """Yield an empty folder beside the target, which takes the target's place when the block ends well.

    Parameters
    ----------
    target
        The folder to write; it must be new or empty unless `force` is given. Where it is a symbolic link, the folder
        that it leads to is written.
    force
        Replace an earlier export, once the new one is whole; anything else is never replaced.
    protected
        Paths that must not be replaced, such as the catalog's own file; the current and the home folder never are.

    Raises
    ------
    InputError
        The target is no folder, is not empty, or cannot be written; what was there is untouched.
    """
    named = Path(target)
    place = _resolved(named)
    _check(named, place, force, protected)
    try:
        beside = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
    except OSError as error:
        raise InputError(
            f"cannot write into {place.parent}, where the folder {place.name} is made before it takes its name: "
            f"{error.strerror}; choose a folder inside one that can be written"
        ) from error
    try:
        yield beside
        (beside / MARKER).write_text("This folder was written by `catalog export`, which may replace it.\n")
        # mkdtemp keeps others out; an export is as readable as what the user makes otherwise.
        beside.chmod(0o777 & ~_umask())
        _swap(beside, place, force)
    except OSError as error:
        raise InputError(f"cannot write {named}: {error.strerror or error}; it was left as it was") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _resolved(target: Path) -> Path:
    try:
        return target.resolve()
    except (OSError, RuntimeError) as error:  # a symbolic link that leads to itself
        raise InputError(f"{target} leads nowhere: {error}") from error


def _check(named: Path, place: Path, force: bool, protected: Sequence[str | os.PathLike[str]]) -> None:
    try:
        if not place.parent.is_dir():
            raise InputError(f"the folder {place.parent} does not exist; make it first")
        if place.exists() and not place.is_dir():
            raise InputError(f"{named} is a file; expected a folder, new or empty")
        if not place.is_dir() or not any(place.iterdir()):
            return
    except OSError as error:
        raise InputError(f"cannot read {named}: {error.strerror}") from error
    is_export = (place / MARKER).exists()
    if not force:
        remedy = ", or replace it with --force" if is_export else ": it holds other things than an export"
        raise InputError(f"{named} is not empty; choose another folder{remedy}")
    if not is_export:
        raise InputError(
            f"{named} is not replaced: it holds other things than an export (there is no {MARKER} in it); "
            "choose another folder, or empty it yourself"
        )
    for path in (os.getcwd(), os.path.expanduser("~"), *protected):
        if Path(path).resolve().is_relative_to(place):
            raise InputError(f"{named} is not replaced: it holds {path}; choose another folder")


def _swap(new: Path, target: Path, force: bool) -> None:
    try:
        # Takes the place of an empty folder, too, and fails where somebody has filled it meanwhile.
        new.rename(target)
    except OSError:
        if not force or not target.is_dir():
            raise
        _replace(new, target)


def _replace(new: Path, target: Path) -> None:
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}-old-", dir=target.parent))
    old = aside / target.name
    try:
        target.rename(old)
        new.rename(target)
    except BaseException:
        # Also when interrupted: what was there goes back, or stays where it can be found.
        if old.exists():
            old.rename(target)
        aside.rmdir()
        raise
    shutil.rmtree(aside, ignore_errors=True)
    if aside.exists():
        logger.warning("%s was replaced; what was there could not be removed altogether: %s", target, aside)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
