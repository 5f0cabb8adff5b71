"""A data set taken in again: what is unchanged is not read, and what has changed gives the rows of a new ingest."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ingest import batches, changes, raw_ingest
from ingest.ingesting import ingest_recordings
from ingest.trial import TrialTask
from tests.conftest import MakeDatabase
from tests.importing.reading import dump
from tests.ingesting.rows import canonical, differing, trials_of
from tests.ingesting.worlds import World, replace_array, replace_file

Reads = list[tuple[int, set[str]]]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Reads:
    """The trials that are read, and the kinds of their files."""
    found: Reads = []
    read = batches.read_trial

    def counted(task: TrialTask) -> Any:
        found.append((task.trial, set(task.files)))
        return read(task)

    monkeypatch.setattr(batches, "read_trial", counted)
    return found


def file_of(world: World, folder: str, trial: int) -> Path:
    return world.folder / next(iter(world.truth["recordings"])) / "data" / folder / f"{trial}.npy"


def anew(world: World, make_database: MakeDatabase) -> dict[str, Any]:
    """The rows of an ingest into an empty catalog."""
    database = make_database("sqlite")
    ingest_recordings(database, world.folder, workers=1)
    return canonical(database, without=())


ALL = {"video", "response", "behavior", "gaze"}


def test_a_run_with_nothing_to_do_changes_no_row(pair: World, database: str, reads: Reads) -> None:
    ingest_recordings(database, pair.folder, workers=1)
    before = dump(database)
    reads.clear()
    report = ingest_recordings(database, pair.folder, workers=1)
    assert (reads, report.unchanged, report.run_id, report.trials_read) == ([], True, None, 0)
    assert report.sentence().startswith("nothing to do: 2 recordings")
    assert dump(database) == before


def test_what_was_found_beside_recordings_is_no_reason_to_write(films: World, database: str, scratch: Path) -> None:
    copy = films.copy(scratch / "data")
    (copy.folder / "notes").mkdir()
    first = ingest_recordings(database, copy.folder, workers=1)
    before = dump(database)
    again = ingest_recordings(database, copy.folder, workers=1)
    assert again.unchanged
    assert again.problems == first.problems != []
    assert dump(database) == before
    (copy.folder / "notes").rmdir()
    assert ingest_recordings(database, copy.folder, workers=1).problems == []
    assert dump(database)["ingest_problems"] == []


@pytest.mark.parametrize("folder", ["videos", "responses", "behavior", "pupil_center"])
def test_one_changed_file_costs_one_trial(
    copy: World, database: str, make_database: MakeDatabase, reads: Reads, folder: str
) -> None:
    ingest_recordings(database, copy.folder, workers=1)
    trial = copy.numbers()[1]
    path = file_of(copy, folder, trial)
    replace_array(path, np.load(path)[..., :-2] * np.float32(0.5))
    reads.clear()
    report = ingest_recordings(database, copy.folder, workers=1)
    # The statistics of neurons go over all responses, which are read again when one of them has changed.
    others = {"response"} if folder == "responses" else None
    expected = [(number, ALL if number == trial else others) for number in copy.numbers()]
    assert reads == [(number, kinds) for number, kinds in expected if kinds is not None]
    assert report.trials_read == len(reads)
    assert differing(canonical(database, without=()), anew(copy, make_database)) == {}


def test_added_and_vanished_trials_are_found(
    copy: World, database: str, make_database: MakeDatabase, reads: Reads, scratch: Path
) -> None:
    gone = copy.numbers()[2]
    folders = ("videos", "responses", "behavior", "pupil_center")
    for folder in folders:
        file_of(copy, folder, gone).rename(scratch / f"{folder}-{gone}.npy")
    ingest_recordings(database, copy.folder, workers=1)
    without = canonical(database, without=())
    for folder in folders:
        (scratch / f"{folder}-{gone}.npy").rename(file_of(copy, folder, gone))
    reads.clear()
    ingest_recordings(database, copy.folder, workers=1)
    assert [trial for trial, kinds in reads if kinds == ALL] == [gone]
    assert differing(canonical(database, without=()), anew(copy, make_database)) == {}
    for folder in folders:
        file_of(copy, folder, gone).rename(scratch / f"{folder}-{gone}.npy")
    reads.clear()
    ingest_recordings(database, copy.folder, workers=1)
    assert [kinds for _, kinds in reads if kinds == ALL] == []
    assert differing(canonical(database, without=()), without) == {}


def test_changed_tiers_are_taken_in_without_reading_a_trial(
    copy: World, database: str, make_database: MakeDatabase, reads: Reads
) -> None:
    ingest_recordings(database, copy.folder, workers=1)
    path = copy.folder / next(iter(copy.truth["recordings"])) / "meta" / "trials" / "tiers.npy"
    replace_array(path, np.where(np.load(path) == "none", "none", "oracle"))
    reads.clear()
    ingest_recordings(database, copy.folder, workers=1)
    assert reads == []
    assert {row["trial_type"] for row in trials_of(database).values()} == {"oracle"}
    assert differing(canonical(database, without=()), anew(copy, make_database)) == {}


def test_another_sampling_frequency_is_a_change(copy: World, database: str, reads: Reads) -> None:
    ingest_recordings(database, copy.folder, workers=1)
    reads.clear()
    assert not ingest_recordings(database, copy.folder, workers=1, sampling_freq=60.0).unchanged
    assert reads == []
    assert [row["sampling_freq"] for row in dump(database)["recordings"]] == [60.0]
    assert ingest_recordings(database, copy.folder, workers=1, sampling_freq=60.0).unchanged


def test_data_that_moved_is_not_read_again(copy: World, database: str, reads: Reads, scratch: Path) -> None:
    ingest_recordings(database, copy.folder, workers=1)
    before = canonical(database, without=("path",))
    copy.folder.rename(scratch / "moved")
    reads.clear()
    ingest_recordings(database, scratch / "moved", workers=1)
    assert reads == []
    assert [Path(row["path"]).parent for row in dump(database)["recording_roots"]] == [scratch / "moved"]
    assert differing(canonical(database, without=("path",)), before) == {}


def test_a_trial_with_a_problem_on_record_tells_it_again(
    copy: World, database: str, make_database: MakeDatabase, reads: Reads
) -> None:
    bad, touched = copy.numbers()[:2]
    array = np.load(file_of(copy, "behavior", bad))
    array[:, 5] = np.nan
    replace_array(file_of(copy, "behavior", bad), array)
    first = ingest_recordings(database, copy.folder, workers=1)
    assert {(problem.kind, problem.trial) for problem in first.problems} == {("nan_inside", bad)}
    assert ingest_recordings(database, copy.folder, workers=1).problems == first.problems
    path = file_of(copy, "pupil_center", touched)
    replace_file(path, path.read_bytes())
    reads.clear()
    assert ingest_recordings(database, copy.folder, workers=1).problems == first.problems
    assert {trial for trial, _ in reads} == {bad, touched}
    assert differing(canonical(database, without=()), anew(copy, make_database)) == {}


class Cutting(ThreadPoolExecutor):
    """An executor that cuts a file off when it gets to read it, after the file was listed."""

    def __init__(self, path: Path) -> None:
        super().__init__(1)
        self.path = path

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Any:
        os.truncate(self.path, self.path.stat().st_size // 2)
        return super().submit(function, *arguments, **options)


@pytest.mark.parametrize("folder", ["videos", "responses", "behavior"])
def test_a_file_that_was_cut_for_a_time_is_read_again_when_it_is_whole(
    copy: World, database: str, make_database: MakeDatabase, folder: str
) -> None:
    path = file_of(copy, folder, copy.numbers()[0])
    content, status = path.read_bytes(), path.stat()
    # A file of its own, not one that shares its content with other tests.
    replace_file(path, content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    with Cutting(path) as executor:
        cut = ingest_recordings(database, copy.folder, executor=executor, workers=1)
    assert [problem.kind for problem in cut.problems] == ["bad_file"]
    # As `rsync -t` and `cp -p` put it back.
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    report = ingest_recordings(database, copy.folder, workers=1)
    assert (report.unchanged, report.problems) == (False, [])
    assert differing(canonical(database, without=()), anew(copy, make_database)) == {}
    assert ingest_recordings(database, copy.folder, workers=1).unchanged


def test_a_file_that_stays_cut_is_not_read_again(copy: World, database: str) -> None:
    path = file_of(copy, "videos", copy.numbers()[0])
    replace_file(path, path.read_bytes()[:1000])
    first = ingest_recordings(database, copy.folder, workers=1)
    assert [problem.kind for problem in first.problems] == ["bad_file"]
    again = ingest_recordings(database, copy.folder, workers=1)
    assert (again.unchanged, again.problems) == (True, first.problems)


def changed_behind_the_clock(path: Path) -> None:
    """Change a file's content, but neither its size nor its modification time."""
    status, array = path.stat(), np.load(path)
    replace_array(path, array[::-1])
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size


