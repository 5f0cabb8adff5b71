"""`catalog db`: the schema of the database."""

from __future__ import annotations

import click


@click.group(short_help="The database's schema: upgrade, current, check.")
def db() -> None:
    """Look after the schema of the database."""


@db.command(short_help="Bring the schema up to this version's.")
@click.pass_obj
def upgrade(db: str) -> None:
    """Bring the schema of an existing catalog up to this version's; rows stay. All or nothing."""
    from catalog.database import connect, display_name, schema_revision
    from catalog.migrate import upgrade as run
    from catalog.models import SCHEMA_REVISION

    engine = connect(db, pooled=False)
    before = schema_revision(engine)
    run(engine)
    told = (
        f"up to date already ({before})" if before == SCHEMA_REVISION else f"{before or 'empty'} -> {SCHEMA_REVISION}"
    )
    click.echo(f"{display_name(db)}: {told}", err=True)


@db.command(short_help="Print the schema's revision.")
@click.pass_obj
def current(db: str) -> None:
    """Print the revision of the database's schema."""
    from catalog.database import connect, schema_revision

    click.echo(schema_revision(connect(db, pooled=False)) or "empty")


@db.command(short_help="Compare the schema with this version's, to the last constraint.")
@click.pass_obj
def check(db: str) -> None:
    """Compare the database's schema with this version's, to the last constraint; exit code 2 if they differ."""
    from catalog.database import connect, display_name
    from catalog.migrate import check as run

    run(connect(db, pooled=False))
    click.echo(f"{display_name(db)}: the schema is this version's", err=True)
