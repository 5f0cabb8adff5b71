"""The simulated data sets of the tests of ingest."""

from __future__ import annotations

from tests.ingesting.conftest import films, lone, scratch, simulated, small_pair

__all__ = ["films", "lone", "scratch", "simulated", "small_pair"]
