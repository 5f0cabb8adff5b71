"""The simulated data sets of the tests of ingest."""

from __future__ import annotations

from tests.ingesting.conftest import lone, scratch, small_pair

__all__ = ["lone", "scratch", "small_pair"]
