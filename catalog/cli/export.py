"""`catalog export`: the catalog in the formats that others read."""

from __future__ import annotations

from pathlib import Path

import click

from catalog.counts import counted

FORMATS = ("published", "croissant", "datapackage", "parquet")


@click.command(short_help="Write the catalog out: published layout, Croissant, Data Package, Parquet.")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), required=True, help="The format to write.")
@click.option(
    "--ids",
    type=click.Choice(["catalog", "published"]),
    default="catalog",
    show_default=True,
    help="Names of videos and segments: the catalog's, or published ones where there are any.",
)
@click.option("--force", is_flag=True, help="Replace an earlier export.")
@click.pass_obj
def export(db: str, folder: Path, form: str, ids: str, force: bool) -> None:
    """Write the catalog into FOLDER, which must be new or empty.

    published: the layout of the published metadata. croissant: MLCommons Croissant (JSON-LD) beside CSV files.
    datapackage: Frictionless Data Package beside CSV files. parquet: a file a table.
    """
    from catalog.catalog import Catalog
    from catalog.exports.exporting import export_catalog
    from catalog.exports.options import ExportOptions

    with Catalog(db, read_only=True) as cat:
        report = export_catalog(cat, folder, form, ExportOptions(ids=ids), force=force)  # type: ignore[arg-type]
    there = ", ".join(counted(number, name.removesuffix("s")) for name, number in report.counts.items())
    click.echo(f"{folder}: {there}", err=True)
    for note in report.notes:
        click.echo(f"note: {note}", err=True)
