"""What the migrations make is what the models say, to the last constraint and its name."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from catalog import migrate
from catalog.database import connect
from catalog.errors import SchemaError
from catalog.models import Base
from tests.conftest import MakeDatabase

CONTRACT = {
    "recordings": "id name animal_id session scan_idx sampling_freq samples_per_trial n_trials n_neurons "
    "dataset_url data_url",
    "trials": "id recording_id trial trial_type video_id valid_frames valid_trial valid_frames_video "
    "valid_frames_response valid_frames_pupil valid_frames_gaze valid_frames_locomotion valid_video valid_response "
    "valid_pupil valid_gaze valid_locomotion",
    "videos": "id label valid_frames sampling_freq n_segments",
    "video_aliases": "alias video_id source",
    "video_segments": "video_id segment_index frame_start frame_end bad_properties segment_id",
    "segments": "id label valid_frames sampling_freq",
    "segment_aliases": "alias segment_id source",
    "trial_segments": "trial_id segment_index frame_start frame_end duration transition_start transition_end "
    "max_change is_static intensity_range margin_left margin_right margin_top margin_bottom background_color "
    "background_proportion is_uniform bad_properties",
    "neurons": "recording_id unit_id row coord_x coord_y coord_z mean_activation std_activation min_activation "
    "max_activation",
    "array_files": "trial_id signal path bytes digest dtype shape",
    "ingest_runs": "",
    "ingest_problems": "",
    "trial_overview": "recording trial label trial_type video_id valid_frames valid_trial",
    "segment_overview": "segment_id segment_label video_id video_label recording trial segment_index "
    "frame_start frame_end",
}
"""The public names: users' SQL depends on them."""


def _reflected(engine: Engine) -> dict[str, dict[str, Any]]:
    inspector = sa.inspect(engine)
    return {
        name: {
            "columns": {
                column["name"]: (repr(column["type"]), column["nullable"], column["default"])
                for column in inspector.get_columns(name)
            },
            "primary key": inspector.get_pk_constraint(name),
            "foreign keys": sorted(inspector.get_foreign_keys(name), key=repr),
            "unique": sorted(inspector.get_unique_constraints(name), key=repr),
            "checks": {check["name"]: check["sqltext"] for check in inspector.get_check_constraints(name)},
            "indexes": sorted(inspector.get_indexes(name), key=repr),
        }
        for name in inspector.get_table_names()
        if name != "alembic_version"
    }


def test_migrations_make_what_the_models_say(backend: str, make_database: MakeDatabase) -> None:
    migrated = connect(make_database(backend), pooled=False)
    created = connect(make_database(backend, migrated=False), create=True, pooled=False)
    with created.begin() as connection:
        Base.metadata.create_all(connection)
    of_migrations, of_models = _reflected(migrated), _reflected(created)
    assert of_migrations.keys() == of_models.keys() == Base.metadata.tables.keys()
    for table, parts in of_models.items():
        for part, content in parts.items():
            assert of_migrations[table][part] == content, f"{part} of {table}"
    assert migrate.differences(migrated) == []


def test_every_constraint_has_its_name_by_convention(database: str) -> None:
    for table, parts in _reflected(connect(database, pooled=False)).items():
        names = {
            "pk": [parts["primary key"]["name"]],
            "fk": [key["name"] for key in parts["foreign keys"]],
            "uq": [unique["name"] for unique in parts["unique"]],
            "ck": list(parts["checks"]),
            "ix": [index["name"] for index in parts["indexes"] if not index.get("duplicates_constraint")],
        }
        for kind, found in names.items():
            for name in found:
                assert re.fullmatch(rf"{kind}_{table}(_\w+)?", str(name)), f"{name} of {table}"
                assert len(str(name)) < 64, "PostgreSQL would cut it"


def test_the_public_names_are_there(database: str) -> None:
    inspector = sa.inspect(connect(database, pooled=False))
    for name, columns in CONTRACT.items():
        assert set(columns.split()) <= {column["name"] for column in inspector.get_columns(name)}, name


CHANGES = {
    "a missing index": "DROP INDEX ix_trials_video_id",
    "another column": "ALTER TABLE trials ADD COLUMN remark TEXT",
    "a missing column": "ALTER TABLE neurons DROP COLUMN coord_z",
    "a missing view": "DROP VIEW segment_overview",
    "a missing table": "DROP TABLE array_files",
}
CHANGES_OF_POSTGRESQL = {
    "a missing check": "ALTER TABLE trials DROP CONSTRAINT ck_trials_trial_not_negative",
    "a missing foreign key": "ALTER TABLE trials DROP CONSTRAINT fk_trials_video_id_videos",
    "a missing unique": "ALTER TABLE recordings DROP CONSTRAINT uq_recordings_name",
    "NULL allowed": "ALTER TABLE trials ALTER COLUMN trial DROP NOT NULL",
    "another type": "ALTER TABLE segments ALTER COLUMN sampling_freq TYPE INTEGER",
}


@pytest.mark.parametrize("change", CHANGES)
def test_check_sees(database: str, change: str) -> None:
    _assert_seen(database, CHANGES[change])


@pytest.mark.parametrize("change", CHANGES_OF_POSTGRESQL)
def test_check_sees_what_only_postgresql_can_change(make_database: MakeDatabase, change: str) -> None:
    _assert_seen(make_database("postgresql"), CHANGES_OF_POSTGRESQL[change])


def _assert_seen(database: str, statement: str) -> None:
    engine = connect(database, pooled=False)
    migrate.check(engine)
    with engine.begin() as connection:
        connection.execute(sa.text(statement))
    with pytest.raises(SchemaError, match="does not have the schema of"):
        migrate.check(engine)


def test_other_tables_in_the_same_place_are_left_alone(database: str) -> None:
    engine = connect(database, pooled=False)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE of_the_lab (id INTEGER)"))
    migrate.check(engine)


INVARIANTS = {
    "a trial of no recording": "INSERT INTO neurons (recording_id, \"row\") VALUES (99, 0)",
    "an unknown tier of source": "INSERT INTO recordings (name, source) VALUES ('x', 'hearsay')",
    "a name that is empty": "INSERT INTO recordings (name, source) VALUES ('', 'raw')",
    "a name twice": "INSERT INTO recordings (name, source) VALUES ('twice', 'raw'), ('twice', 'raw')",
    "no name": "INSERT INTO recordings (source) VALUES ('raw')",
    "a negative count": "INSERT INTO videos (id, label, n_segments, source) VALUES ('v', 'x', -1, 'raw')",
    "an alias of nothing": "INSERT INTO video_aliases (alias, video_id, source) VALUES ('a', 'v', 'published')",
    "an unknown severity": "INSERT INTO ingest_problems (run_id, severity, kind, topic, message, action) "
    "VALUES (1, 'fatal', 'k', 't', 'm', 'a')",
}  # fmt: skip


@pytest.mark.parametrize("invariant", INVARIANTS)
def test_the_database_refuses(database: str, invariant: str) -> None:
    engine = connect(database, pooled=False)
    with engine.connect() as connection, pytest.raises(sa.exc.IntegrityError):
        connection.execute(sa.text(INVARIANTS[invariant]))
