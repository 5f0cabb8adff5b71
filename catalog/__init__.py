"""A database-backed metadata catalog of the Sensorium recordings: ask it by SQL, by Python or on the command line."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalog.catalog import Catalog
    from catalog.dataset import DataSet
    from catalog.errors import CatalogError, NotFoundError, QueryError, SignalError
    from catalog.models import (
        ArrayFile,
        IngestProblem,
        IngestRun,
        Neuron,
        Recording,
        Segment,
        SegmentAlias,
        Trial,
        TrialSegment,
        Video,
        VideoAlias,
        VideoSegment,
    )

__version__ = "0.1.0"

__all__ = [
    "ArrayFile",
    "Catalog",
    "CatalogError",
    "DataSet",
    "IngestProblem",
    "IngestRun",
    "Neuron",
    "NotFoundError",
    "QueryError",
    "Recording",
    "Segment",
    "SegmentAlias",
    "SignalError",
    "Trial",
    "TrialSegment",
    "Video",
    "VideoAlias",
    "VideoSegment",
    "__version__",
]

_ELSEWHERE = {
    "Catalog": "catalog.catalog",
    "DataSet": "catalog.dataset",
    **dict.fromkeys(("CatalogError", "NotFoundError", "QueryError", "SignalError"), "catalog.errors"),
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: SQLAlchemy takes longer to load than `catalog --help` may take."""
    if name not in __all__:
        raise AttributeError(f"module 'catalog' has no attribute {name!r}")
    value = getattr(importlib.import_module(_ELSEWHERE.get(name, "catalog.models")), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
