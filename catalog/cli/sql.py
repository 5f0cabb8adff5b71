"""`catalog sql`: a SELECT of the user's own."""

from __future__ import annotations

import sys

import click

from catalog.cli.output import format_option, write_rows


@click.command(short_help="Answer a SELECT statement; nothing can be changed through it.")
@click.argument("statement")
@format_option
@click.pass_obj
def sql(db: str, statement: str, form: str) -> None:
    """Answer STATEMENT, a SELECT in the database's own SQL; `-` reads it from standard input.

    Tables and columns are described in docs/schema.md; the views trial_overview and segment_overview join what people
    ask about most.
    """
    from catalog.raw_sql import run_sql

    if statement == "-":
        statement = sys.stdin.read()
    columns, rows = run_sql(db, statement)
    write_rows(columns, rows, form)
