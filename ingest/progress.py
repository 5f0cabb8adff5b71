"""How far an ingest is, told while it runs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

from ingest.facts import Problem


@dataclass(frozen=True)
class Progress:
    """How far an ingest is.

    Attributes
    ----------
    event
        What has just happened: the run `started`, a `trial` was read, a `recording` was committed, or the run has
        `finished`.
    recording
        The recording that it happened to.
    recordings, trials, bytes
        (done, in all); what is unchanged, and not read, does not count.
    unchanged
        How many recordings need not be read.
    problems
        How many there are of each severity so far.
    seconds
        Since the run began.
    line
        The same for people, when a recording was committed.
    """

    event: Literal["started", "trial", "recording", "finished"]
    recording: str | None = None
    recordings: tuple[int, int] = (0, 0)
    trials: tuple[int, int] = (0, 0)
    bytes: tuple[int, int] = (0, 0)
    unchanged: int = 0
    problems: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    line: str = ""


Listener = Callable[[Progress], object]


@dataclass
class Meter:
    """Counts what is done, and tells a listener."""

    listener: Listener
    now: Progress = field(default_factory=lambda: Progress("started"))
    problems: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)

    def start(self, recordings: int, trials: int, n_bytes: int, unchanged: int) -> None:
        """Tell what there is to do."""
        self.now = replace(
            self.now, recordings=(0, recordings), trials=(0, trials), bytes=(0, n_bytes), unchanged=unchanged
        )
        self._tell()

    def trial(self, recording: str, n_bytes: int) -> None:
        """Tell that a trial was read."""
        trials, done = self.now.trials, self.now.bytes
        self.now = replace(
            self.now,
            event="trial",
            recording=recording,
            trials=(trials[0] + 1, trials[1]),
            bytes=(done[0] + n_bytes, done[1]),
        )
        self._tell()

    def recording(self, name: str, line: str, problems: Iterable[Problem]) -> None:
        """Tell that a recording was committed."""
        self.problems.update(problem.severity for problem in problems)
        done, there = self.now.recordings
        self.now = replace(self.now, event="recording", recording=name, recordings=(done + 1, there), line=line)
        self._tell()

    def finish(self, problems: Iterable[Problem]) -> None:
        """Tell that all is done, with all problems of the run."""
        self.problems = Counter(problem.severity for problem in problems)
        self.now = replace(self.now, event="finished", recording=None, line="")
        self._tell()

    def _tell(self) -> None:
        self.now = replace(self.now, problems=dict(self.problems), seconds=time.monotonic() - self.began)
        self.listener(self.now)
