"""Filling a catalog for a program that needs one: published metadata, or raw recordings, told of in sentences."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from catalog.counts import counted
from catalog.database import display_name
from ingest.importing import import_metadata
from ingest.ingesting import ingest_recordings
from ingest.progress import Progress
from ingest.report import RunReport
from ingest.workers import cores


def take_in_metadata(database: str, folder: Path, recordings: list[str] | None) -> str | None:
    """Import published metadata of these recordings, all by default; return a sentence about what was done.

    None, if the catalog has what the files tell.
    """
    report = import_metadata(database, folder, recordings=recordings)
    return None if report.unchanged else _sentence(report, database)


def take_in_data(database: str, folder: Path, recordings: list[str] | None, tell: Callable[[str], object]) -> str:
    """Ingest raw recordings, all by default, telling a line for each; return a sentence about what was done.

    Threads read the trials: processes would start the program that calls this once more, where it is a plain script.
    """

    def listen(progress: Progress) -> None:
        if progress.event == "recording":
            done, there = progress.recordings
            tell(f"{progress.line} ({done} of {there})")

    number = cores()
    with ThreadPoolExecutor(number) as executor:
        report = ingest_recordings(
            database, folder, recordings=recordings, workers=number, executor=executor, progress=listen
        )
    return _sentence(report, database)


def _sentence(report: RunReport, database: str) -> str:
    told = report.sentence()
    if report.needs_attention:
        told += (
            f"; {counted(report.needs_attention, 'problem')} recorded: "
            f"`catalog --db {display_name(database)} problems` lists them"
        )
    return told
