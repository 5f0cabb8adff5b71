"""Every error that a user can meet; each message says what was met, what was expected and what to type next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

MOST_LISTED = 40
"""Of more words than this, a message names some: all fields of a table are worth a look, 300 recordings are not."""
MOST_NAMED = 10
MOST_ALIKE = 3
"""Of several that may be meant, or that are wrong alike, so many are told one by one."""


class CatalogError(Exception):
    """Base of all errors of this project: `except CatalogError` catches each of them and nothing else."""


class DatabaseError(CatalogError):
    """The database cannot be reached, opened or written."""


class NotACatalogError(DatabaseError):
    """The database is there, and is not a catalog."""


class SchemaError(DatabaseError):
    """The catalog was made by an older or a newer version of this package."""


class StoppedError(DatabaseError):
    """The database failed a run in the middle; what was committed before stays, and the same command continues."""


class QueryError(CatalogError):
    """A question the catalog cannot answer: an unknown field or operator, or a value of the wrong kind."""


class NotFoundError(CatalogError):
    """No recording, trial, video or segment goes by that name."""


class AmbiguousNameError(NotFoundError):
    """More than one goes by that name, which is a part of theirs."""


class SignalError(CatalogError):
    """An array that cannot be had: not valid, not there, not as it was ingested, or too large for the memory."""


class InputError(CatalogError):
    """Files or options that cannot be taken as they are; nothing was changed."""


class PictureError(CatalogError):
    """What cannot be drawn: an array of another shape, without any value, or without the package that draws."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the sentence that names the known words nearest to `name`; where none is near, all, or some of many."""
    known = sorted(set(known))
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    if close:
        return "Did you mean " + " or ".join(repr(word) for word in close) + "?"
    if len(known) > MOST_LISTED:
        return f"There are: {', '.join(known[:MOST_NAMED])} and {len(known) - MOST_NAMED} more."
    return "There are: " + ", ".join(known) + "."


def nearest_whole(name: str, known: Iterable[str]) -> str:
    """Return the sentences for a name that must be given whole: the known ones that it is a part of, else the nearest.

    Of many, some are named.
    """
    known = sorted(set(known))
    whole = [word for word in known if name.strip() and name in word]
    if not whole:
        return nearest(name, known)
    return f"Did you mean {either(list(map(repr, whole)))}? The whole name is needed here."


def either(words: Sequence[str]) -> str:
    """Return words that any of may be meant, as a message tells them: some of many."""
    more = len(words) - MOST_ALIKE
    return " or ".join([*words[:MOST_ALIKE], *([f"one of {more} more"] if more > 0 else [])])
