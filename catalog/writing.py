"""The transaction in which rows are written: one writer at a time, and the next one waits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

LOCK_KEY = 0x5E_45_04_1A
"""Any number, so long as every writer of every catalog takes the same one."""


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in a transaction that no other writer shares: the next one waits for its end."""
    with engine.connect().execution_options(catalog_writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK_KEY)))
        yield connection
