"""Several questions to one state of the catalog."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from catalog.database import is_steady, steady


@contextmanager
def one_state(session: Session) -> Iterator[Connection]:
    """Yield a connection all of whose questions see one state of the catalog, whoever writes meanwhile.

    It is the state that the session sees, if that sees only one: the session of `Catalog.snapshot()`, say.
    """
    bind = session.get_bind()
    if not isinstance(bind, Engine) or is_steady(bind):
        yield session.connection()
        return
    # A session of its own connection may see what others commit between two questions; this one does not.
    with bind.connect() as connection:
        yield steady(connection)
