"""`catalog snapshot`: a consistent copy as one read-only SQLite file."""

from __future__ import annotations

import click


@click.command(short_help="Copy the catalog, as it is at one moment, into one read-only SQLite file.")
@click.argument("file", type=click.Path())
@click.option("--force", is_flag=True, help="Replace a file of that name.")
@click.pass_obj
def snapshot(db: str, file: str, force: bool) -> None:
    """Copy the catalog into the new SQLite file FILE, read-only, while others may write.

    The copy is of one moment, from SQLite and from PostgreSQL alike. `catalog --db FILE …` asks it.
    """
    from catalog.catalog import Catalog
    from catalog.sizes import size_text
    from catalog.upkeep import snapshot as copy

    with Catalog(db, read_only=True) as cat:
        made = copy(cat, file, force=force)
    click.echo(f"{made}: {size_text(made.stat().st_size)}, read-only; `catalog --db {made} info` asks it", err=True)
