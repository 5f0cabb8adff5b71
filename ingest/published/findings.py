"""What is wrong with the published files, gathered while they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from catalog.counts import counted
from ingest.facts import Problem

TOPIC = "import"
LISTED = 20
"""How many faults of one kind in one column are reported each by itself; more become one problem with their number."""


class Findings:
    """The problems of one recording, or of what belongs to none; paths are relative to the metadata's folder."""

    def __init__(self, recording: str | None = None) -> None:
        self.recording = recording
        self.problems: list[Problem] = []

    def error(self, kind: str, message: str, action: str, *, path: str | None = None, trial: int | None = None) -> None:
        """Record that something could not be taken in."""
        self._add("error", kind, message, action, path, trial, self.recording)

    def warning(
        self,
        kind: str,
        message: str,
        action: str,
        *,
        path: str | None = None,
        trial: int | None = None,
        recording: str | None = None,
    ) -> None:
        """Record that something was taken in with a reservation."""
        self._add("warning", kind, message, action, path, trial, recording or self.recording)

    def _add(
        self,
        severity: str,
        kind: str,
        message: str,
        action: str,
        path: str | None,
        trial: int | None,
        recording: str | None,
    ) -> None:
        self.problems.append(Problem(severity, kind, TOPIC, message, action, recording, trial, path=path))

    def collected(self) -> list[Problem]:
        """Return the problems, with those that say the same of very many files made one."""
        groups: dict[tuple[str, str, str], list[Problem]] = {}
        for problem in self.problems:
            said = problem.message.replace(problem.path, "") if problem.path else problem.message
            groups.setdefault((problem.kind, said, problem.action), []).append(problem)
        result = []
        for alike in groups.values():
            if len(alike) <= LISTED:
                result += alike
                continue
            message = f"{alike[0].message}; likewise in {counted(len(alike) - 1, 'other file')}"
            result.append(replace(alike[0], message=message, trial=None))
        return result


def some(values: Sequence[object], limit: int = 5) -> str:
    """Return the first few of the values as a list to read, and how many more there are."""
    text = ", ".join(str(value) for value in values[:limit])
    return text if len(values) <= limit else f"{text} and {len(values) - limit} more"
