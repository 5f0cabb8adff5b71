"""`catalog ingest` and `catalog import`: raw recordings and published metadata into the catalog."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from catalog.cli.numbers import AtLeast
from catalog.cli.output import printable, write_rows
from catalog.cli.progress import ProgressDisplay
from catalog.counts import counted

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ingest.report import RunReport

recording_option = click.option(
    "--recording",
    "recordings",
    multiple=True,
    metavar="NAME",
    help="Only this one, by its whole name; may be given several times.",
)


@click.command(short_help="Take raw recordings in: labels, segments, validity, IDs, neurons.")
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--metadata",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Published metadata, imported too: its IDs become aliases.",
)
@recording_option
@click.option("--workers", type=AtLeast(1), metavar="N", help="Processes to read with; default: the cores.")
@click.option(
    "--digest",
    type=click.Choice(["crc32", "sha256"]),
    help="By what files are known again: crc32 finds accidents, sha256 costs more and proves. "
    "Default: as on record, and crc32 for new files.",
)
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="Read on the Dask cluster of the scheduler there; --workers is then how many batches of trials at a time.",
)
@click.option("--recheck", is_flag=True, help="Compare digests instead of times: reads all files.")
@click.option("--outdated", is_flag=True, help="Redo recordings that another version of the analysis took in.")
@click.option("--dry-run", is_flag=True, help="Say what would be taken in, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Tell what happens as JSON on standard output, an event a line.")
@click.pass_obj
def ingest(
    db: str,
    data: Path,
    metadata: Path | None,
    recordings: tuple[str, ...],
    workers: int | None,
    digest: str | None,
    dask: str | None,
    recheck: bool,
    outdated: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take the raw recordings in DATA (or the one that DATA is) into the catalog: folders, and zips as published.

    Each is taken in whole or not at all. Files that are what they were are not read again: the same command continues
    an ingest that was interrupted, and takes in what has changed. IDs, once given, stay. What is wrong with files is
    recorded, and costs no more than the signal it concerns.
    """
    from ingest.ingesting import ingest_recordings
    from ingest.planning import plan

    if dry_run:
        if recheck or as_json:
            raise click.UsageError("--dry-run compares no digests and tells a table: leave out --recheck and --json")
        would = plan(db, data, recordings=recordings or None, outdated=outdated)
        write_rows(would.columns, would.rows, "table")
        for problem in would.problems:
            click.echo(f"{printable(problem.message)} -> {problem.action}", err=True)
        return
    display = ProgressDisplay(as_json=as_json)
    try:
        with _executor(dask, data) as (executor, at_a_time):
            report = ingest_recordings(
                db,
                data,
                metadata=metadata,
                recordings=recordings or None,
                workers=workers or at_a_time,
                executor=executor,
                recheck=recheck,
                outdated=outdated,
                digest=digest,
                progress=display,
            )
    except KeyboardInterrupt:
        display.leave()
        click.echo("Recordings told of so far are in the catalog; the same command continues with the rest.", err=True)
        raise
    finally:
        display.leave()
    if report.outdated:
        told = f"{len(report.outdated)} of them were taken in by another version of the analysis"
        click.echo(f"{told}; --outdated redoes those.", err=True)
    _conclude(report, db)


@contextmanager
def _executor(dask: str | None, data: Path) -> Iterator[tuple[Executor | None, int | None]]:
    """Yield where to read, if not in processes of our own, and how many tasks at a time."""
    if dask is None:
        yield None, None
        return
    from ingest.dask import dask_executor

    with dask_executor(dask, data) as found:
        yield found


@click.command("import", short_help="Take published metadata in, without raw arrays.")
@click.argument("metadata", type=click.Path(path_type=Path))
@recording_option
@click.pass_obj
def import_(db: str, metadata: Path, recordings: tuple[str, ...]) -> None:
    """Take the published metadata in the folder METADATA into the catalog.

    Videos and segments keep their published IDs until raw data is ingested, and are found by them for ever. Importing
    the same metadata again changes nothing.
    """
    from ingest.importing import import_metadata

    _conclude(import_metadata(db, metadata, recordings=recordings or None), db)


def _conclude(report: RunReport, db: str) -> None:
    """Say what was done, where problems are found, and leave with the exit code that tells of them."""
    click.echo(report.sentence(), err=True)
    if report.needs_attention:
        found = counted(report.needs_attention, "problem")
        click.echo(f"{found} recorded; `catalog {_db_option(db)}problems` lists them.", err=True)
        raise click.exceptions.Exit(1)


def _db_option(db: str) -> str:
    """Return how to name this database in a command, unless it need not be named; never with its password."""
    if db in ("catalog.db", os.environ.get("CATALOG_DB")):
        return ""
    from catalog.database import display_name

    return f"--db {shlex.quote(display_name(db))} "
