"""Several questions to one state of the catalog."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from catalog.database import steady


@contextmanager
def one_state(session: Session) -> Iterator[Connection]:
    """Yield a connection all of whose questions see one state of the catalog, whoever writes meanwhile."""
    bind = session.get_bind()
    if not isinstance(bind, Engine):
        yield session.connection()
        return
    # A session of its own connection may see what others commit between two questions; this one does not.
    with bind.connect() as connection:
        yield steady(connection)
