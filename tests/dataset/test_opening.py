"""A DataSet finds its catalog, or makes it, or says what is lacking."""

import os
import shutil
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pandas.testing import assert_frame_equal

from catalog import Catalog, DataSet
from catalog.dataset import DataSetError
from catalog.errors import DatabaseError, NotACatalogError
from ingest.importing import import_metadata
from ingest.ingesting import ingest_recordings


@pytest.fixture(autouse=True)
def _nothing_named(monkeypatch, tmp_path):
    monkeypatch.delenv("CATALOG_DB", raising=False)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


@pytest.fixture
def folders(world, tmp_path):
    """A data folder and a metadata folder of this test's own; the arrays share the disk with the world's."""
    root = tmp_path / "project"
    shutil.copytree(world.data, root / "data", copy_function=os.link)
    shutil.copytree(world.metadata, root / "metadata")
    return root


def sources(ds):
    return set(ds.catalog.recordings.values("source"))


def commands(ds):
    with ds.catalog.session() as session:
        from catalog import IngestRun

        return [run.command for run in session.query(IngestRun).order_by(IngestRun.id)]


def test_metadata_alone_is_imported_beside_it(folders, world, open_dataset, caplog):
    ds = open_dataset(folder_metadata=folders / "metadata")
    assert (folders / "catalog.db").is_file()
    assert_frame_equal(ds.trials_df, world.trials)
    assert (sources(ds), ds.recording) == ({"published"}, world.recordings)
    told = f"the catalog {folders / 'catalog.db'}, from {folders / 'metadata'}: imported 2 recordings: "
    assert told in caplog.text
    caplog.clear()
    again = open_dataset(folder_metadata=folders / "metadata")
    assert_frame_equal(again.trials_df, world.trials)
    assert commands(again) == ["import"]
    assert caplog.text == ""


def test_metadata_comes_before_data_which_is_not_read(folders, world, open_dataset, caplog):
    ds = open_dataset(folders / "data", folders / "metadata", verbose=False)
    assert (sources(ds), commands(ds)) == ({"published"}, ["import"])
    assert caplog.text == ""
    row = world.trials.iloc[3]
    assert ds.load_response_by_trial(row.recording, row.trial).get_data().shape == (5, row.valid_frames)


def test_data_alone_is_ingested_and_told_of(folders, world, open_dataset, caplog):
    ds = open_dataset(folders / "data")
    assert (folders / "catalog.db").is_file()
    assert (sources(ds), commands(ds)) == ({"raw"}, ["ingest"])
    size = sum(path.stat().st_size for path in (folders / "data").glob("*/data/*/*.npy"))
    assert f"without metadata, all of their {size / 1e6:.1f} MB is read once" in caplog.text
    assert f"{world.recordings[1]}: " in caplog.text
    assert "(2 of 2)" in caplog.text
    numbers = world.trials[["recording", "label", "trial", "valid_frames"]]
    assert_frame_equal(ds.trials_df[list(numbers.columns)], numbers)
    assert set(ds.trials_df.video_ID) <= set(world.names)
    caplog.clear()
    assert commands(open_dataset(folders / "data")) == ["ingest"]
    assert caplog.text == ""


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system does not tell a process's cores")
def test_no_more_threads_read_than_there_are_cores_for_them(folders, open_dataset, monkeypatch):
    asked = []

    class Recorded(ThreadPoolExecutor):
        def __init__(self, number):
            asked.append(number)
            super().__init__(number)

    monkeypatch.setattr("ingest.making.ThreadPoolExecutor", Recorded)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {2, 5, 7})
    open_dataset(folders / "data", verbose=False)
    assert asked == [3]


