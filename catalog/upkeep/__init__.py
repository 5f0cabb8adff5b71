"""Looking after a catalog for years: are its files there, where are they, what went, what changed, and copies of it."""

from catalog.upkeep.diff import Difference, TrialDifference, diff
from catalog.upkeep.relocate import Relocation, relocate
from catalog.upkeep.remove import Removal, remove
from catalog.upkeep.runs import runs
from catalog.upkeep.snapshot import snapshot
from catalog.upkeep.verify import Finding, VerifyReport, verify

__all__ = [
    "Difference",
    "Finding",
    "Relocation",
    "Removal",
    "TrialDifference",
    "VerifyReport",
    "diff",
    "relocate",
    "remove",
    "runs",
    "snapshot",
    "verify",
]
