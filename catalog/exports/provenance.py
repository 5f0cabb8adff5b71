"""Who made what a catalog holds, from what, when, under which licence, and what is wrong with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog import __version__
from catalog.counts import counted
from catalog.exports.licences import (
    LICENSES,
)
from catalog.exports.options import ExportOptions, ExportReport
from catalog.exports.tables import LEFT_OUT, WrittenTable
from catalog.models import SCHEMA_REVISION, IngestProblem, IngestRun, Recording

NAME = "sensorium-catalog"
TITLE = "Metadata of Sensorium recordings of mouse visual cortex"
KEYWORDS = (
    "neuroscience",
    "Sensorium",
    "mouse",
    "primary visual cortex",
    "two-photon calcium imaging",
    "natural videos",
    "visual stimuli",
    "metadata",
)
_SOURCES = {"raw": "made from arrays", "published": "taken from published metadata alone"}


@dataclass(frozen=True)
class Source:
    """Where one recording comes from; `how` says what its rows were made from."""

    recording: str
    dataset_url: str | None
    data_url: str | None
    how: str

    @property
    def url(self) -> str | None:
        """The page to go to for the data set and its licence."""
        return self.dataset_url or self.data_url


@dataclass(frozen=True)
class Run:
    """One run that made rows."""

    id: int
    command: str
    status: str
    started_at: datetime
    finished_at: datetime | None
    version: str
    analysis_version: str

    @property
    def label(self) -> str:
        """What was run."""
        analysis = "" if self.analysis_version == "none" else f", analysis {self.analysis_version}"
        return f"Run {self.id}: catalog {self.command} ({self.status}{analysis})"


@dataclass(frozen=True)
class Provenance:
    """Where the content of a catalog comes from.

    Attributes
    ----------
    problems
        How many of each severity the catalog has recorded; a severity without any is not there.
    """

    sources: tuple[Source, ...]
    runs: tuple[Run, ...]
    problems: dict[str, int]
    options: ExportOptions

    @property
    def changed(self) -> datetime | None:
        """When the last run that changed the catalog ended: an export has no other date of its own."""
        times = [run.finished_at or run.started_at for run in self.runs]
        return max(times) if times else None

    @property
    def begun(self) -> datetime | None:
        """When the first run began."""
        return min((run.started_at for run in self.runs), default=None)

    @property
    def description(self) -> str:
        """What the export holds, as a paragraph."""
        made = " and ".join(
            f"{n:,} {how}" for how in _SOURCES.values() if (n := sum(source.how == how for source in self.sources))
        )
        return " ".join(
            [
                "Which videos were shown in which trial of which two-photon recording of mouse visual cortex, what "
                "they consist of, which signals are valid, and which neurons were recorded.",
                f"{counted(len(self.sources), 'recording')}{': ' if made else ''}{made}.",
                f"Written by {NAME} {__version__}, schema {SCHEMA_REVISION}.",
                LICENSES,
                *self.limitations,
            ]
        )

    @property
    def limitations(self) -> list[str]:
        """What a user must know: problems, unfinished runs, unknown sources, and what was left out or renamed."""
        told = []
        if self.problems:
            found = ", ".join(counted(number, severity) for severity, number in self.problems.items())
            told.append(f"The catalog has recorded problems ({found}): see the table ingest_problems.")
        if unfinished := [str(run.id) for run in self.runs if run.status != "done"]:
            told.append(f"Runs that did not end well, so that recordings may be missing: {', '.join(unfinished)}.")
        if unknown := sum(source.url is None for source in self.sources):
            told.append(f"It is not known where {counted(unknown, 'recording is', 'recordings are')} published.")
        if self.options.ids == "published":
            told.append("Videos and segments go by their published names where they have one; their IDs are aliases.")
        left_out = "; ".join(f"{table} ({reason})" for table, reason in LEFT_OUT.items())
        told.append(f"Left out: {left_out}. Folders of that machine read '(local folder)'.")
        return told

    def report(self, files: Sequence[WrittenTable], *more: str) -> ExportReport:
        """Return the report on an export of these files."""
        views = sum(file.table.is_view for file in files)
        counts = {"tables": len(files) - views, "views": views, "rows": sum(file.rows for file in files)}
        return ExportReport(counts, (*self.limitations, *more))

    def report_csv(self, made: Sequence[tuple[WrittenTable, int]], *more: str) -> ExportReport:
        """Return the report on CSV files, each with its number of empty texts."""
        empty = sum(count for _, count in made)
        told = counted(empty, "empty text reads as a missing value", "empty texts read as missing values")
        notes = [f"{told}: CSV writes both as nothing."] if empty else []
        return self.report([file for file, _ in made], *more, *notes)


def collect(session: Session, options: ExportOptions) -> Provenance:
    """Ask the catalog where its content comes from."""
    recordings = sa.select(Recording.name, Recording.dataset_url, Recording.data_url, Recording.source)
    runs = sa.select(
        IngestRun.id,
        IngestRun.command,
        IngestRun.status,
        IngestRun.started_at,
        IngestRun.finished_at,
        IngestRun.version,
        IngestRun.analysis_version,
    )
    count = sa.select(IngestProblem.severity, sa.func.count()).group_by(IngestProblem.severity)
    found = {severity: n for severity, n in session.execute(count)}  # noqa: C416 (rows are no pairs to mypy)
    return Provenance(
        tuple(
            Source(name, dataset_url, data_url, _SOURCES[source])
            for name, dataset_url, data_url, source in session.execute(recordings.order_by(Recording.name))
        ),
        tuple(Run(*row) for row in session.execute(runs.order_by(IngestRun.id))),
        {severity: found[severity] for severity in ("error", "warning", "notice") if severity in found},
        options,
    )


def version(files: Iterable[WrittenTable]) -> str:
    """Return the export's version: the tool's, and a digest of all files that tells two contents apart."""
    lines = sorted(f"{file.sha256}  {file.file}\n" for file in files)
    return f"{__version__}+{hashlib.sha256(''.join(lines).encode()).hexdigest()[:12]}"
