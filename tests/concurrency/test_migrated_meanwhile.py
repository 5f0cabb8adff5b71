"""A catalog that is migrated while others work on it: they stop, and write nothing to tables they do not know."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from catalog import Catalog, migrate
from catalog.database import connect
from catalog.errors import DatabaseError, StoppedError
from catalog.upkeep import relocate, remove
from ingest.ingesting import ingest_recordings
from ingest.planning import plan
from tests.concurrency.moments import At
from tests.concurrency.wholeness import CONTINUES, names_in, require_rest, require_whole, statuses
from tests.importing.reading import dump
from tests.ingesting.rows import Tables
from tests.ingesting.worlds import World

REVISIONS = [script.revision for script in ScriptDirectory(str(migrate.scripts_folder())).walk_revisions()]
"""Newest first."""


def set_revision(database: str, revision: str) -> None:
    with connect(database, pooled=False).begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


MIGRATIONS: dict[str, tuple[Callable[[str], object], str, Callable[[str], object]]] = {
    "down": (
        lambda database: migrate.downgrade(connect(database, pooled=False), REVISIONS[1]),
        "was made by an older version of sensorium-catalog .* bring it up to date with `catalog --db .* db upgrade`",
        lambda database: migrate.upgrade(connect(database, pooled=False)),
    ),
    "up": (
        lambda database: set_revision(database, "9999_later"),
        "was made by a newer version .* get that version with `pip install --upgrade sensorium-catalog`",
        lambda database: set_revision(database, REVISIONS[0]),
    ),
    "all the way down": (
        lambda database: migrate.downgrade(connect(database, pooled=False), "base"),
        "`catalog --db .* db upgrade`",
        lambda database: migrate.upgrade(connect(database, pooled=False)),
    ),
}


@pytest.mark.parametrize("way", list(MIGRATIONS))
@pytest.mark.parametrize("moment", [3, 4])
def test_a_catalog_that_is_migrated_meanwhile(
    films: World, database: str, expected: Tables, way: str, moment: int
) -> None:
    """When the first or the second trial of the second recording was read."""
    change, message, back = MIGRATIONS[way]
    first = str(plan(database, films.folder)[1][0][0])
    with pytest.raises(StoppedError, match=message) as raised:
        ingest_recordings(database, films.folder, workers=1, progress=At(moment, lambda: change(database)))
    assert CONTINUES in str(raised.value)
    back(database)
    if way == "all the way down":
        assert names_in(database) == []
    else:
        assert names_in(database) == [first]
        require_whole(database, films, expected)
        assert statuses(database) == ["running"], "not even that is written to a catalog of another schema"
    require_rest(database, films, expected)


def test_commands_notice_it_too(films: World, database: str) -> None:
    ingest_recordings(database, films.folder, workers=1)
    with Catalog(database) as cat:
        set_revision(database, "9999_later")
        before = dump(database)
        for write in (lambda: cat.select("all"), lambda: cat.remove_selection("all")):
            if "://" not in database:
                with pytest.raises(DatabaseError, match="newer version"):
                    write()
        with pytest.raises(DatabaseError, match="newer version"):
            remove(cat, films.names[0])
        with pytest.raises(DatabaseError, match="newer version"):
            relocate(cat, films.folder, films.folder.parent, force=True)
    assert dump(database) == before