def test_only_the_recordings_asked_for_are_ingested(folders, world, open_dataset, caplog):
    ds = open_dataset(folders / "data", recording=world.recordings[1], verbose=False)
    assert "taking 1 recording(s) in" in caplog.text
    assert "ingested 1 recording" not in caplog.text
    assert ds.recording == ds.catalog.recordings.values("name") == [world.recordings[1]]
    both = open_dataset(folders / "data")
    assert both.recording == world.recordings
    assert commands(both) == ["ingest", "ingest"]


def test_a_catalog_that_is_there_is_used(folders, world, open_dataset):
    ingest_recordings(folders / "catalog.db", folders / "data", metadata=folders / "metadata", workers=1)
    ds = open_dataset(folders / "data", folders / "metadata")
    assert (sources(ds), commands(ds)) == ({"raw"}, ["ingest", "import"])
    assert_frame_equal(ds.trials_df, world.trials)
    shutil.rmtree(folders / "metadata")
    shutil.rmtree(folders / "data")
    bare = open_dataset(database=folders / "catalog.db")
    assert_frame_equal(bare.trials_df, world.trials)


def test_places_in_which_it_is_looked_for(folders, world, open_dataset, tmp_path, monkeypatch):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.move(folders / "metadata", elsewhere / "metadata")
    # Beside the metadata first, unless one is there already beside the data, or here.
    first = open_dataset(folders / "data", elsewhere / "metadata")
    assert first.catalog.engine.url.database == str(elsewhere / "catalog.db")
    (elsewhere / "catalog.db").unlink()
    import_metadata("catalog.db", elsewhere / "metadata")
    here = open_dataset(folders / "data", elsewhere / "metadata")
    assert here.catalog.engine.url.database == os.path.abspath("catalog.db")
    monkeypatch.setenv("CATALOG_DB", str(tmp_path / "named.db"))
    named = open_dataset(folders / "data", elsewhere / "metadata")
    assert named.catalog.engine.url.database == str(tmp_path / "named.db")
    given = open_dataset(folders / "data", elsewhere / "metadata", database=tmp_path / "given.db")
    assert given.catalog.engine.url.database == str(tmp_path / "given.db")
    assert_frame_equal(given.trials_df, world.trials)


def test_an_empty_database_becomes_a_catalog(folders, world, open_dataset, new_database):
    ds = open_dataset(folder_metadata=folders / "metadata", database=new_database)
    assert_frame_equal(ds.trials_df, world.trials)


def test_metadata_written_anew_is_imported_again(folders, world, open_dataset, caplog):
    open_dataset(folder_metadata=folders / "metadata")
    name = world.recordings[0]
    table = folders / "metadata" / name / "trials" / f"meta-trials_{name}.csv"
    later = time.time() + 5
    table.write_text(table.read_text().replace(",train,", ",oracle,"))
    os.utime(table, (later, later))
    unchecked = open_dataset(folder_metadata=folders / "metadata", check=False)
    assert "train" in set(unchecked.trials_df[unchecked.trials_df.recording == name].trial_type)
    caplog.clear()
    ds = open_dataset(folder_metadata=folders / "metadata")
    assert "train" not in set(ds.trials_df[ds.trials_df.recording == name].trial_type)
    assert "train" in set(ds.trials_df.trial_type)
    assert "imported 1 recording: " in caplog.text


@pytest.mark.parametrize("touched", ["future", "past"])
def test_files_of_another_time_are_looked_into_once(folders, open_dataset, new_database, caplog, monkeypatch, touched):
    def asked():
        open_dataset(folder_metadata=folders / "metadata", database=new_database)

    asked()
    when = time.time() + (1e6 if touched == "future" else -1e6)
    copy = folders / "copy"
    shutil.copytree(folders / "metadata", copy)
    for path in (folders / "metadata").rglob("*.*"):
        os.utime(path, (when, when))
    caplog.clear()
    asked()
    assert caplog.text == ""
    monkeypatch.setattr("catalog.dataset.opening.maker", lambda: pytest.fail("imported again"))
    asked()
    monkeypatch.undo()
    # Of two copies, both are known.
    open_dataset(folder_metadata=copy, database=new_database)
    monkeypatch.setattr("catalog.dataset.opening.maker", lambda: pytest.fail("imported again"))
    asked()
    assert commands(open_dataset(folder_metadata=copy, database=new_database)) == ["import"]


