"""`catalog leakage`: what is trained on and tested on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from catalog.cli.output import format_option, plain, write_rows
from catalog.counts import counted

if TYPE_CHECKING:
    from ingest.leakage import LeakageReport

SHORT = (
    "kind", "scope", "train_tier", "test_tier", "label", "trained", "tested", "train_trials", "test_trials", "because",
)  # fmt: skip


@click.command(short_help="List what is both trained on and tested on.")
@click.option("--train", "train", multiple=True, metavar="TIER", help="A tier that is trained on.  [default: train]")
@click.option("--test", "test", multiple=True, metavar="TIER", help="A tier that is tested on.  [default: all others]")
@click.option("--within", is_flag=True, help="Only what one and the same mouse was shown in both.")
@click.option("--across", is_flag=True, help="Only what one mouse was shown in the one, another in the other.")
@format_option
@click.pass_context
def leakage(
    ctx: click.Context, train: tuple[str, ...], test: tuple[str, ...], within: bool, across: bool, form: str
) -> None:
    """List videos, segments and near-equal videos that tiers share of which one is trained on, the other tested on.

    Segments are listed where different videos share one (the gray between photographs is left out). Near-equal are
    different videos of which one has three quarters of the other's segments, or, of natural videos, whose key frames
    are close on the average, or that share a second or more of film; for the latter the catalog must have been made
    from raw arrays. Options may be given several times; with neither --within nor --across both are looked for.

    A model that is chosen by how well it does on the tier oracle has seen it: --train train --train oracle.

    csv and jsonl name an example of the trials on either side; json is the whole report.

    Exit codes: 0 nothing is shared, 1 something is, 2 wrong usage.
    """
    from ingest.leakage import find_leakage
    from ingest.leakage.finding import SCOPES
    from ingest.leakage.report import COLUMNS, rows

    scopes = [scope for scope, wanted in zip(SCOPES, (within, across), strict=True) if wanted] or SCOPES
    report = find_leakage(ctx.obj, train or None, test or None, scopes=scopes)
    if form == "json":
        click.echo(json.dumps(report.to_dict(), indent=2, default=plain))
    elif form != "table":
        write_rows(COLUMNS, rows(report.findings), form)
    elif report.findings:
        write_rows(SHORT, [[getattr(one, name) for name in SHORT] for one in report.findings], form)
    _tell(report)
    if not report.ok:
        ctx.exit(1)


def _tell(report: LeakageReport) -> None:
    for note in report.notes:
        click.echo(f"note: {note}", err=True)
    for what, side in (("trained", report.train), ("tested", report.test)):
        mice = counted(side.mice, "mouse", "mice")
        there = f"{counted(side.trials, 'trial')}, {counted(side.videos, 'video')}, {mice}"
        click.echo(f"{what} on: {side.name or 'nothing'} ({there})", err=True)
    if report.ok:
        # A check that could not be made whole has not found that nothing is.
        click.echo("nothing is shared among what could be compared" if report.notes else "nothing is shared", err=True)
    else:
        videos, segments, pairs = (report.count(kind) for kind in ("video", "segment", "near-equal"))
        told = (
            counted(videos, "video"),
            counted(segments, "segment in different videos", "segments in different videos"),
            counted(pairs, "pair of near-equal videos", "pairs of near-equal videos"),
        )
        click.echo(f"shared: {', '.join(told)}", err=True)
