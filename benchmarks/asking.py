"""Questions to a catalog of 7,000 trials, against the same filter on a DataFrame in memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.measure import show, wall_seconds
from benchmarks.worlds import catalog_of_rows
from catalog import Catalog

CATALOG = Path(sys.executable).with_name("catalog")


def run(folder: Path) -> None:
    """Measure and print."""
    database = folder / "rows.db"
    catalog_of_rows(database)
    bare = wall_seconds(lambda: _command(sys.executable, "-c", "pass"), repeats=5)
    helped = wall_seconds(lambda: _command(CATALOG, "--help"), repeats=5)
    asked = wall_seconds(
        lambda: _command(CATALOG, "--db", database, "trials", "--where", "label=Gabor", "--where", "valid_frames>=300"),
        repeats=5,
    )
    python = f"an empty Python ({1e3 * bare:.0f} ms)"
    show("catalog --help", f"{1e3 * helped:.0f} ms", f"{helped / bare:.1f} x {python}", "< 200 ms")
    show("a fresh query on the command line", f"{1e3 * asked:.0f} ms", f"{asked / bare:.1f} x {python}", "< 500 ms")
    opened = wall_seconds(lambda: Catalog(database).close(), repeats=20)
    with Catalog(database) as cat:
        query = cat.trials.filter(label="Gabor", valid_frames__ge=300)
        table = cat.trials.to_frame()
        filtered = wall_seconds(query.count, repeats=50)
        framed = wall_seconds(lambda: cat.trials.to_frame(), repeats=10)
    pandas = wall_seconds(lambda: table[(table.label == "Gabor") & (table.valid_frames >= 300)], repeats=50)
    memory = f"the filter in pandas ({1e3 * pandas:.2f} ms)"
    show("opening a catalog", f"{1e3 * opened:.1f} ms", f"{opened / pandas:.1f} x {memory}", "< 20 ms")
    show("a filter of two clauses", f"{1e3 * filtered:.2f} ms", f"{filtered / pandas:.1f} x {memory}", "< 5 ms")
    show("to_frame() of 7,000 trials", f"{1e3 * framed:.0f} ms", f"{framed / pandas:.0f} x {memory}", "< 60 ms")


def _command(*words: object) -> None:
    subprocess.run([str(word) for word in words], check=True, capture_output=True)
