"""`catalog relocate`: tell the catalog that the data moved, or is mounted elsewhere."""

from __future__ import annotations

import click

from catalog.cli.numbers import AtLeast
from catalog.cli.output import format_option, write_rows
from catalog.counts import counted

COLUMNS = ("recording", "old", "new", "checked")


@click.command(short_help="Tell the catalog that the data moved, or is mounted elsewhere.")
@click.argument("old", type=click.Path())
@click.argument("new", type=click.Path())
@click.option("--add", is_flag=True, help="Keep the old place too: the data is in both.")
@click.option("--force", is_flag=True, help="Believe it without a look at any file.")
@click.option(
    "--samples",
    type=AtLeast(1),
    default=5,
    show_default=True,
    metavar="N",
    help="How many files of each recording to read in the new place.",
)
@format_option
@click.pass_obj
def relocate(db: str, old: str, new: str, add: bool, force: bool, samples: int, form: str) -> None:
    """Let every recording that has its files in the folder OLD, or below it, have them in NEW.

    First, some files of each recording are read there: size and digest must be those of the files that were ingested.
    If one is not, nothing is changed. Files are neither moved nor copied.
    """
    from catalog.catalog import Catalog
    from catalog.upkeep import relocate as move

    with Catalog(db) as cat:
        done = move(cat, old, new, add=add, force=force, samples=samples)
    write_rows(COLUMNS, [[getattr(one, name) for name in COLUMNS] for one in done], form)
    files = sum(one.checked for one in done)
    read = counted(files, "file was read there, and is", "files were read there, and are")
    seen = "no file was looked at" if force else f"{read} the same"
    click.echo(f"{counted(len(done), 'root')} {'added' if add else 'changed'}; {seen}", err=True)
