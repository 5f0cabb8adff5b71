"""Upkeep of a catalog that `ingest` made from a simulated data set."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog import Catalog
from catalog.cli import main
from catalog.errors import NotFoundError
from catalog.upkeep import diff, relocate, remove, verify
from ingest.ingesting import ingest_recordings
from ingest.simulation import SimulationOptions, simulate

OPTIONS = SimulationOptions(
    seed=6, recordings=2, n_neurons=5, train_videos=2, test_videos=0, test_repeats=1, parametric_videos=0
)


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set to be moved about."""
    folder = tmp_path_factory.mktemp("simulated") / "data"
    simulate(folder, OPTIONS)
    return folder


@pytest.fixture
def data(simulated: Path, tmp_path: Path) -> Iterator[Path]:
    """Where the data set is for the time of a test."""
    here = simulated.rename(tmp_path / "data")
    yield here
    (here if here.exists() else tmp_path / "moved").rename(simulated)


def test_data_that_moves(database: str, data: Path) -> None:
    ingest_recordings(database, data, workers=1)
    with Catalog(database) as cat:
        assert verify(cat, full=True).ok
        moved = data.rename(data.with_name("moved"))
        assert {one.kind for one in verify(cat).findings} == {"root"}
        assert len(relocate(cat, data, moved)) == 2
        assert verify(cat).ok


def test_a_recording_that_goes_and_comes_back(database: str, data: Path) -> None:
    first_run = ingest_recordings(database, data, workers=1).run_id
    with Catalog(database) as cat:
        found = diff(cat, first_run)
        assert len(found.trials) == cat.trials.count() > 0
        assert len(found.videos_added) == cat.videos.count()
        name = cat.recordings.first().name
        shown = cat.trials.filter(recording=name).values("video_id")
        remove(cat, name)
        assert cat.trials.count() == len(found.trials) - len(shown)
        second_run = ingest_recordings(database, data, workers=1).run_id
        assert cat.trials.filter(recording=name).values("video_id") == shown
        assert diff(cat, first_run, second_run).trials == []
        assert [one.change for one in diff(cat, second_run).trials] == ["added"] * len(shown)


def test_a_recording_that_never_came_in_takes_its_problems_along(database: str, data: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(data, copy)
    name = min(path.name for path in copy.iterdir() if path.is_dir())
    shutil.rmtree(copy / name)
    (copy / f"{name}.zip").write_bytes(b"PK")
    ingest_recordings(database, copy, workers=1)
    with Catalog(database) as cat:
        n_trials = cat.trials.count()
        for dry_run in (True, False):
            removal = remove(cat, name, dry_run=dry_run)
            assert {table: number for table, number in removal.rows.items() if number} == {"ingest_problems": 1}
        assert cat.trials.count() == n_trials > 0
        with pytest.raises(NotFoundError):
            remove(cat, name)


def test_a_catalog_without_files_is_no_all_clear(database: str) -> None:
    ran = CliRunner().invoke(main, ["--db", database, "verify"])
    assert (ran.exit_code, ran.stdout) == (0, "")
    assert ran.stderr.startswith("nothing to look at: no file is on record")


def test_files_that_could_not_be_read_are_no_all_clear(database: str, data: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(data, copy)
    first, second = sorted(path for path in copy.iterdir() if path.is_dir())
    whole = {path.relative_to(copy) for path in copy.glob("*/data/*/*.npy")}
    bad = [first / "data" / "behavior" / "0.npy", second / "data" / "responses" / "1.npy"]
    for path in bad:
        path.write_bytes(path.read_bytes()[:200])
    ingest_recordings(database, copy, workers=1)
    with Catalog(database) as cat:
        report = verify(cat, full=True)
        assert report.ok
        assert (report.files, report.unread) == (len(whole) - 2, 2), "behavior counts once, for pupil and running"
        assert verify(cat, recording=first.name).unread == 1
    ran = CliRunner().invoke(main, ["--db", database, "verify"])
    assert (ran.exit_code, ran.stdout) == (0, "")
    counts, told = ran.stderr.splitlines()
    assert counts.endswith("all there, unchanged")
    assert told.startswith("not looked at: 2 files that held no array when taken in; `catalog problems`")
    ran = CliRunner().invoke(main, ["--db", database, "verify", "--recording", second.name])
    assert ran.stderr.splitlines()[0].startswith("1 recording, ")
    assert "not looked at: 1 file that held no array" in ran.stderr
