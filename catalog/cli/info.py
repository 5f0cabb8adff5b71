"""`catalog info`: what is in the catalog."""

from __future__ import annotations

import json

import click

from catalog.cli.output import plain, write_rows


@click.command(short_help="Show counts, schema revision, last runs and open problems.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print it."
)
@click.pass_obj
def info(db: str, form: str) -> None:
    """Show what is in the catalog: counts, schema revision, the last five runs, and problems by kind."""
    from catalog.catalog import Catalog
    from catalog.database import display_name
    from catalog.describe import summary

    with Catalog(db, read_only=True) as cat, cat.session() as session:
        found = summary(session)
    if form == "json":
        click.echo(json.dumps({"catalog": display_name(db), **found}, indent=2, default=plain))
        return
    click.echo(f"catalog  {display_name(db)}\nschema   {found['schema']}\n")
    write_rows(("table", "rows"), list(found["counts"].items()), "table")
    for title in ("labels", "runs", "problems"):
        click.echo(f"\n{title}" + ("" if found[title] else ": none"))
        if found[title]:
            write_rows(list(found[title][0]), [list(row.values()) for row in found[title]], "table")
