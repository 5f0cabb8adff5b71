"""`catalog runs` and `catalog diff`: what was run on the catalog, and what changed between two runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from catalog.cli.numbers import AtLeast
from catalog.cli.output import format_option, write_rows

if TYPE_CHECKING:
    from catalog.upkeep import Difference

FIRST = ("id", "command", "status", "problems", "started_at", "finished_at")
"""The columns of runs that a narrow terminal shows before all others."""
DIFFERENCES = ("what", "change", "recording", "trial", "field", "before", "after")


@click.command(short_help="List the runs of ingest and import, and how many trials each changed.")
@click.option("--limit", type=AtLeast(1), metavar="N", help="Only the newest N; all by default.")
@format_option
@click.pass_obj
def runs(db: str, limit: int | None, form: str) -> None:
    """List the runs of `ingest` and `import` that changed the catalog, the newest first.

    A run that is `running` while nothing runs was interrupted. Runs of a version that kept no changes show none.
    """
    from catalog.catalog import Catalog
    from catalog.upkeep.runs import COLUMNS
    from catalog.upkeep.runs import runs as listed

    with Catalog(db, read_only=True) as cat, cat.session() as session:
        rows = session.execute(listed(limit)).all()
    if not rows and form == "table":
        click.echo("No runs; `catalog ingest DATA` makes one.", err=True)
        return
    columns = FIRST + tuple(name for name in COLUMNS if name not in FIRST) if form == "table" else COLUMNS
    write_rows(columns, [[getattr(row, name) for name in columns] for row in rows], form, fitted=True)


@click.command(short_help="Tell what changed between two runs: trials, labels, videos.")
@click.argument("run", type=AtLeast(0))
@click.argument("later", type=AtLeast(0), required=False)
@format_option
@click.pass_obj
def diff(db: str, run: int, later: int | None, form: str) -> None:
    """Tell what changed from the end of RUN to the end of the run LATER; without LATER, what RUN itself changed.

    Runs are numbered; `catalog runs` lists them. Lists each trial that was added or removed, each field of a trial
    that changed, each label with another number of trials, and each video that came or went. A field `files` tells
    that other values were in the trial's files.
    """
    from catalog.catalog import Catalog
    from catalog.upkeep import diff as compare

    with Catalog(db, read_only=True) as cat:
        found = compare(cat, run, later)
    rows = list(_rows(found))
    if rows or form != "table":
        write_rows(DIFFERENCES, rows, form)
    click.echo(_summary(found), err=True)
    if found.silent:
        named = ", ".join(map(str, found.silent))
        click.echo(f"note: on record is no change by run {named}: it made none, or an older version made it", err=True)


def _rows(found: Difference) -> Iterator[list[Any]]:
    for one in found.trials:
        if one.change == "changed":
            for field, (before, after) in one.fields.items():
                yield ["trial", one.change, one.recording, one.trial, field, before, after]
        else:
            before, after = one.fields["label"]
            yield ["trial", one.change, one.recording, one.trial, "label", before, after]
    for label, (trials_before, trials_after) in found.labels.items():
        yield ["label", "changed", None, None, label or "(none)", trials_before, trials_after]
    for video in found.videos_added:
        yield ["video", "added", None, None, "id", None, video]
    for video in found.videos_removed:
        yield ["video", "removed", None, None, "id", video, None]


def _summary(found: Difference) -> str:
    trials = ", ".join(f"{len(found.of(change))} {change}" for change in ("added", "removed", "changed"))
    return f"trials: {trials}; videos: {len(found.videos_added)} came, {len(found.videos_removed)} went"
