"""`catalog remove`: take a recording out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from catalog.cli.output import format_option, write_rows

if TYPE_CHECKING:
    from catalog.upkeep import Removal

COLUMNS = ("what", "name", "count", "because")


@click.command(short_help="Take a recording out of the catalog; its files stay.")
@click.argument("recording")
@click.option("--dry-run", is_flag=True, help="Only tell what would go and what would stay; change nothing.")
@format_option
@click.pass_obj
def remove(db: str, recording: str, dry_run: bool, form: str) -> None:
    """Take RECORDING (its whole name) out of the catalog, and list what goes and what stays.

    What goes: its trials, neurons, places of files and problems; videos and segments that nothing else shows, with
    their published names. What stays: videos and segments that other recordings share, selections, and the files
    on disk. `catalog ingest` takes the recording in again.
    """
    from catalog.catalog import Catalog
    from catalog.upkeep import remove as take_out

    with Catalog(db, read_only=dry_run) as cat:
        removal = take_out(cat, recording, dry_run=dry_run)
    write_rows(COLUMNS, _rows(removal), form)
    if dry_run:
        click.echo(f"{removal.recording}: nothing was changed (--dry-run)", err=True)
    else:
        click.echo(f"{removal.recording}: removed", err=True)


def _rows(removal: Removal) -> Iterator[list[Any]]:
    for table, count in removal.rows.items():
        if count:
            yield ["goes", table, count, "of this recording"]
    for kind, names in (("video", removal.videos), ("segment", removal.segments)):
        for name in names:
            yield ["goes", name, None, f"nothing else shows this {kind}"]
    for name in removal.aliases:
        yield ["goes", name, None, "a published name of what goes"]
    for video, recordings in removal.kept_videos.items():
        yield ["stays", video, None, f"shared with {', '.join(recordings)}"]
    for segment in removal.kept_segments:
        yield ["stays", segment, None, "part of videos that stay"]
    for selection in removal.selections:
        yield ["stays", selection, None, "a selection keeps what it selected"]