@pytest.mark.parametrize("workers", [1, 2])
def test_recheck_finds_what_times_do_not_tell(
    copy: World, database: str, make_database: MakeDatabase, workers: int
) -> None:
    ingest_recordings(database, copy.folder, workers=1)
    before = dump(database)
    assert ingest_recordings(database, copy.folder, workers=workers, recheck=True).unchanged
    assert dump(database) == before
    changed_behind_the_clock(file_of(copy, "behavior", copy.numbers()[0]))
    assert ingest_recordings(database, copy.folder, workers=workers).unchanged
    report = ingest_recordings(database, copy.folder, workers=workers, recheck=True)
    assert report.trials_read == 1
    assert differing(canonical(database, without=()), anew(copy, make_database)) == {}


def test_recheck_reads_no_trial_whose_files_were_only_touched(
    copy: World, database: str, make_database: MakeDatabase, reads: Reads
) -> None:
    ingest_recordings(database, copy.folder, workers=1)
    for trial in copy.numbers():
        path = file_of(copy, "responses", trial)
        replace_file(path, path.read_bytes())
    reads.clear()
    ingest_recordings(database, copy.folder, workers=1, recheck=True)
    assert reads == []
    assert ingest_recordings(database, copy.folder, workers=1).unchanged
    assert differing(canonical(database, without=()), anew(copy, make_database)) == {}


