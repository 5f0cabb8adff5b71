"""`catalog audit`: the catalog against what others have published of the same recordings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from catalog.cli.numbers import AtLeast
from catalog.cli.output import format_option, plain, write_rows
from catalog.counts import counted

if TYPE_CHECKING:
    from ingest.auditing import AuditReport, Disagreement

COLUMNS = ("known", "count", "check", "kind", "recording", "trial", "subject", "catalog", "other", "message")
folder_type = click.Path(path_type=Path)


@click.command(short_help="Compare the catalog with what others have published.")
@click.option("--against", "metadata", type=folder_type, metavar="DIR", help="Published metadata.")
@click.option(
    "--against-groups", "groups", type=folder_type, metavar="DIR", help="A .npy file a recording: group numbers."
)
@click.option(
    "--against-classes", "classes", type=folder_type, metavar="DIR", help="A .npy file a recording: class numbers."
)
@click.option("--classes", "labels", metavar="N=LABEL,…", help="What each class number stands for.")
@click.option(
    "--group-numbers",
    type=click.Choice(["auto", "global", "local"]),
    default="auto",
    show_default=True,
    help="Whether a number means one group in all files, or another one in each.",
)
@click.option(
    "--tolerance",
    type=AtLeast(0),
    default=0,
    show_default=True,
    metavar="FRAMES",
    help="By how much segment starts may differ and still agree.",
)
@format_option
@click.pass_obj
def audit(
    db: str,
    metadata: Path | None,
    groups: Path | None,
    classes: Path | None,
    labels: str | None,
    group_numbers: Literal["auto", "global", "local"],
    tolerance: int,
    form: str,
) -> None:
    """Compare the catalog with what others have published of the same recordings; nothing is changed.

    Groups of trials and of segments are compared as partitions, whatever the groups are called; the fewest trials
    that explain a difference are named. Known errors of the published files are told apart.

    With csv and jsonl, standard output is one row for each disagreement, and the counts go to standard error; json is
    a list with one report for each comparison.

    Exit codes: 0 no disagreement but known errors, 1 disagreements, 2 nothing that can be compared.
    """
    from ingest.auditing import audit_classes, audit_groups, audit_published, parse_classes

    if metadata is None and groups is None and classes is None:
        raise click.UsageError("nothing to compare with; give --against, --against-groups or --against-classes")
    if (classes is None) != (labels is None):
        raise click.UsageError("--against-classes and --classes go together, such as --classes 0=NaturalVideo,1=Gabor")
    reports = []
    if metadata is not None:
        reports.append(audit_published(db, metadata, tolerance=tolerance))
    if groups is not None:
        reports.append(audit_groups(db, groups, numbers=group_numbers))
    if classes is not None and labels is not None:
        reports.append(audit_classes(db, classes, parse_classes(labels)))
    _print(reports, form)
    if not all(report.agrees for report in reports):
        raise click.exceptions.Exit(1)


def _print(reports: Sequence[AuditReport], form: str) -> None:
    for report in reports:
        _print_notes(report)
    if form == "table":
        for report in reports:
            _print_tables(report)
    elif form == "json":
        click.echo(json.dumps([report.to_dict() for report in reports], indent=2, default=plain))
    else:
        for report in reports:
            for check in report.checks:
                told = f"{check.compared} compared, {check.agree} agree, {check.known} known errors"
                click.echo(f"{check.name}: {told}, {check.differ} differ", err=True)
        found = [one for report in reports for one in (*report.disagreements, *report.known_errors)]
        write_rows(COLUMNS, _rows(found), form)


def _print_notes(report: AuditReport) -> None:
    click.echo(f"compared {counted(len(report.recordings), 'recording')} with {report.against}", err=True)
    for names, where in (
        (report.only_in_catalog, "only in the catalog"),
        (report.only_in_other, f"only in {report.against}"),
    ):
        for name in names:
            click.echo(f"not compared: {name} is {where}", err=True)
    for note in report.notes:
        click.echo(f"note: {note}", err=True)


def _print_tables(report: AuditReport) -> None:
    columns = ("check", "compared", "agree", "known", "differ")
    counts = [(one.name, one.compared, one.agree, one.known, one.differ) for one in report.checks]
    write_rows(columns, counts, "table")
    if report.start_deviations:
        click.echo("\nsegment starts, by how many frames they are later in the catalog")
        write_rows(("frames", "starts"), list(report.start_deviations.items()), "table")
    for title, found in (
        ("explained by known errors of the published files", report.known_errors),
        ("disagreements", report.disagreements),
    ):
        click.echo(f"\n{title}" + ("" if found else ": none"))
        if found:
            write_rows(("check", "kind", "count", "recording", "trial", "message"), _short(found), "table")
    click.echo()


def _short(found: Sequence[Disagreement]) -> list[tuple[object, ...]]:
    return [(one.check, one.kind, one.count, one.recording, one.trial, one.message) for one in found]


def _rows(found: Sequence[Disagreement]) -> list[list[object]]:
    return [[getattr(one, column) for column in COLUMNS] for one in found]
