"""Folders and databases that an import refuses: it says why, and nothing is changed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from catalog.database import connect
from catalog.errors import DatabaseError, InputError, NotACatalogError, SchemaError
from ingest.importing import import_metadata
from tests.importing.builder import FIRST, PublishedFolder
from tests.importing.meddling import execute
from tests.importing.reading import dump, query


def _tables(database: str) -> list[str]:
    engine = connect(database, create=True, pooled=False)
    with engine.connect() as connection:
        return sorted(sa.inspect(connection).get_table_names())


def _empty(folder: PublishedFolder) -> Path:
    shutil.rmtree(folder.root)
    folder.root.mkdir()
    return folder.root


def _no_folder(folder: PublishedFolder) -> Path:
    return folder.root / "nowhere"


def _a_file(folder: PublishedFolder) -> Path:
    return folder.basic()


def _too_high(folder: PublishedFolder) -> Path:
    return folder.root.parent


def _a_recording(folder: PublishedFolder) -> Path:
    return folder.root / FIRST


def _global_folder(folder: PublishedFolder) -> Path:
    return folder.root / "global_meta"


def _raw_arrays(folder: PublishedFolder) -> Path:
    root = folder.root / "raw"
    (root / FIRST / "data" / "videos").mkdir(parents=True)
    return root


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (_empty, "holds no published metadata: expected the folder global_meta/"),
        (_no_folder, "nowhere does not exist"),
        (_a_file, "is no folder"),
        (_too_high, "give the folder {root}"),
        (_a_recording, "give the folder that holds it: {root}"),
        (_global_folder, "give the folder that holds it: {root}"),
        (_raw_arrays, "`catalog ingest"),
    ],
)
def test_a_folder_that_is_no_metadata(new_database: str, folder: PublishedFolder, make: Any, says: str) -> None:
    place = make(folder)
    with pytest.raises(InputError) as error:
        import_metadata(new_database, place)
    assert says.format(root=folder.root) in str(error.value)
    if "://" in new_database:
        assert _tables(new_database) == []
    else:
        assert not Path(new_database).exists()


def test_a_recording_that_is_not_there(database: str, folder: PublishedFolder) -> None:
    before = dump(database)
    with pytest.raises(InputError, match=f"no metadata of a recording '{FIRST[:-1]}'.*Did you mean '{FIRST}'"):
        import_metadata(database, folder.root, recordings=[FIRST[:-1]])
    assert dump(database) == before


def test_a_database_of_something_else(new_database: str, folder: PublishedFolder) -> None:
    execute(new_database, "CREATE TABLE guests (name TEXT)")
    with pytest.raises(NotACatalogError, match="guests"):
        import_metadata(new_database, folder.root)
    assert _tables(new_database) == ["guests"]


def test_a_file_that_is_no_database(tmp_path: Path, folder: PublishedFolder) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are notes, and have been for many years. " * 40)
    before = path.read_bytes()
    with pytest.raises(NotACatalogError):
        import_metadata(path, folder.root)
    assert path.read_bytes() == before


def test_a_catalog_of_another_version(database: str, folder: PublishedFolder) -> None:
    execute(database, "UPDATE alembic_version SET version_num = '0001_tables'")
    with pytest.raises(SchemaError, match="db upgrade"):
        import_metadata(database, folder.root)
    assert query(database, "SELECT * FROM ingest_runs") == []


def test_a_place_that_does_not_exist(tmp_path: Path, folder: PublishedFolder) -> None:
    with pytest.raises(DatabaseError, match="does not exist"):
        import_metadata(tmp_path / "nowhere" / "catalog.db", folder.root)
    assert not (tmp_path / "nowhere").exists()
