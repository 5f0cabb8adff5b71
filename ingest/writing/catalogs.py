"""The catalog that a run writes to: opened, or created where there is none."""

from __future__ import annotations

import os

from sqlalchemy import Engine

from catalog.database import connect, require_current_schema, schema_revision


def open_or_create(database: str | os.PathLike[str]) -> Engine:
    """Return an engine for a catalog of this version's schema; a new or empty database becomes one.

    Raises
    ------
    DatabaseError, NotACatalogError, SchemaError
        The database cannot be opened or written, holds something else, or has another version's schema.
    """
    engine = connect(database, create=True)
    try:
        if schema_revision(engine) is None:
            # Alembic is slow to import, and only needed here.
            from catalog.migrate import upgrade

            upgrade(engine)
        require_current_schema(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine
