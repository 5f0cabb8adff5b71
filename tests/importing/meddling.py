"""Statements that change a database past the importer: for tests of what an import then does."""

from __future__ import annotations

import sqlalchemy as sa

from catalog.database import connect


def execute(database: str, *statements: str) -> None:
    engine = connect(database, create=True, pooled=False)
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