def test_an_older_file_that_tells_otherwise_is_imported(folders, world, open_dataset):
    open_dataset(folder_metadata=folders / "metadata")
    name = world.recordings[0]
    table = folders / "metadata" / name / "trials" / f"meta-trials_{name}.csv"
    before = table.read_text()
    for text, when in ((before.replace(",train,", ",oracle,"), 1e9), (before, 1.1e9)):
        table.write_text(text)
        os.utime(table, (when, when))
        ds = open_dataset(folder_metadata=folders / "metadata")
        kinds = set(ds.trials_df[ds.trials_df.recording == name].trial_type)
        assert ("train" in kinds) == (text == before)


def test_states_are_not_remembered_where_nothing_can_be_written(folders, open_dataset, caplog, monkeypatch):
    open_dataset(folder_metadata=folders / "metadata").close()
    later = time.time() + 5
    os.utime(next((folders / "metadata" / "global_meta" / "videos").iterdir()), (later, later))

    def refuse(*_, **__):
        raise DatabaseError("cannot be written")

    monkeypatch.setattr("ingest.history.writing", refuse)
    caplog.clear()
    assert commands(open_dataset(folder_metadata=folders / "metadata")) == ["import"]
    assert caplog.text == ""


def test_published_names_join_what_was_ingested_without_them(folders, world, open_dataset):
    raw = open_dataset(folders / "data")
    assert set(raw.trials_df.video_ID) <= set(world.names)
    named = open_dataset(folders / "data", folders / "metadata")
    assert sources(named) == {"raw"}
    assert_frame_equal(named.trials_df, world.trials)


def test_a_recording_that_came_later(folders, world, open_dataset, tmp_path, caplog):
    late = world.recordings[1]
    for kind in ("data", "metadata"):
        shutil.move(folders / kind / late, tmp_path / f"late-{kind}")
    alone = open_dataset(folders / "data", folders / "metadata")
    assert alone.recording == [world.recordings[0]]
    shutil.move(tmp_path / "late-data", folders / "data" / late)
    caplog.clear()
    without = open_dataset(folders / "data", folders / "metadata")
    assert f"the catalog knows nothing of {late}" in caplog.text
    assert without.recording == world.recordings
    assert set(without.trials_df.recording) == {world.recordings[0]}
    assert without.info[late]["n_trials"] == 0
    caplog.clear()
    nothing = open_dataset(folders / "data", folders / "metadata", recording=late)
    assert f"the catalog knows nothing of {late}" in caplog.text
    with pytest.raises(DataSetError, match=f"has no trials of {late}"):
        nothing.filter_trials(label="Gabor")
    assert nothing.segments_df.empty
    assert list(nothing.segments_df.columns) == list(without.segments_df.columns)
    shutil.move(tmp_path / "late-metadata", folders / "metadata" / late)
    both = open_dataset(folders / "data", folders / "metadata")
    assert_frame_equal(both.trials_df, world.trials)


def test_trials_that_came_or_went_are_told_of(folders, world, open_dataset, caplog):
    open_dataset(folders / "data", folders / "metadata")
    first = folders / "data" / world.recordings[0] / "data"
    gone = next((first / "responses").glob("*.npy"))
    gone.unlink()
    (first / "responses" / "12.txt").touch()
    caplog.clear()
    # A trial of which one array is missing is a trial, for ingesting too.
    open_dataset(folders / "data", folders / "metadata")
    assert caplog.text == ""
    for kind in ("videos", "behavior", "pupil_center"):
        (first / kind / gone.name).unlink()
    caplog.clear()
    open_dataset(folders / "data", folders / "metadata")
    n_trials = sum(world.trials.recording == world.recordings[0])
    told = f"{world.recordings[0]} has {n_trials - 1} trials in {gone.parents[2]} and {n_trials} in the catalog"
    assert told in caplog.text
    caplog.clear()
    open_dataset(folders / "data", folders / "metadata", check=False)
    open_dataset(folders / "data", folders / "metadata", check_data=False)
    assert caplog.text == ""


def test_data_that_moved_is_found_in_the_folder_given(folders, world, open_dataset, tmp_path):
    ingest_recordings(folders / "catalog.db", folders / "data", workers=1)
    shutil.move(folders / "data", tmp_path / "moved")
    ds = open_dataset(tmp_path / "moved", database=folders / "catalog.db")
    row = world.trials.iloc[0]
    assert ds.load_response_by_trial(row.recording, row.trial).get_data().shape == (5, row.valid_frames)
    assert ds.load_all_data(row.recording, "behavior").shape[0] == ds.info[row.recording]["n_trials"]
    with pytest.raises(DataSetError, match=r"there is no data folder.*catalog relocate OLD NEW"):
        DataSet(folders / "data", database=folders / "catalog.db")


def test_a_catalog_that_cannot_be_written_is_read(folders, world, open_dataset, caplog, monkeypatch):
    open_dataset(folder_metadata=folders / "metadata").close()
    later = time.time() + 5
    os.utime(next((folders / "metadata" / "global_meta" / "videos").iterdir()), (later, later))

    class ReadOnly:
        def take_in_metadata(self, *_):
            raise DatabaseError("cannot be written")

    monkeypatch.setattr("catalog.dataset.opening.maker", ReadOnly)
    ds = open_dataset(folder_metadata=folders / "metadata")
    assert "is left as it is: cannot be written" in caplog.text
    assert_frame_equal(ds.trials_df, world.trials)


def test_nothing_to_make_a_catalog_of(tmp_path):
    with pytest.raises(DatabaseError, match="there is no catalog at"):
        DataSet(database=tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatabaseError, match="there is no catalog at"):
        DataSet(tmp_path / "empty")
    (tmp_path / "other.db").write_text("no database")
    with pytest.raises(NotACatalogError):
        DataSet(database=tmp_path / "other.db")


def test_wrong_arguments(folders, world, tmp_path, caplog):
    with pytest.raises(ValueError, match="there is no data folder"):
        DataSet(tmp_path / "none", folders / "metadata")
    with pytest.raises(DataSetError, match="expected 'csv' or 'json'"):
        DataSet(folders / "data", folders / "metadata", trials_metadata_file_type="xml")
    with pytest.raises(DataSetError, match="published folders alone"):
        DataSet(folders / "data", folders / "metadata", trials_metadata_subfolder="other")
    with pytest.raises(DataSetError, match=f"no recording is called 'dynamic1'.*{world.recordings[0][:20]}"):
        DataSet(folders / "data", folders / "metadata", recording=["dynamic1"])
    with pytest.raises(DataSetError, match=f"no recording is called 'dynamic1'.*{world.recordings[0][:20]}"):
        DataSet(folders / "data", recording="dynamic1", database=tmp_path / "new.db")
    assert not (tmp_path / "new.db").exists()
    with pytest.raises(DataSetError, match="recording=3: expected the name"):
        DataSet(folders / "data", folders / "metadata", recording=[3])
    with DataSet(folders / "data", tmp_path / "none") as ds:
        assert "there is no metadata folder" in caplog.text
        assert ds.recording == world.recordings


def test_it_closes_its_catalog(folders):
    with DataSet(folder_metadata=folders / "metadata", trials_metadata_file_type="json") as ds:
        engine = ds.catalog.engine
        assert isinstance(ds.catalog, Catalog)
        assert len(ds.trials_df) > 0
        assert engine.pool.checkedin() > 0
    assert engine.pool.checkedin() == 0
