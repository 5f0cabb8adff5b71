"""Simulation of raw recordings: the published layout and the faults of the real data, with the truth on record."""

from __future__ import annotations

from ingest.simulation.options import SimulationOptions
from ingest.simulation.simulator import TRUTH_FILE, simulate

__all__ = ["TRUTH_FILE", "SimulationOptions", "simulate"]
