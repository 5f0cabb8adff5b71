"""`catalog problems`: what ingest and import found wrong."""

from __future__ import annotations

import click

from catalog.cli.output import format_option, write_rows

COLUMNS = ("severity", "kind", "recording", "trial", "signal", "path", "message", "action")


@click.command(short_help="List what ingest and import found wrong, and what was done about it.")
@click.option("--recording", metavar="NAME", help="Only of this recording (a part of its name will do).")
@click.option("--severity", type=click.Choice(["error", "warning", "notice"]), help="Only of this severity.")
@format_option
@click.pass_obj
def problems(db: str, recording: str | None, severity: str | None, form: str) -> None:
    """List what ingest and import found wrong with files, and what was done about it.

    error: something could not be taken in. warning: it was, with a reservation. notice: nothing to
    do, such as an error that the published files are known to have.
    """
    import sqlalchemy as sa

    from catalog.catalog import Catalog
    from catalog.lookup import find_recording
    from catalog.models import IngestProblem

    statement = sa.select(*(getattr(IngestProblem, column) for column in COLUMNS)).order_by(IngestProblem.id)
    with Catalog(db, read_only=True) as cat, cat.session() as session:
        if recording:
            statement = statement.where(IngestProblem.recording == find_recording(session, recording).name)
        if severity:
            statement = statement.where(IngestProblem.severity == severity)
        rows = session.execute(statement).all()
    if not rows and form == "table":
        click.echo("No problems recorded.", err=True)
        return
    write_rows(COLUMNS, rows, form)
