"""What a recording looks like without damage, and the database for those with it."""

from __future__ import annotations

import pytest

from ingest.ingesting import ingest_recordings
from tests.conftest import MakeDatabase
from tests.ingesting.damaged.expecting import Undamaged
from tests.ingesting.rows import canonical, trials_of
from tests.ingesting.worlds import World


@pytest.fixture(scope="module")
def sound(lone: World, make_lasting_database: MakeDatabase) -> Undamaged:
    """What the recording looks like without damage."""
    database = make_lasting_database("sqlite")
    ingest_recordings(database, lone.folder, workers=1)
    return Undamaged(lone.names[0], canonical(database), trials_of(database))


@pytest.fixture
def database(make_database: MakeDatabase) -> str:
    """SQLite: what files do wrong is found out before any database is met, and both are compared once for all."""
    return make_database("sqlite")
