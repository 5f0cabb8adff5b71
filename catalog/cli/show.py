"""`catalog show`: everything known about one thing."""

from __future__ import annotations

import json
from typing import Any

import click

from catalog.cli.output import plain, text, write_rows


@click.command(short_help="Show everything known about one video, segment, recording or trial.")
@click.argument("name", metavar="ID")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print it."
)
@click.pass_obj
def show(db: str, name: str, form: str) -> None:
    """Show everything known about one thing.

    ID is a video's or segment's ID, alias (such as a published ID) or content hash, or the beginning of one, of at
    least 4 characters, that no other has; a recording's name, or a part of it that no other has; or RECORDING/TRIAL
    for a trial.
    """
    from catalog.catalog import Catalog
    from catalog.describe import describe

    with Catalog(db, read_only=True) as cat, cat.session() as session:
        found = describe(session, name)
    whole = _names(found)
    if whole and name not in whole:
        begun = next(one for one in whole if one.startswith(name))
        click.echo(f"{name!r} is taken as the beginning of {begun!r}", err=True)
    if form == "json":
        click.echo(json.dumps(found, indent=2, default=plain))
        return
    for title, content in found.items():
        _print_part(title, content)


def _names(found: dict[str, Any]) -> list[str]:
    """Return every name of a video or segment; nothing for other things."""
    thing = found.get("video") or found.get("segment")
    return [thing["id"], *(alias["alias"] for alias in found["aliases"])] if thing else []


def _print_part(title: str, content: Any) -> None:
    if isinstance(content, dict):
        width = max(map(len, content))
        click.echo(title)
        for key, value in content.items():
            click.echo(f"  {key.ljust(width)}  {text(value)}".rstrip())
    elif isinstance(content, list):
        click.echo(f"{title}: {len(content)}")
        if content:
            write_rows(list(content[0]), [list(row.values()) for row in content], "table")
    else:
        click.echo(f"{title}: {text(content)}")
    click.echo()
