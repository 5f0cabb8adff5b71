"""An export shows one moment of the catalog, and never costs the catalog itself."""

import shutil

import pytest
import sqlalchemy as sa

from catalog import Catalog, CatalogError, Recording
from catalog.database import connect
from catalog.exports.exporting import export_catalog
from catalog.exports.target import MARKER
from catalog.models import RecordingRoot
from ingest.importing import import_metadata
from tests.importing.builder import PublishedFolder


@pytest.fixture
def cat(database, tmp_path):
    import_metadata(database, PublishedFolder(tmp_path / "metadata").write().root)
    with Catalog(database) as catalog:
        yield catalog


def test_a_snapshot_does_not_see_what_is_written_meanwhile(cat, database, backend):
    count = sa.select(sa.func.count()).select_from(Recording)
    with cat.snapshot() as session:
        before = session.scalar(count)
        if backend == "sqlite":
            # The transaction itself keeps others from writing; waiting for that would only take long.
            assert session.connection().connection.driver_connection.in_transaction
            return
        other = connect(database)
        with other.begin() as connection:
            connection.execute(sa.insert(Recording).values(name="new", source="raw"))
        other.dispose()
        assert session.scalar(count) == before
    with cat.snapshot() as session:
        assert session.scalar(count) == before + 1


def test_the_catalogs_own_folder_is_not_replaced(cat, backend, tmp_path):
    if backend == "postgresql":
        pytest.skip("a server keeps its files elsewhere")
    folder = tmp_path / "kept"
    folder.mkdir()
    copy = folder / "catalog.db"
    shutil.copy(str(cat.engine.url.database), copy)
    (folder / MARKER).touch()
    with Catalog(copy, read_only=True) as catalog, pytest.raises(CatalogError, match=r"it holds .*catalog\.db"):
        export_catalog(catalog, folder, "published", force=True)
    assert copy.exists()


def test_raw_arrays_are_not_replaced(cat, tmp_path):
    folder = tmp_path / "data"
    (folder / "recording").mkdir(parents=True)
    (folder / MARKER).touch()
    owner = cat.recordings.first()
    with cat.session() as session, session.begin():
        session.add(RecordingRoot(recording_id=owner.id, path=str(folder / "recording")))
    with pytest.raises(CatalogError, match=r"data is not replaced: it holds .*recording"):
        export_catalog(cat, folder, "published", force=True)
    assert (folder / "recording").is_dir()


def test_unknown_formats_name_the_nearest(cat, tmp_path):
    with pytest.raises(CatalogError, match="'parquet'"):
        export_catalog(cat, tmp_path / "out", "parket")
    assert not (tmp_path / "out").exists()


def test_the_published_layout_tells_both_licences(cat, tmp_path):
    export_catalog(cat, tmp_path / "out", "published")
    told = (tmp_path / "out" / "README.md").read_text()
    assert "CC0-1.0" in told
    assert "arrays" in told
