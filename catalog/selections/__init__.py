"""Selections: questions about trials kept under a name, with what they selected, to be cited and asked again."""

from catalog.selections.asking import digest_of
from catalog.selections.keeping import Citation, RefusedError, find, keep, kept_in, listed, remove
from catalog.selections.replaying import Difference, Replay, Run, replay

__all__ = [
    "Citation",
    "Difference",
    "RefusedError",
    "Replay",
    "Run",
    "digest_of",
    "find",
    "keep",
    "kept_in",
    "listed",
    "remove",
    "replay",
]
