"""Each step, up and down, on databases that hold rows; all of a step or nothing of it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from catalog import Catalog, migrate, waiting
from catalog.database import connect, schema_revision
from catalog.errors import CatalogError, DatabaseError, SchemaError
from catalog.models import SCHEMA_REVISION
from catalog.writing import writing
from tests.migrations.conftest import AddStep, contents, schema

REVISIONS = [script.revision for script in ScriptDirectory(str(migrate.scripts_folder())).walk_revisions()]
"""Newest first."""


def test_the_newest_revision_is_the_one_that_opening_expects() -> None:
    assert REVISIONS[0] == SCHEMA_REVISION
    assert sorted(REVISIONS, reverse=True) == REVISIONS, "names must read in order"


@pytest.mark.parametrize("revision", [*REVISIONS, "base"])
def test_rows_survive_the_way_down_and_up(populated: Engine, revision: str) -> None:
    before = contents(populated)
    assert all(before[name] for name in ("trials", "videos", "segments", "neurons", "video_segments", "trial_segments"))
    migrate.downgrade(populated, revision)
    assert schema_revision(populated) == (None if revision == "base" else revision)
    below = contents(populated)
    if revision != "base":
        assert below == {name: before[name] for name in below}
    migrate.upgrade(populated)
    assert schema_revision(populated) == SCHEMA_REVISION
    assert migrate.differences(populated) == []
    assert contents(populated) == {name: below.get(name, []) for name in before}


def test_each_step_can_be_taken_alone(new_database: str) -> None:
    engine = connect(new_database, create=True, pooled=False)
    schemas = {}
    for revision in reversed(REVISIONS):
        migrate.upgrade(engine, revision)
        assert schema_revision(engine) == revision
        schemas[revision] = schema(engine)
    for revision in REVISIONS[1:]:
        migrate.downgrade(engine, revision)
        assert schema(engine) == schemas[revision]
    migrate.downgrade(engine, "base")
    assert set(schema(engine)) - {"table alembic_version", "index sqlite_autoindex_alembic_version_1"} <= {
        "alembic_version"
    }


def test_upgrading_again_changes_nothing(populated: Engine) -> None:
    before = contents(populated), schema(populated)
    migrate.upgrade(populated)
    assert (contents(populated), schema(populated)) == before


def test_what_is_wrong_with_entries_of_a_data_folder_gets_a_topic_of_its_own(populated: Engine) -> None:
    insert = (
        "INSERT INTO ingest_problems (run_id, severity, kind, topic, message, action) "
        "SELECT min(id), 'error', :kind, 'ingest', 'm', 'a' FROM ingest_runs"
    )
    kinds = ("bad_file", "no_trials", "unreadable_recording")
    query = sa.text("SELECT kind, topic FROM ingest_problems WHERE message = 'm' ORDER BY id")
    migrate.downgrade(populated, "0006_digest_algorithms")
    with populated.begin() as connection:
        connection.execute(sa.text(insert), [{"kind": kind} for kind in kinds])
    migrate.upgrade(populated, "0007_problems_of_folders")
    with populated.connect() as connection:
        found = [tuple(row) for row in connection.execute(query)]
    assert found == list(zip(kinds, ("ingest", "folder", "folder"), strict=True))
    migrate.downgrade(populated, "0006_digest_algorithms")
    with populated.connect() as connection:
        assert {topic for _, topic in connection.execute(query)} == {"ingest"}


REBUILD = """
for table in ("recordings", "videos", "segments", "trials", "ingest_runs"):
    with op.batch_alter_table(table, recreate="always" if op.get_bind().dialect.name == "sqlite" else "auto") as batch:
        batch.add_column(sa.Column("remark", sa.Text()))
"""
REBUILD_BACK = REBUILD.replace('batch.add_column(sa.Column("remark", sa.Text()))', 'batch.drop_column("remark")')


def test_rebuilding_a_table_deletes_no_children(populated: Engine, add_step: AddStep) -> None:
    add_step(REBUILD, REBUILD_BACK)
    before = contents(populated)
    migrate.upgrade(populated)
    assert schema_revision(populated) == "0999_more"
    assert contents(populated) == before
    with populated.begin() as connection:
        assert connection.scalar(sa.text("SELECT COUNT(*) FROM segment_overview")) > 0
        connection.execute(sa.text("UPDATE recordings SET remark = 'x'"))
    migrate.downgrade(populated, SCHEMA_REVISION)
    assert contents(populated) == before
    assert migrate.differences(populated) == []


FAILURES = {
    "a statement that fails": "op.execute('INSERT INTO nothing VALUES (1)')",
    "an exception": "raise ValueError('no')",
    "rows without parents": "op.execute(\"UPDATE trials SET video_id = 'v-none'\")",
}


@pytest.mark.parametrize("failure", FAILURES.values(), ids=list(FAILURES))
def test_a_step_that_fails_leaves_the_database_as_it_was(populated: Engine, add_step: AddStep, failure: str) -> None:
    add_step(
        "op.create_table('more', sa.Column('id', sa.Integer(), primary_key=True))\n"
        "op.execute('DROP VIEW trial_overview')\n"
        "op.execute('DELETE FROM trial_segments')\n"
        "with op.batch_alter_table('trials') as batch:\n"
        "    batch.add_column(sa.Column('remark', sa.Text()))\n" + failure
    )
    before = contents(populated), schema(populated)
    with pytest.raises((CatalogError, ValueError)):
        migrate.upgrade(populated)
    assert (contents(populated), schema(populated)) == before
    assert schema_revision(populated) == SCHEMA_REVISION
    with Catalog(populated.url.render_as_string(hide_password=False)) as cat:
        assert cat.trials.count() == len(before[0]["trials"])


def test_a_first_step_that_fails_leaves_an_empty_database(new_database: str, add_step: AddStep) -> None:
    add_step("raise ValueError('no')")
    engine = connect(new_database, create=True, pooled=False)
    with pytest.raises(ValueError, match="no"):
        migrate.upgrade(engine)
    assert schema(engine) == {}


def test_foreign_keys_are_on_again_afterwards(populated: Engine, add_step: AddStep) -> None:
    add_step("raise ValueError('no')")
    pooled = connect(populated.url.render_as_string(hide_password=False))
    with pytest.raises(ValueError, match="no"):
        migrate.upgrade(pooled)
    with pooled.connect() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(sa.text("UPDATE trials SET video_id = 'v-none'"))
    pooled.dispose()


def test_what_cannot_be_migrated_is_told(populated: Engine) -> None:
    with pytest.raises(SchemaError, match="cannot be migrated to 'nonsense'"):
        migrate.upgrade(populated, "nonsense")
    with populated.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001_another'"))
    with pytest.raises(SchemaError, match="0001_another"):
        migrate.upgrade(populated)


def test_a_database_that_is_being_written_is_told(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = connect(database, pooled=False)
    monkeypatch.setattr(waiting, "PATIENCE_SECONDS", 0.1)
    with writing(connect(database, pooled=False)), pytest.raises(DatabaseError, match="is being written by another"):
        migrate.downgrade(engine, REVISIONS[1])
    migrate.downgrade(engine, REVISIONS[1])
    migrate.upgrade(engine)
