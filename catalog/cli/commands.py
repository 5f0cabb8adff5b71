"""Every command, in the order in which a newcomer needs them."""

from __future__ import annotations

import click

from catalog.cli.audit import audit
from catalog.cli.db import db
from catalog.cli.demo import demo
from catalog.cli.export import export
from catalog.cli.fill import import_, ingest
from catalog.cli.info import info
from catalog.cli.leakage import leakage
from catalog.cli.listings import LISTINGS
from catalog.cli.pictures import sheet
from catalog.cli.problems import problems
from catalog.cli.relocate import relocate
from catalog.cli.remove import remove
from catalog.cli.runs import diff, runs
from catalog.cli.select import replay, select
from catalog.cli.show import show
from catalog.cli.simulate import simulate
from catalog.cli.snapshot import snapshot
from catalog.cli.sql import sql
from catalog.cli.verify import verify

ALL: tuple[click.Command, ...] = (
    demo,
    simulate,
    ingest,
    import_,
    info,
    *LISTINGS,
    show,
    sheet,
    sql,
    problems,
    select,
    replay,
    export,
    audit,
    leakage,
    verify,
    relocate,
    remove,
    snapshot,
    runs,
    diff,
    db,
)
