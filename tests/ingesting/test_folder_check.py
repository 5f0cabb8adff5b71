"""Entries of a data folder that break and are mended: what is known of their recordings stays, what was wrong goes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from catalog.cli import main
from ingest.ingesting import ingest_recordings
from ingest.report import RunReport
from tests.ingesting.publish import Published
from tests.ingesting.rows import Tables, canonical, differing, problems
from tests.ingesting.worlds import World, replace_file
from tests.zips.packing import pack

Told = set[tuple[str, str | None]]
BAD_FILE = "bad_file"


def run(database: str, data: Path, *recordings: str) -> RunReport:
    return ingest_recordings(database, data, recordings=list(recordings) or None, workers=1)


def command(database: str, *words: str | Path) -> Result:
    return CliRunner().invoke(main, ["--db", database, *map(str, words)])


def told(database: str) -> Told:
    """Kind and recording of each problem on record; none is there twice."""
    rows = [(row["kind"], row["recording"]) for row in problems(database)]
    assert len(rows) == len(set(rows))
    return set(rows)


def rows(database: str) -> Tables:
    """All rows but for problems."""
    tables = canonical(database, without=())
    del tables["ingest_problems"]
    return tables


def in_folder(data: Path, folder: Path) -> Path:
    return folder


def in_zip(data: Path, folder: Path) -> Path:
    target = pack(folder, data / f"{folder.name}.zip")
    shutil.rmtree(folder)
    return target


def empty(entry: Path) -> None:
    (entry / "data" / "videos").mkdir(parents=True)
    (entry / "data" / "videos" / "notes.txt").write_text("moved to the other disk")


def without_arrays(entry: Path) -> None:
    (entry / "meta").mkdir(parents=True)


def cut_short(entry: Path) -> None:
    entry.write_bytes(b"PK\3\4 and then the connection was lost")


@dataclass(frozen=True)
class Case:
    """A recording's entry as it should be (`store`), and what is put in its place: a problem of some kind."""

    store: Callable[[Path, Path], Path]
    put: Callable[[Path], None]
    kind: str


CASES = [
    Case(in_folder, empty, "no_trials"),
    Case(in_folder, without_arrays, "no_recording"),
    Case(in_zip, cut_short, "unreadable_recording"),
]


@dataclass
class Lab:
    """A data folder with one sound recording and one that has a damaged file, of which the entry can be broken."""

    data: Path
    entry: Path
    name: str
    case: Case

    @property
    def aside(self) -> Path:
        return self.data.parent / self.entry.name

    def break_entry(self) -> None:
        self.entry.rename(self.aside)
        self.case.put(self.entry)

    def drop(self) -> None:
        shutil.rmtree(self.entry) if self.entry.is_dir() else self.entry.unlink()

    def mend(self) -> None:
        self.drop()
        self.aside.rename(self.entry)


@pytest.fixture(params=CASES, ids=lambda case: case.kind)
def lab(request: pytest.FixtureRequest, small_pair: World, scratch: Path) -> Lab:
    data, case = small_pair.copy(scratch / "data").folder, request.param
    folder = sorted(data.glob("dynamic*"))[0]
    replace_file(min((folder / "data" / "pupil_center").iterdir()), b"not an array")
    return Lab(data, case.store(data, folder), folder.name, case)


def test_a_broken_entry_costs_nothing_that_is_on_record(lab: Lab, database: str) -> None:
    run(database, lab.data)
    before = rows(database)
    assert told(database) == {(BAD_FILE, lab.name)}
    lab.break_entry()
    for unchanged in (False, True):
        report = run(database, lab.data)
        assert report.unchanged is unchanged
        assert told(database) == {(BAD_FILE, lab.name), (lab.case.kind, lab.name)}
        assert {problem.kind for problem in report.problems} == {lab.case.kind}
    assert differing(rows(database), before) == {}


@pytest.mark.parametrize("touched", [False, True], ids=["old times", "new times"])
def test_a_mended_entry_is_told_of_no_more(lab: Lab, database: str, touched: bool) -> None:
    run(database, lab.data)
    before = rows(database)
    lab.break_entry()
    run(database, lab.data)
    lab.mend()
    if touched:
        for path in [lab.entry, *lab.entry.rglob("*.npy")]:
            os.utime(path)
    report = run(database, lab.data)
    assert not report.unchanged
    assert (lab.name in report.left) is not touched
    assert {problem.kind for problem in report.problems} == {BAD_FILE}
    assert told(database) == {(BAD_FILE, lab.name)}
    assert run(database, lab.data).unchanged
    if not touched:
        assert differing(rows(database), before) == {}


