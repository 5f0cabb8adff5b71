"""Worker processes: they end when nobody wants their results, without keeping anybody waiting."""

from __future__ import annotations

import subprocess
import sys

INTERRUPTED = """
from ingest.workers import open_workers

if __name__ == "__main__":
    with open_workers(None, 3) as crew:
        results = crew.map(bytes, [30_000_000] * 24)
        next(results)
        next(results)
        raise KeyboardInterrupt
"""
"""An interrupt while results are under way that do not fit into a pipe."""


def test_an_interrupt_waits_for_no_half_result() -> None:
    for _ in range(3):
        command = [sys.executable, "-c", INTERRUPTED]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert "KeyboardInterrupt" in ran.stderr
