"""Data that moved, or is mounted elsewhere: the roots of recordings change, once samples of the files agree."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from catalog.arrays import Root, UnreadableError, open_root
from catalog.catalog import Catalog
from catalog.database import display_name
from catalog.errors import DatabaseError, InputError
from catalog.faults import unusable
from catalog.filters import is_storable
from catalog.models import Recording, RecordingRoot
from catalog.upkeep.files import StoredFile, StoredFiles, stored_files
from catalog.writing import writing

SAMPLES = 5
"""Files of each recording that are read before a new place is believed."""
NAMED = 5

UNCHANGED = "nothing was changed; give the folder that holds the same files, or --force to believe it unseen"


@dataclass(frozen=True)
class Relocation:
    """One root of one recording: where it was, where it is now, and how many of its files were read there."""

    recording: str
    old: str
    new: str
    checked: int


def relocate(
    catalog: Catalog,
    old: str | os.PathLike[str],
    new: str | os.PathLike[str],
    *,
    add: bool = False,
    force: bool = False,
    samples: int = SAMPLES,
) -> list[Relocation]:
    """Change every root that is `old`, or below it, to the same place below `new`; all of them, or none.

    Of each recording, `samples` files are looked for below `new`, and compared by size and digest.

    With `add`, the old roots stay too: the data is in both places. With `force`, no file is looked at.

    Raises
    ------
    InputError
        No root is below `old`, or the files below `new` are others, or are not there; nothing was changed.
    DatabaseError
        The catalog cannot be written.
    """
    if catalog.read_only:
        raise DatabaseError(f"{display_name(catalog.engine.url)} is open for reading alone; open it for writing")
    if samples < 1:
        raise InputError(f"{samples} samples tell nothing: expected 1 or more, or --force to look at none")
    before, after = _absolute(old), _absolute(new)
    if not force and not os.path.exists(after):
        raise InputError(f"there is nothing at {after}; {UNCHANGED}")
    with catalog.session() as session:
        moves = _moves(session.connection(), before, after)
        stored = {one.recording: one for one in stored_files(session.connection())}
    done = [
        Relocation(name, root, target, 0 if force else _check(stored.get(name), name, target, samples))
        for name, root, target in moves
    ]
    try:
        with writing(catalog.engine) as connection:
            for one in done:
                _write(connection, one, add)
    except DBAPIError as error:
        raise unusable(error, display_name(catalog.engine.url)) from error
    return done


def _absolute(path: str | os.PathLike[str]) -> str:
    text = os.fspath(path)
    if not text or not is_storable(text):
        raise InputError(f"{text!r} is no path of a folder")
    return os.path.abspath(text)


def _moves(connection: Connection, old: str, new: str) -> list[tuple[str, str, str]]:
    """Return recording, root and new root of each root that is `old` or below it."""
    roots = sa.select(Recording.name, RecordingRoot.path).join(
        RecordingRoot, RecordingRoot.recording_id == Recording.id
    )
    known = [(name, path) for name, path in connection.execute(roots.order_by(Recording.name, RecordingRoot.id))]
    below = old.rstrip(os.sep) + os.sep
    plain = [(name, path, os.path.normpath(path)) for name, path in known]
    moves = [
        (name, path, os.path.normpath(os.path.join(new, place[len(below) :])))
        for name, path, place in plain
        if place == old or place.startswith(below)
    ]
    if not moves:
        places = sorted({os.path.dirname(place) for *_, place in plain})
        more = f" and {len(places) - NAMED} more" if len(places) > NAMED else ""
        there = f"files are known in {', '.join(places[:NAMED])}{more}" if places else "the catalog knows no files"
        raise InputError(f"no recording has its files in {old}: {there}; nothing was changed")
    return moves


def _check(stored: StoredFiles | None, name: str, target: str, samples: int) -> int:
    """Compare some files of a recording below its new root with what they were; return how many."""
    chosen = _spread(stored.files if stored is not None else [], samples)
    if not os.path.exists(target):
        raise InputError(f"the recording {name} is not at {target}: there is nothing; {UNCHANGED}")
    try:
        root = open_root(target)
        for file in chosen:
            _check_file(root, file, name)
    except UnreadableError as error:
        raise InputError(f"the files of {name} at {target} cannot be read: {error}; {UNCHANGED}") from error
    return len(chosen)


def _spread(files: Sequence[StoredFile], count: int) -> list[StoredFile]:
    """Return that many files, spread evenly over all of them: the first and the last are among them."""
    if len(files) <= count:
        return list(files)
    if count == 1:
        return [files[0]]
    return [files[i * (len(files) - 1) // (count - 1)] for i in range(count)]


def _check_file(root: Root, file: StoredFile, name: str) -> None:
    found = root.find(file.path)
    where = f"{file.path} of {name}"
    if found is None:
        raise InputError(f"{where} is not at {root.path}; {UNCHANGED}")
    if found.bytes != file.bytes:
        raise InputError(f"{where} has {found.bytes} bytes at {root.path}, expected {file.bytes}; {UNCHANGED}")
    if root.digest(file.path, file.digest) != file.digest:
        raise InputError(f"{where} has another content at {root.path} than the one ingested; {UNCHANGED}")


def _write(connection: Connection, one: Relocation, add: bool) -> None:
    root = RecordingRoot.__table__
    recording = sa.select(Recording.id).where(Recording.name == one.recording).scalar_subquery()
    of_recording = root.c.recording_id == recording
    known = set(connection.scalars(sa.select(root.c.path).where(of_recording)))
    if one.old not in known:
        raise InputError(f"{one.recording} was moved or removed meanwhile; nothing was changed: run it again")
    if one.old == one.new:
        return
    if add:
        if one.new not in known:
            values = sa.select(recording, sa.literal(one.new))
            connection.execute(sa.insert(RecordingRoot).from_select(["recording_id", "path"], values))
    elif one.new in known:
        connection.execute(sa.delete(RecordingRoot).where(of_recording, root.c.path == one.old))
    else:
        connection.execute(sa.update(RecordingRoot).where(of_recording, root.c.path == one.old).values(path=one.new))
