"""Taking recordings in, which `ingest` does: the one place where a catalog reaches for it, and only when it must."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Protocol

MAKER = "ingest.making"
"""The module that fills catalogs. `catalog` knows nothing of `ingest`; a DataSet makes its catalog by itself, and finds
it by this name when there is something to take in. A test keeps this the only such name."""


class Maker(Protocol):
    """What `ingest.making` offers."""

    def take_in_metadata(self, database: str, folder: Path, recordings: list[str] | None) -> str | None:
        """Import published metadata; return a sentence about what was done, None if nothing had changed."""

    def take_in_data(self, database: str, folder: Path, recordings: list[str] | None, tell: Any) -> str:
        """Ingest raw recordings, telling a line for each; return a sentence about what was done."""


def maker() -> Maker:
    """Return what fills catalogs."""
    found: Any = importlib.import_module(MAKER)
    return found  # type: ignore[no-any-return]
