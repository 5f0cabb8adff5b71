"""Migrations from code: Alembic with our connection, all or nothing, on databases that hold data."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from catalog.database import display_name, require_current_schema, schema_revision
from catalog.errors import DatabaseError, SchemaError
from catalog.faults import unusable
from catalog.models.base import SCHEMA_REVISION, Base
from catalog.writing import take_turn

VIEWS = ("trial_overview", "segment_overview")


def scripts_folder() -> Path:
    """Return the folder of the migrations: inside the package when installed, beside it in a checkout."""
    package = Path(__file__).parent
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parent / "migrations"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(scripts_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def migrating(engine: Engine) -> Iterator[Connection]:
    """Yield a connection for schema changes: one transaction, foreign keys checked before it is committed.

    SQLite rebuilds tables to change them, and dropping the old table would delete the rows that refer to it; so its
    foreign keys are off meanwhile, which is only possible outside a transaction.
    """
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect().execution_options(catalog_writes=True) as connection:
        if sqlite:
            driver_connection: Any = connection.connection.driver_connection
            driver_connection.execute("PRAGMA foreign_keys = OFF")
            # Without it, a rebuilt table cannot take its name back while a view asks for that name.
            driver_connection.execute("PRAGMA legacy_alter_table = ON")
        try:
            with connection.begin():
                # Two that find the same database empty make one catalog of it, one after the other.
                take_turn(connection)
                yield connection
                if sqlite:
                    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(3)
                    if broken:
                        raise DatabaseError(f"the migration would leave rows without their parents: {broken}")
        finally:
            if sqlite:
                driver_connection.execute("PRAGMA legacy_alter_table = OFF")
                driver_connection.execute("PRAGMA foreign_keys = ON")


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the schema up to `revision`; an empty database becomes an empty catalog.

    Raises
    ------
    NotACatalogError, SchemaError, DatabaseError
        The database holds something else, is newer than this package, or cannot be written.
    """
    found = schema_revision(engine)
    if found is not None and found > SCHEMA_REVISION:
        require_current_schema(engine)
    _run(engine, command.upgrade, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the schema down to `revision`; what later revisions added is lost."""
    _run(engine, command.downgrade, revision)


def _run(engine: Engine, step: Any, revision: str) -> None:
    try:
        with migrating(engine) as connection:
            step(_config(connection), revision)
    except DBAPIError as error:
        raise unusable(error, display_name(engine.url)) from error
    except CommandError as error:
        raise SchemaError(f"{display_name(engine.url)} cannot be migrated to {revision!r}: {error}") from error


def differences(engine: Engine) -> list[str]:
    """Return how the database's schema differs from the models; an empty list when it does not."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={"compare_type": True, "compare_server_default": True, "include_object": _is_ours},
        )
        found = [_sentence(difference) for difference in compare_metadata(context, Base.metadata)]
        found += _check_differences(connection)
        views = sa.inspect(connection).get_view_names()
        found += [f"there is no view {name}" for name in VIEWS if name not in views]
    return found


def check(engine: Engine) -> None:
    """Raise unless the schema is this version's, to the last constraint.

    Raises
    ------
    SchemaError
        With each difference.
    """
    require_current_schema(engine)
    found = differences(engine)
    if found:
        raise SchemaError(
            f"{display_name(engine.url)} does not have the schema of {SCHEMA_REVISION}: " + "; ".join(found)
        )


def _is_ours(_object: Any, name: str | None, kind: str, reflected: bool, _compare_to: Any) -> bool:
    # Other tables that a lab keeps in the same PostgreSQL schema are not our business.
    return not (kind == "table" and reflected and name not in Base.metadata.tables)


def _sentence(difference: Any) -> str:
    kind, *rest = difference if isinstance(difference, tuple) else difference[0]
    names = [str(name) for name in (getattr(item, "name", item) for item in rest) if isinstance(name, str)]
    return f"{kind} {'.'.join(names)}"


def _check_differences(connection: Connection) -> list[str]:
    """Compare the names of CHECK constraints, which Alembic's comparison passes over."""
    inspector = sa.inspect(connection)
    found = []
    for table in Base.metadata.sorted_tables:
        if not inspector.has_table(table.name):
            continue
        there = {check["name"] for check in inspector.get_check_constraints(table.name)}
        ours = {str(constraint.name) for constraint in table.constraints if isinstance(constraint, sa.CheckConstraint)}
        found += [f"{table.name} lacks the check {name}" for name in sorted(ours - there)]
    return found
