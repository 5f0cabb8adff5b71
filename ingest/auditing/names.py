"""Which recording of the catalog a folder or file is about, by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from catalog.errors import InputError

CANONICAL = re.compile(r"dynamic\d+-\d+-\d+-Video-[0-9a-f]{32}")
"""A recording's name as it may stand within the name of a file."""


@dataclass(frozen=True)
class Matching:
    """The recordings that both sides have, by the catalog's name, and those that only one has."""

    common: dict[str, str]
    only_in_catalog: tuple[str, ...]
    only_in_other: tuple[str, ...]


def match_names(ours: Iterable[str], theirs: Iterable[str]) -> Matching:
    """Match the names of others with those of recordings in the catalog.

    The same name is the same recording; otherwise a name is about the recording whose name it contains, suffixes aside.

    Raises
    ------
    InputError
        A name may be about several recordings, or several names are about one.
    """
    left, others = sorted(set(ours)), sorted(set(theirs))
    common = {name: name for name in left if name in others}
    left = [name for name in left if name not in common]
    unmatched = []
    for other in [name for name in others if name not in common]:
        candidates = _named_in(other, left)
        if len(candidates) > 1:
            raise InputError(f"{other} may be about {' or '.join(candidates)}; give it the name of one of them")
        if not candidates:
            unmatched.append(other)
            continue
        name = candidates[0]
        if name in common:
            raise InputError(f"both {common[name]} and {other} are about the recording {name}; remove one of them")
        common[name] = other
    only = tuple(name for name in left if name not in common)
    return Matching(dict(sorted(common.items())), only, tuple(unmatched))


def _named_in(other: str, names: Iterable[str]) -> list[str]:
    found = [name for name in names if name in other or _core(name) in other]
    # Where one name is the beginning of another, the longer one is meant.
    longest = max(map(len, found), default=0)
    return [name for name in found if len(name) == longest]


def _core(name: str) -> str:
    found = CANONICAL.search(name)
    return found[0] if found else name
