"""`catalog import` of the six real recordings, against reading the same files into pandas twice."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from benchmarks.measure import show, wall_seconds
from benchmarks.worlds import published_metadata
from ingest.importing import import_metadata


def run(folder: Path) -> None:
    """Measure and print."""
    metadata = published_metadata(folder / "metadata")
    if metadata is None:
        print("importing: the published metadata is not at hand")
        return
    database = folder / "import.db"
    first = wall_seconds(lambda: import_metadata(database, metadata))
    again = wall_seconds(lambda: import_metadata(database, metadata), repeats=3)
    pandas = 2 * wall_seconds(lambda: read_into_pandas(metadata))
    show(
        "import of six recordings",
        f"{first:.2f} s",
        f"{first / pandas:.2f} x pandas, twice ({pandas:.2f} s)",
        "< 5 s, < 1",
    )
    show("import of the same again", f"{again:.2f} s", f"{again / first:.2f} x the first import", "< 1 s")


def read_into_pandas(metadata: Path) -> list[pd.DataFrame]:
    """Read every file the way an analysis of the published files does."""
    frames = [pd.read_csv(path) for path in metadata.glob("dynamic*/*/*.csv")]
    for path in metadata.rglob("*.json"):
        frames.append(pd.json_normalize(json.loads(path.read_text())))
    return frames