def test_a_broken_entry_that_is_removed_is_told_of_no_more(lab: Lab, database: str) -> None:
    run(database, lab.data)
    before = rows(database)
    lab.break_entry()
    run(database, lab.data)
    lab.drop()
    for unchanged in (False, True):
        assert run(database, lab.data).unchanged is unchanged
        assert told(database) == {(BAD_FILE, lab.name)}
    assert differing(rows(database), before) == {}


def test_a_recording_that_never_came_in_is_named(lab: Lab, database: str) -> None:
    lab.break_entry()
    for unchanged in (False, True):
        assert run(database, lab.data).unchanged is unchanged
        assert told(database) == {(lab.case.kind, lab.name)}
    listed = command(database, "problems", "--recording", lab.name[:20])
    assert listed.exit_code == 0, listed.output
    assert lab.case.kind in listed.stdout
    lab.mend()
    assert run(database, lab.data).recordings[0] == lab.name
    assert told(database) == {(BAD_FILE, lab.name)}


def test_a_broken_entry_cannot_be_chosen(lab: Lab, database: str) -> None:
    run(database, lab.data)
    before = rows(database)
    lab.break_entry()
    result = command(database, "ingest", lab.data, "--recording", lab.name)
    assert (result.exit_code, result.stdout) == (2, "")
    assert lab.entry.name in result.stderr if lab.case.kind != "no_trials" else "holds a trial" in result.stderr
    assert "is called" not in result.stderr
    assert told(database) == {(BAD_FILE, lab.name)}
    assert differing(rows(database), before) == {}


def test_a_choice_of_recordings_tells_of_these_alone(lab: Lab, database: str) -> None:
    other = sorted(lab.data.glob("dynamic*"))[1].name
    lab.break_entry()
    (lab.data / "photographs").mkdir()
    run(database, lab.data)
    beside = {("no_recording", None), (lab.case.kind, lab.name)}
    assert told(database) == beside
    assert run(database, lab.data, other).unchanged
    assert told(database) == beside
    lab.mend()
    run(database, lab.data, lab.name)
    assert told(database) == {("no_recording", None), (BAD_FILE, lab.name)}
    assert run(database, lab.data, lab.name).unchanged


def test_a_recording_that_is_whole_in_another_folder_is_told_of_no_more(lab: Lab, database: str) -> None:
    run(database, lab.data)
    lab.break_entry()
    run(database, lab.data)
    elsewhere = lab.data.parent / "elsewhere"
    elsewhere.mkdir()
    lab.aside.rename(elsewhere / lab.entry.name)
    for unchanged in (False, True):
        assert run(database, elsewhere).unchanged is unchanged
        assert told(database) == {(BAD_FILE, lab.name)}
    # And over there it is broken still.
    assert {problem.kind for problem in run(database, lab.data).problems} == {lab.case.kind}
    assert told(database) == {(BAD_FILE, lab.name), (lab.case.kind, lab.name)}


def test_a_broken_entry_is_told_of_again_after_a_removal(lab: Lab, database: str) -> None:
    run(database, lab.data)
    lab.break_entry()
    run(database, lab.data)
    assert command(database, "remove", lab.name).exit_code == 0
    assert told(database) == set()
    assert not run(database, lab.data).unchanged
    assert told(database) == {(lab.case.kind, lab.name)}


def test_metadata_that_comes_with_it_hides_no_broken_entry(lab: Lab, database: str) -> None:
    run(database, lab.data)
    metadata = Published(database).write(lab.data.parent / "metadata")
    lab.break_entry()
    for _ in range(2):
        report = ingest_recordings(database, lab.data, metadata=metadata, workers=1)
        assert (lab.case.kind, lab.name) in {(problem.kind, problem.recording) for problem in report.problems}


def test_a_whole_zip_beside_one_that_is_cut_short(small_pair: World, database: str, scratch: Path) -> None:
    folder = sorted(small_pair.folder.glob("dynamic*"))[0]
    data = scratch / "data"
    data.mkdir()
    pack(folder, data / f"{folder.name}_30hz.zip")
    cut = data / f"{folder.name}.zip"
    cut_short(cut)
    for unchanged in (False, True):
        report = run(database, data)
        assert (report.unchanged, report.recordings) == (unchanged, [folder.name])
        assert told(database) == {("doubled_recording", folder.name)}
    assert run(database, data, folder.name).unchanged
    cut.unlink()
    for unchanged in (False, True):
        assert run(database, data).unchanged is unchanged
        assert told(database) == set()
