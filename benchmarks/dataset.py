"""The familiar face: a DataSet on a catalog of 7,000 trials, against reading the same tables from CSV files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from benchmarks.measure import show, wall_seconds
from benchmarks.worlds import catalog_of_rows, published_metadata
from catalog import DataSet
from ingest.importing import import_metadata

QUESTIONS: dict[str, dict[str, object]] = {
    "by label and frames": {"label": "Gabor", "valid_frames__ge": 300},
    "by a part of the recording's name": {"recording__contains": "29003"},
    "by a query": {"query": "label == 'Gabor' and valid_frames >= 300"},
}


def run(folder: Path) -> None:
    """Measure and print."""
    database = folder / "rows.db"
    catalog_of_rows(database)
    with DataSet(database=database) as ds:
        tables = folder / "csv"
        tables.mkdir()
        for name, table in ds.trials_df.groupby("recording"):
            table.to_csv(tables / f"{name}.csv", index=False)
        read = wall_seconds(lambda: _read(tables), repeats=10)
        csv = f"reading ten CSV files ({1e3 * read:.0f} ms)"
        opened = wall_seconds(lambda: _open(database), repeats=10)
        show(
            "DataSet with trials_df, 7,000 trials", f"{1e3 * opened:.0f} ms", f"{opened / read:.1f} x {csv}", "< 200 ms"
        )
        table = ds.trials_df
        pandas = wall_seconds(lambda: table[(table.label == "Gabor") & (table.valid_frames >= 300)], repeats=50)
        memory = f"the filter in pandas ({1e3 * pandas:.2f} ms)"
        several = {"by two hundred video IDs": {"video_ID": table.video_ID.unique()[:200]}}
        for what, conditions in {**QUESTIONS, **several}.items():
            taken = wall_seconds(lambda conditions=conditions: ds.filter_trials(**conditions), repeats=50)  # type: ignore[misc]
            show(f"filter_trials {what}", f"{1e3 * taken:.2f} ms", f"{taken / pandas:.1f} x {memory}", "< 5 ms")
    _measure_real(folder)


def _measure_real(folder: Path) -> None:
    """Measure on the published metadata, where it is at hand."""
    metadata = published_metadata(folder)
    if metadata is None:
        return
    database = folder / "real.db"
    import_metadata(database, metadata)
    _open(database, metadata)
    read = wall_seconds(lambda: _read(metadata), repeats=5)
    csv = f"reading its CSV files ({1e3 * read:.0f} ms)"
    opened = wall_seconds(lambda: _open(database, metadata), repeats=5)
    show("DataSet of the published metadata (4,267 trials)", f"{1e3 * opened:.0f} ms", f"{opened / read:.1f} x {csv}")
    with DataSet(folder_metadata=metadata, database=database) as ds:
        segments = wall_seconds(ds.get_segments_metadata, repeats=3)
        rows = f"{len(ds.segments_df):,} occurrences"
        show("get_segments_metadata()", f"{1e3 * segments:.0f} ms", rows)


def _open(database: Path, metadata: Path | None = None) -> None:
    with DataSet(folder_metadata=metadata, database=database) as ds:
        assert len(ds.trials_df) > 0


def _read(folder: Path) -> None:
    pd.concat([pd.read_csv(path) for path in folder.rglob("*.csv") if "neurons" not in path.name])
