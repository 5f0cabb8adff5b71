"""`python -m benchmarks [NAME…]`: runs all benchmarks, or those named."""

from __future__ import annotations

import importlib
import sys
import tempfile
from pathlib import Path

NAMES = ("importing", "ingesting", "identity", "asking", "loading", "dataset", "batches")


def main(names: list[str]) -> None:
    """Run the benchmarks in a temporary folder each."""
    for name in names or NAMES:
        with tempfile.TemporaryDirectory() as folder:
            importlib.import_module(f"benchmarks.{name}").run(Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
