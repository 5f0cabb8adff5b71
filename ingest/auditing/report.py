"""What an audit has found: counts by check, each disagreement, and the known errors of what it compared with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Disagreement:
    """One thing that the catalog and others tell differently; None where a field does not apply.

    Attributes
    ----------
    check, kind
        What was compared (see `AuditReport.checks`), and in which way the two differ.
    recording, trial
        Where.
    subject
        What exactly: a column, a neuron, a place in a video.
    catalog, other
        What the catalog tells, and what the others do.
    message
        The same as a sentence, with what is needed to understand it.
    known
        Whether this is an error that the published files are known to have.
    count
        How many of the compared things this stands for: errors that are known are summed up by recording.
    """

    check: str
    kind: str
    recording: str | None
    trial: int | None
    subject: str | None
    catalog: Any
    other: Any
    message: str
    known: bool = False
    count: int = 1


@dataclass(frozen=True)
class Check:
    """How one check went: of the things that both sides tell, how many agree, differ by a known error, and differ."""

    name: str
    compared: int
    agree: int
    known: int
    differ: int


@dataclass(frozen=True)
class AuditReport:
    """The outcome of an audit.

    Attributes
    ----------
    against
        The folder that the catalog was compared with.
    recordings, only_in_catalog, only_in_other
        The recordings that were compared, and those that only one side has. The last holds names as the other side
        spells them.
    checks
        The counts, check by check.
    disagreements
        Each disagreement that no known error of the published files explains.
    known_errors
        The disagreements that a known error explains, one for each error and recording.
    start_deviations
        How many segment starts are so many frames later in the catalog; None where starts were not compared.
    notes
        Sentences about what was not compared or needs to be known.
    """

    against: str
    recordings: tuple[str, ...]
    only_in_catalog: tuple[str, ...]
    only_in_other: tuple[str, ...]
    checks: tuple[Check, ...]
    disagreements: tuple[Disagreement, ...]
    known_errors: tuple[Disagreement, ...] = ()
    start_deviations: dict[int, int] | None = None
    notes: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether there is no disagreement but known errors."""
        return not self.disagreements

    def check(self, name: str) -> Check:
        """Return the counts of a check.

        Raises
        ------
        KeyError
            There is no such check in this audit.
        """
        for check in self.checks:
            if check.name == name:
                return check
        raise KeyError(name)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        return {**asdict(self), "agrees": self.agrees}


@dataclass
class Tally:
    """What is counted and found while an audit runs."""

    compared: Counter[str] = field(default_factory=Counter)
    found: list[Disagreement] = field(default_factory=list)
    deviations: Counter[int] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def count(self, check: str, number: int = 1) -> None:
        """Count things that were compared; a check that has compared nothing is on record with 0."""
        self.compared[check] += number

    def differ(
        self,
        check: str,
        kind: str,
        message: str,
        *,
        recording: str | None = None,
        trial: int | None = None,
        subject: str | None = None,
        catalog: Any = None,
        other: Any = None,
    ) -> None:
        """Record a disagreement."""
        self.found.append(Disagreement(check, kind, recording, trial, subject, catalog, other, message))

    def known(self, check: str, kind: str, message: str, *, recording: str | None, count: int) -> None:
        """Record a known error of the published files, if there is any of it."""
        if count:
            self.found.append(Disagreement(check, kind, recording, None, None, None, None, message, True, count))

    def report(
        self,
        against: str,
        recordings: Sequence[str],
        only_in_catalog: Sequence[str],
        only_in_other: Sequence[str],
        *,
        with_starts: bool = False,
    ) -> AuditReport:
        """Return the report; checks and disagreements are in the order in which they came up."""
        order = {name: index for index, name in enumerate(self.compared)}
        found = sorted(self.found, key=lambda one: order[one.check])
        known = tuple(one for one in found if one.known)
        rest = tuple(one for one in found if not one.known)
        return AuditReport(
            against,
            tuple(recordings),
            tuple(only_in_catalog),
            tuple(only_in_other),
            tuple(_check(name, number, rest, known) for name, number in self.compared.items()),
            rest,
            known,
            dict(sorted(self.deviations.items())) if with_starts else None,
            tuple(self.notes),
        )


def _check(name: str, compared: int, rest: Sequence[Disagreement], known: Sequence[Disagreement]) -> Check:
    differ, explained = (sum(one.count for one in found if one.check == name) for found in (rest, known))
    return Check(name, compared, compared - differ - explained, explained, differ)
