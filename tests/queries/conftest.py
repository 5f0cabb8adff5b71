"""The small world in a database of each kind, and a count of the statements that a question costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
import sqlalchemy as sa

from catalog import Catalog
from catalog.database import connect
from tests.conftest import BACKENDS, MakeDatabase
from tests.queries.world import WORLD


@pytest.fixture(scope="module")
def catalogs(make_lasting_database: MakeDatabase) -> Iterator[dict[str, Catalog]]:
    """The world in a catalog of each kind; tests must not write there."""
    opened = {}
    for backend in BACKENDS:
        database = make_lasting_database(backend)
        WORLD.fill(connect(database, pooled=False))
        opened[backend] = Catalog(database)
    yield opened
    for catalog in opened.values():
        catalog.close()


@pytest.fixture
def cat(backend: str, catalogs: dict[str, Catalog]) -> Catalog:
    """The world in a catalog; tests must not write there."""
    return catalogs[backend]


@pytest.fixture
def own_database(database: str) -> str:
    """The path or URL of a database with the world in it, for one test to write to."""
    WORLD.fill(connect(database, pooled=False))
    return database


CountStatements = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture
def statements(cat: Catalog) -> CountStatements:
    """A context that lists the statements sent to the database inside it."""

    @contextmanager
    def listen() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            sent.append(statement)

        sa.event.listen(cat.engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            sa.event.remove(cat.engine, "before_cursor_execute", note)

    return listen
