"""What is known of a recording before it becomes rows; reading and analysis make facts, writing takes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
"""Column name to value, for one row of the table that the field names."""


@dataclass(frozen=True)
class Problem:
    """Something wrong with a file, or a disagreement between files, and what was done about it.

    The fields are the columns of `ingest_problems`; `message` names the thing and what was expected of it, `action`
    says what was done.
    """

    severity: str
    kind: str
    topic: str
    message: str
    action: str
    recording: str | None = None
    trial: int | None = None
    signal: str | None = None
    path: str | None = None


@dataclass
class TrialFacts:
    """One presentation: its columns of `trials` (without ids), its rows of `trial_segments` and `array_files`.

    `seen` is what its files were like when they were read, whatever they hold: path, bytes and modified_ns.
    """

    trial: int
    columns: Row
    segments: list[Row] = field(default_factory=list)
    files: list[Row] = field(default_factory=list)
    seen: list[Row] = field(default_factory=list)


@dataclass
class RecordingFacts:
    """One recording: its columns of `recordings` (without ids) and everything that belongs to it alone."""

    name: str
    columns: Row
    trials: list[TrialFacts] = field(default_factory=list)
    neurons: list[Row] = field(default_factory=list)
    dictionaries: dict[str, Any] = field(default_factory=dict)
    roots: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
