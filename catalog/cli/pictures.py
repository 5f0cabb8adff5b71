"""`catalog sheet`: every video at a glance, and the map of tiers and recordings."""

from __future__ import annotations

import click

from catalog.cli.listings import where_help
from catalog.cli.numbers import AtLeast


@click.command(short_help="Draw every video's middle frame, by class, into a file.")
@click.argument("file", type=click.Path())
@click.option("--where", "where", multiple=True, metavar="CONDITION", help=f"Which videos. {where_help('videos')}")
@click.option("--columns", type=AtLeast(1), default=10, show_default=True, help="Videos in a row.")
@click.option("--map", "tiers", is_flag=True, help="Draw how many trials of each tier every recording has instead.")
@click.option("--force", is_flag=True, help="Replace a file of that name.")
@click.pass_obj
def sheet(db: str, file: str, where: tuple[str, ...], columns: int, tiers: bool, force: bool) -> None:
    """Draw every video's middle frame, by class, into FILE: a contact sheet of the catalog.

    FILE.html is a page with the map of tiers and recordings and the sheet; .png, .pdf and .svg hold one of them. One
    presentation of each video is read. A video whose file is not there has an empty tile; of published metadata alone,
    all are empty, and the map is complete.
    """
    from catalog.catalog import Catalog
    from catalog.pictures.pages import save_sheet
    from catalog.sizes import size_text
    from catalog.where import parse_where

    if tiers and (where or file.lower().endswith(".html")):
        raise click.UsageError("--map counts all trials into one picture; it goes without --where and .html")
    with Catalog(db, read_only=True) as cat:
        videos = cat.videos
        for filters in parse_where(videos.entity, where):
            videos = videos.filter(**filters)
        made = save_sheet(cat, file, videos if where else None, columns=columns, tiers=tiers, replace=force)
    click.echo(f"{made}: {size_text(made.stat().st_size)}", err=True)
