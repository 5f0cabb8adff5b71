"""`catalog verify`: whether the files behind the catalog are all there, unchanged."""

from __future__ import annotations

import click

from catalog.cli.output import format_option, write_rows

COLUMNS = ("recording", "kind", "path", "root", "expected", "found", "remedy")


@click.command(short_help="Look whether the recordings' files are all there, unchanged.")
@click.option("--full", is_flag=True, help="Read every file and compare its digest, whatever its modification time.")
@click.option("--recording", metavar="NAME", help="Only of this recording (a part of its name will do).")
@format_option
@click.pass_context
def verify(ctx: click.Context, full: bool, recording: str | None, form: str) -> None:
    """Look whether every file that the catalog was made from is there, with the size and time it had.

    Lists each file that is not, what was expected, and what mends it. Nothing is changed, in the catalog or on disk.
    Files from which nothing could be read when they were taken in are not looked at; how many there are is told.

    Exit codes: 0 every file is there, unchanged; 1 some are not; 2 wrong usage.
    """
    from catalog.catalog import Catalog
    from catalog.counts import counted
    from catalog.sizes import size_text
    from catalog.upkeep import verify as look

    with Catalog(ctx.obj, read_only=True) as cat:
        report = look(cat, full=full, recording=recording)
    if report.findings or form != "table":
        write_rows(COLUMNS, [[getattr(one, name) for name in COLUMNS] for one in report.findings], form)
    how = "read" if full else "looked at, by size and time (--full reads them)"
    looked_at = f"{counted(report.recordings, 'recording')}, {counted(report.files, 'file')}, {size_text(report.bytes)}"
    found = counted(len(report.findings), "finding") if report.findings else "all there, unchanged"
    if report.files:
        click.echo(f"{looked_at} {how}: {found}", err=True)
    else:
        click.echo("nothing to look at: no file is on record, as long as no raw data is ingested", err=True)
    if report.unread:
        told = counted(report.unread, "file that held no array", "files that held no array")
        click.echo(f"not looked at: {told} when taken in; `catalog problems` lists what was wrong", err=True)
    if not report.ok:
        ctx.exit(1)
