"""What a run has done, for whoever started it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ingest.facts import Problem


@dataclass(frozen=True)
class RunReport:
    """The outcome of one run of `ingest` or `import`.

    `run_id` is None when nothing had changed since an earlier run (`unchanged`): then nothing was written, and the
    problems are those on record. `counts` are the rows that the run's input gave, by table.
    """

    command: str
    run_id: int | None
    recordings: list[str]
    counts: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unchanged: bool = False
    seconds: float = 0.0

    @property
    def needs_attention(self) -> int:
        """How many of the problems are more than a notice."""
        return sum(problem.severity != "notice" for problem in self.problems)

    def sentence(self) -> str:
        """Return what was done, in one sentence."""
        what = f"{len(self.recordings)} recording{'' if len(self.recordings) == 1 else 's'}"
        if self.unchanged:
            return f"nothing to do: {what} in the catalog already, and unchanged since ({self.seconds:.1f} s)"
        counts = ", ".join(f"{number:,} {name}" for name, number in self.counts.items())
        done = {"ingest": "ingested", "import": "imported"}[self.command]
        return f"{done} {what}{': ' if counts else ''}{counts} ({self.seconds:.1f} s)"

    @property
    def severities(self) -> dict[str, int]:
        """How many problems there are of each severity."""
        return dict(Counter(problem.severity for problem in self.problems))
