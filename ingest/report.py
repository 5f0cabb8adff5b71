"""What a run has done, for whoever started it."""

from __future__ import annotations

from dataclasses import dataclass, field

from catalog.counts import counted
from ingest.facts import Problem

PASSED_OVER = ("unreadable_recording", "contradictory_name")
"""Kinds of problems with what may be a recording, and is passed over."""


@dataclass(frozen=True)
class RunReport:
    """The outcome of one run of `ingest` or `import`.

    `run_id` is None when nothing had changed since an earlier run (`unchanged`): then nothing was written, and the
    problems are those on record. `counts` are the rows that the run's input gave, by table.

    Of the `recordings`, those in `left` were left as they were; those in `outdated` are among them, and their rows were
    made by another version of the analysis. Those in `lost` could not be reached: they are left as they were, and are
    not among `recordings`. `trials_read` counts the trials of which files were read.
    `published_only` are recordings that an ingest took in from the metadata that came with it, without arrays.
    """

    command: str
    run_id: int | None
    recordings: list[str]
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unchanged: bool = False
    seconds: float = 0.0
    left: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    trials_read: int = 0
    published_only: list[str] = field(default_factory=list)

    @property
    def needs_attention(self) -> int:
        """How many of the problems are more than a notice."""
        return sum(problem.severity != "notice" for problem in self.problems)

    def sentence(self) -> str:
        """Return what was done, in one sentence."""
        number = len(self.recordings) if self.unchanged else len(self.recordings) - len(self.left)
        what = counted(number, "recording")
        broken = sum(problem.kind in PASSED_OVER for problem in self.problems)
        broken_too = f"; {broken} passed over, which cannot be taken in" if broken else ""
        if self.unchanged:
            there = f"{what} in the catalog already, and unchanged since"
            return f"nothing to do: {there}{broken_too} ({self.seconds:.1f} s)"
        counts = ", ".join(counted(number, name.removesuffix("s")) for name, number in self.counts.items())
        done = {"ingest": "ingested", "import": "imported"}[self.command]
        left = f"; {len(self.left)} unchanged" if self.left else ""
        left += f"; {len(self.lost)} left as they were, which cannot be read now" if self.lost else ""
        left += broken_too
        more = f"; {len(self.published_only)} more from their metadata alone" if self.published_only else ""
        return f"{done} {what}{': ' if counts else ''}{counts}{left}{more} ({self.seconds:.1f} s)"
