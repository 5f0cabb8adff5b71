"""Leakage: what models are trained on and tested on alike; nothing is changed by looking for it."""

from ingest.leakage.finding import find_leakage
from ingest.leakage.report import Finding, LeakageReport, Side

__all__ = ["Finding", "LeakageReport", "Side", "find_leakage"]
