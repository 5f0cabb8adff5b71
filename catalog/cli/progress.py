"""How far an ingest is: one line that is written anew on a terminal, a line a recording elsewhere, or JSON."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING

import click

from catalog.counts import counted

if TYPE_CHECKING:
    from ingest.progress import Progress

SECONDS_BETWEEN = 0.1
"""How often a terminal's line changes at most."""


class ProgressDisplay:
    """Shows progress as it is told; `leave` makes room for other text."""

    def __init__(self, *, as_json: bool = False) -> None:
        self._as_json = as_json
        self._terminal = sys.stderr.isatty()
        self._shown = False
        self._next = 0.0

    def __call__(self, progress: Progress) -> None:
        """Show how far the ingest is."""
        if self._as_json and progress.event != "trial":
            click.echo(json.dumps(_event(progress)))
        if not self._terminal:
            if progress.event == "recording" and not self._as_json:
                click.echo(progress.line, err=True)
            return
        if progress.event == "recording" and not self._as_json:
            self.leave()
            click.echo(progress.line, err=True)
        if progress.event in ("trial", "recording") and time.monotonic() >= self._next:
            self._next = time.monotonic() + SECONDS_BETWEEN
            self._rewrite(status_line(progress))

    def leave(self) -> None:
        """Clear the line."""
        if self._shown:
            self._rewrite("")
            self._shown = False

    def _rewrite(self, line: str) -> None:
        # Over the whole line: what was there before may have been longer.
        click.echo(f"\r\x1b[K{line}", nl=False, err=True)
        self._shown = True


def status_line(progress: Progress) -> str:
    """Return how far an ingest is, in one line of a terminal."""
    (recordings, all_recordings), (trials, all_trials) = progress.recordings, progress.trials
    done, there = progress.bytes
    seconds = max(progress.seconds, 1e-9)
    parts = [
        f"{recordings}/{counted(all_recordings, 'recording')}",
        f"{trials:,}/{counted(all_trials, 'trial')}",
        f"{trials / seconds:.1f} trials/s",
        f"{done / seconds / 1e6:.0f} MB/s",
    ]
    if done:
        parts.append(f"{_duration(seconds * (there - done) / done)} left")
    problems = sum(progress.problems.values())
    return ", ".join([*parts, counted(problems, "problem")])


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _event(progress: Progress) -> dict[str, object]:
    def of(counts: tuple[int, int]) -> dict[str, int]:
        return dict(zip(("done", "total"), counts, strict=True))

    return {
        "event": progress.event,
        "recording": progress.recording,
        "recordings": of(progress.recordings),
        "trials": of(progress.trials),
        "bytes": of(progress.bytes),
        "unchanged": progress.unchanged,
        "problems": progress.problems,
        "seconds": round(progress.seconds, 3),
    }
