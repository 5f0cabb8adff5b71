"""`catalog recordings | trials | videos | segments | neurons`: one listing each, with the same options."""

from __future__ import annotations

import click

from catalog.cli.numbers import AtLeast
from catalog.cli.output import format_option, write_rows
from catalog.fields import FIELDS

EXAMPLES = {
    "recordings": ("animal_id=29513", "n_trials>=700", "name~29513", "scan_idx=3,5", "session!=3", "data_url=null"),
    "trials": (
        *("label=Gabor", "valid_frames>=300", "recording~29513", "label=Gabor,RandomDots", "trial_type!=train"),
        "video_id=null",
    ),
    "videos": (
        *("label=Gabor", "valid_frames>=300", "recording~29513", "label=Gabor,RandomDots", "trial_type!=train"),
        "label=null",
    ),
    "segments": (
        *("label=Gabor", "valid_frames<30", "recording~29513", "label=Gabor,RandomDots", "label!=Background"),
        "sampling_freq=null",
    ),
    "neurons": (
        *("coord_z=200", "mean_activation>=1.5", "recording~29513", "coord_z=200,225", "animal_id!=29513"),
        "unit_id=null",
    ),
}
"""Conditions that a listing can be given: equality, order, a part, any of a list, inequality, a missing value."""
ABOUT = {
    "recordings": "List recordings: animal, counts, where they were published.",
    "trials": "List trials: what was shown, in which tier, and which signals are valid.",
    "videos": "List unique videos.",
    "segments": "List unique segments of parametric videos.",
    "neurons": "List neurons: unit, position in µm, activity.",
}
SHOWN_HELP = {
    "videos": "Conditions on recording, trial and trial_type mean: shown in such a trial.",
    "segments": "Conditions on recording, trial, trial_type and video_id mean: shown in such a trial or video.",
}


class _Listing(click.Command):
    """A listing, whose help names its fields."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, then the fields."""
        super().format_options(ctx, formatter)
        fields = FIELDS[str(self.name)]
        kinds = (("printed", fields.columns), ("on request", fields.more), ("only in --where", fields.shown))
        with formatter.section("Fields"):
            formatter.write_dl([(kind, ", ".join(names)) for kind, names in kinds if names])


def where_help(name: str) -> str:
    """Return what `--where` takes, in examples that this listing understands."""
    equal, ordered, part, any_of, unequal, missing = EXAMPLES[name]
    return (
        f'A condition such as "{equal}", "{ordered}", "{part}" (contains), "{any_of}" (any of), "{unequal}", '
        f'"{missing}". May be given several times: all must hold.'
    )


def _listing(name: str) -> click.Command:
    @click.command(
        name, cls=_Listing, short_help=ABOUT[name], help="\n\n".join(filter(None, (ABOUT[name], SHOWN_HELP.get(name))))
    )
    @click.option("--where", "where", multiple=True, metavar="CONDITION", help=where_help(name))
    @click.option(
        "--columns",
        metavar="NAMES",
        help="The columns to print, separated by commas; by default all, or those that a terminal has room for.",
    )
    @click.option("--by", metavar="NAMES", help="Count instead: how many for each combination of these columns.")
    @click.option("--order-by", metavar="NAMES", help="Sort by these columns; -NAME counts down.")
    @click.option("--limit", type=AtLeast(0), help="At most so many rows; all of them unless given.")
    @format_option
    @click.pass_obj
    def listing(
        db: str,
        where: tuple[str, ...],
        columns: str | None,
        by: str | None,
        order_by: str | None,
        limit: int | None,
        form: str,
    ) -> None:
        from catalog.catalog import Catalog
        from catalog.hints import unmet
        from catalog.where import parse_where

        if by and (columns or order_by):
            raise click.UsageError("--by counts; it goes without --columns and --order-by")
        with Catalog(db, read_only=True) as cat:
            query = getattr(cat, name)
            conditions = parse_where(query.entity, where)
            for filters in conditions:
                query = query.filter(**filters)
            if by:
                fields, rows = query.counts(_names(by))
                rows = rows[:limit]
            else:
                if order_by:
                    query = query.order_by(*_names(order_by))
                fields = _names(columns) if columns else query.fields
                rows = query.limit(limit).rows(fields)
            write_rows(fields, rows, form, fitted=not (by or columns), hint="Choose some with --columns; ")
            if not rows and limit != 0:
                for sentence in unmet(query, conditions):
                    click.echo(sentence, err=True)

    return listing


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


LISTINGS = tuple(_listing(name) for name in ABOUT)
