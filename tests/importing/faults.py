"""Faults of published files: ways to damage a folder, each with the problem that must come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ingest.importing import import_metadata
from tests.importing.builder import FIRST, SECOND, PublishedFolder
from tests.importing.reading import query

Damage = Callable[[PublishedFolder], None]


@dataclass(frozen=True)
class Fault:
    """What is broken, and the problem that must come of it."""

    damage: Damage
    kind: str
    severity: str
    says: tuple[str, ...]
    """What the message has to name."""
    recording: str | None = FIRST
    trial: int | None = None
    also: tuple[str, ...] = ()
    """The kinds of other problems that follow from the same fault."""


class Faults(dict[str, Fault]):
    """The faults of one test module, each under the name of the function that does the damage."""

    def add(
        self,
        kind: str,
        *says: str,
        severity: str = "warning",
        recording: str | None = FIRST,
        trial: int | None = None,
        also: tuple[str, ...] = (),
    ) -> Callable[[Damage], None]:
        """Register a way to damage a folder under its function's name."""

        def register(damage: Damage) -> None:
            self[damage.__name__] = Fault(damage, kind, severity, says, recording, trial, also)

        return register


def assert_found(fault: Fault, database: str, folder: PublishedFolder) -> None:
    """Damage the folder and import it: the fault is on record, and all trials are taken in."""
    fault.damage(folder)
    report = import_metadata(database, folder.root)
    found = [problem for problem in report.problems if problem.kind == fault.kind]
    matching = [problem for problem in found if all(words in problem.message for words in fault.says)]
    assert matching, report.problems
    problem = matching[0]
    assert (problem.severity, problem.recording, problem.trial) == (fault.severity, fault.recording, fault.trial)
    assert problem.topic == "import"
    assert problem.action
    others = sorted(other.kind for other in report.problems if other is not problem)
    assert others == sorted(fault.also)
    stored = query(database, "SELECT * FROM ingest_problems ORDER BY id")
    assert [{key: row[key] for key in vars(problem)} for row in stored] == [vars(other) for other in report.problems]
    counts = query(
        database,
        "SELECT name, (SELECT count(*) FROM trials WHERE recording_id = recordings.id) AS n FROM recordings ORDER BY 1",
    )
    assert counts == [{"name": FIRST, "n": 4}, {"name": SECOND, "n": 3}]
    assert import_metadata(database, folder.root).unchanged
