"""Alembic's entry point: `catalog db upgrade` hands over its connection, `alembic upgrade head` makes one here."""

import os

from alembic import context

from catalog.database import connect
from catalog.migrate import migrating
from catalog.models import Base


def run(connection):
    """Run the migrations inside the caller's transaction."""
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    context.run_migrations()


def main():
    """Use the connection that was handed over; else the database of CATALOG_DB, else that of alembic.ini."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        run(connection)
        return
    database = os.environ.get("CATALOG_DB") or context.config.get_main_option("sqlalchemy.url")
    with migrating(connect(database, create=True)) as connection:
        run(connection)


if context.is_offline_mode():
    raise SystemExit("migrations need a database to run on: leave --sql away")
main()