def test_rows_of_another_analysis_are_redone_on_request(
    films: World, database: str, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest_recordings(database, films.folder, workers=1)
    before = canonical(database, without=())
    for module in (raw_ingest, changes):
        monkeypatch.setattr(module, "ANALYSIS_VERSION", "next")
    reads.clear()
    left = ingest_recordings(database, films.folder, workers=1)
    assert left.unchanged
    assert sorted(left.outdated) == sorted(films.names)
    ingest_recordings(database, films.folder, recordings=films.names[:1], workers=1, outdated=True)
    assert len(reads) == 2
    report = ingest_recordings(database, films.folder, workers=1, outdated=True)
    assert sorted(report.left) == films.names[:1]
    assert len(reads) == 6
    assert ingest_recordings(database, films.folder, workers=1, outdated=True).unchanged
    assert differing(canonical(database, without=()), before) == {}


def test_a_changed_recording_of_another_analysis_is_redone_whole(
    copy: World, database: str, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest_recordings(database, copy.folder, workers=1)
    for module in (raw_ingest, changes):
        monkeypatch.setattr(module, "ANALYSIS_VERSION", "next")
    path = file_of(copy, "behavior", copy.numbers()[0])
    replace_file(path, path.read_bytes())
    reads.clear()
    ingest_recordings(database, copy.folder, workers=1)
    assert reads == [(trial, ALL) for trial in copy.numbers()]


def test_rows_that_another_process_replaced_meanwhile_are_not_relied_on(
    copy: World, database: str, make_database: MakeDatabase, reads: Reads, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest_recordings(database, copy.folder, workers=1)
    path = file_of(copy, "behavior", copy.numbers()[0])
    replace_file(path, path.read_bytes())
    assemble: Callable[..., Any] = raw_ingest.assemble

    def late(*args: Any) -> Any:
        recording = assemble(*args)
        monkeypatch.setattr(raw_ingest, "assemble", assemble)
        ingest_recordings(database, copy.folder, workers=1, sampling_freq=60.0)
        return recording

    monkeypatch.setattr(raw_ingest, "assemble", late)
    reads.clear()
    ingest_recordings(database, copy.folder, workers=1)
    # Once by each of the two; what the other one has written since stands for the files as they are.
    assert reads == 2 * [(copy.numbers()[0], ALL)]
    assert differing(canonical(database, without=()), anew(copy, make_database)) == {}
