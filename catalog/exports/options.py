"""What an export is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Ids = Literal["catalog", "published"]


@dataclass(frozen=True)
class ExportOptions:
    """How to write an export.

    Attributes
    ----------
    ids
        Call videos and segments by the catalog's IDs, or by published ones where they have one.
    """

    ids: Ids = "catalog"


@dataclass(frozen=True)
class ExportReport:
    """What an export has written, and what the user should know of it.

    Attributes
    ----------
    counts
        Files or records written, by kind.
    notes
        Sentences about what was made consistent, left out, or recorded as a problem.
    """

    counts: dict[str, int]
    notes: tuple[str, ...] = ()
