"""`catalog problems`: what ingest and import found wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from catalog.cli.output import FORMATS, printable, write_rows

COLUMNS = ("severity", "kind", "recording", "trial", "signal", "path", "message", "action")


@click.command(short_help="List what ingest and import found wrong, and what was done about it.")
@click.option("--recording", metavar="NAME", help="Only of this recording (a part of its name will do).")
@click.option("--severity", type=click.Choice(["error", "warning", "notice"]), help="Only of this severity.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", *FORMATS]),
    default="text",
    show_default=True,
    help="How to print them; text is for people.",
)
@click.pass_obj
def problems(db: str, recording: str | None, severity: str | None, form: str) -> None:
    """List what ingest and import found wrong with files, and what was done about it.

    error: something could not be taken in. warning: it was, with a reservation. notice: nothing to
    do, such as an error that the published files are known to have.
    """
    import sqlalchemy as sa

    from catalog.catalog import Catalog
    from catalog.lookup import find_name_in_problems
    from catalog.models import IngestProblem

    statement = sa.select(*(getattr(IngestProblem, column) for column in COLUMNS)).order_by(IngestProblem.id)
    with Catalog(db, read_only=True) as cat, cat.session() as session:
        if recording:
            statement = statement.where(IngestProblem.recording == find_name_in_problems(session, recording))
        if severity:
            statement = statement.where(IngestProblem.severity == severity)
        rows = session.execute(statement).all()
    if form != "text":
        write_rows(COLUMNS, rows, form)
        return
    for row in rows:
        _print_problem(row._asdict())
    if not rows:
        click.echo("No problems recorded.", err=True)


def _print_problem(problem: Mapping[str, Any]) -> None:
    """Print a problem as two or three lines: what and where, the message, what was done."""
    trial = "" if problem["trial"] is None else f"/{problem['trial']}"
    where = [f"{problem['recording'] or ''}{trial}", problem["signal"], problem["path"]]
    lines = ["  ".join([problem["severity"], problem["kind"], *filter(None, where)])]
    lines += [f"    {problem['message']}", f"    -> {problem['action']}"]
    click.echo("\n".join(map(printable, lines)))
