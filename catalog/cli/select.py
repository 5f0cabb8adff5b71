"""`catalog select` and `catalog replay`: selections of trials that can be cited, and whether they still hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from catalog.cli.output import format_option, write_rows
from catalog.counts import counted

if TYPE_CHECKING:
    from catalog.selections import Citation, Replay

CITED = ("name", "n_trials", "digest", "conditions", "created_at", "run_id", "schema_revision", "version", "note")
REPLAYED = ("change", "recording", "trial", "because", "field", "then", "now", "run")


@click.command(short_help="Keep a selection of trials under a name, to be cited; list or remove selections.")
@click.argument("name", required=False)
@click.option(
    "--where",
    "where",
    multiple=True,
    metavar="CONDITION",
    help="A condition on trials, as `catalog trials` takes them. May be given several times: all must hold.",
)
@click.option("--all", "everything", is_flag=True, help="Without --where: keep all trials.")
@click.option("--note", metavar="TEXT", help="What to say of it.")
@click.option("--replace", is_flag=True, help="Take the place of the selection that has this name.")
@click.option("--allow-empty", is_flag=True, help="Keep it even if no trial meets the conditions.")
@click.option("--remove", is_flag=True, help="Remove the selection; the trials themselves stay.")
@format_option
@click.pass_obj
def select(
    db: str,
    name: str | None,
    where: tuple[str, ...],
    everything: bool,
    note: str | None,
    replace: bool,
    allow_empty: bool,
    remove: bool,
    form: str,
) -> None:
    """Keep the trials that meet every CONDITION under NAME, and print what to cite: their number and digest.

    The conditions are kept as text beside the trials that they select now; `catalog replay NAME` tells whether they
    still select the same. Without NAME, list the selections.
    """
    from catalog.catalog import Catalog
    from catalog.errors import InputError
    from catalog.selections import RefusedError

    if not (where or everything or remove or name is None):
        raise click.UsageError(
            f"which trials? Give --where or --all; `catalog replay {name}` looks at one that is there"
        )
    if (where or everything or note or replace or allow_empty) and (remove or name is None):
        raise click.UsageError("--where, --note, --replace … make a selection: give its NAME, without --remove")
    if remove and name is None:
        raise click.UsageError("--remove needs the NAME of the selection")
    with Catalog(db, read_only=name is None) as cat:
        if name is None:
            _list(cat.selections(), form)
        elif remove:
            cat.remove_selection(name)
            click.echo(f"{name}: removed", err=True)
        else:
            try:
                cited = cat.select(name, *where, note=note, replace=replace, allow_empty=allow_empty)
            except RefusedError as error:
                option = "--" + error.argument.replace("_", "-")
                raise InputError(f"{error.reason}, or give {option}") from error
            write_rows(CITED, [_row(cited)], form)


def _list(cited: list[Citation], form: str) -> None:
    if not cited and form == "table":
        click.echo("No selections; `catalog select NAME --where CONDITION` makes one.", err=True)
        return
    write_rows(CITED, [_row(one) for one in cited], form)


def _row(cited: Citation) -> list[Any]:
    return [list(value) if isinstance(value, tuple) else value for value in (getattr(cited, name) for name in CITED)]


@click.command(short_help="Tell whether a selection still selects the same trials, and which differ.")
@click.argument("name")
@format_option
@click.pass_context
def replay(ctx: click.Context, name: str, form: str) -> None:
    """Ask the conditions of the selection NAME again, and compare.

    Lists each trial that came, went or changed (a row for each field that did), with the run that last wrote its
    recording. Videos that are only called by another ID now have not changed.

    Exit codes: 0 the same trials, each as it was; 1 they differ; 2 there is no such selection.
    """
    from catalog.catalog import Catalog

    with Catalog(ctx.obj, read_only=True) as cat:
        found = cat.replay(name)
        click.echo(f"{name}: {_verdict(found)}", err=True)
    if found.same and form == "table":
        return
    write_rows(REPLAYED, _rows(found), form)
    if not found.same:
        ctx.exit(1)


def _verdict(found: Replay) -> str:
    then = found.selection
    if found.same:
        return f"the same {counted(then.n_trials, 'trial')}, {then.digest}"
    counts = ", ".join(f"{len(found.of(change))} {change}" for change in ("came", "went", "changed"))
    runs = ", ".join(f"{run.id} ({run.command}, {run.started_at:%Y-%m-%d %H:%M} UTC)" for run in found.runs)
    since = f"; written since by run {runs}" if runs else ""
    return f"not the same: {counted(then.n_trials, 'trial')} then, {found.n_trials:,} now: {counts}{since}"


def _rows(found: Replay) -> Iterator[list[Any]]:
    for one in found.differences:
        for field, (then, now) in one.changes.items() or [(None, (None, None))]:
            yield [one.change, one.recording, one.trial, one.because, field, then, now, one.run and one.run.id]
