"""Several questions to one state of the catalog."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session


@contextmanager
def one_state(session: Session) -> Iterator[Connection]:
    """Yield a connection all of whose questions see one state of the catalog, whoever writes meanwhile."""
    bind = session.get_bind()
    if not isinstance(bind, Engine):
        yield session.connection()
        return
    begin = "BEGIN" if bind.dialect.name == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
    with bind.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(begin)
        try:
            yield connection
        finally:
            connection.exec_driver_sql("ROLLBACK")
