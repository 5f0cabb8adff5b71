"""Roots change to where the files are, and only there."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from catalog import Catalog
from catalog.errors import DatabaseError, InputError
from catalog.models import RecordingRoot
from catalog.upkeep import relocate, verify
from catalog.upkeep.files import StoredFile
from catalog.upkeep.relocate import _spread
from tests.upkeep.conftest import Run
from tests.upkeep.worlds import FIRST, SECOND, Lab


def _roots(lab: Lab) -> list[str]:
    return sorted(row[2] for row in lab.rows()["recording_roots"])


@pytest.fixture
def moved(lab: Lab, tmp_path: Path) -> Path:
    """Where the data is now."""
    return lab.data.rename(tmp_path / "mounted elsewhere")


def test_all_that_is_below_moves(cat: Catalog, lab: Lab, moved: Path) -> None:
    assert not verify(cat).ok
    done = relocate(cat, lab.data, moved)
    assert [(one.recording, one.old, one.new) for one in done] == [
        (name, str(lab.root(name)), str(moved / name)) for name in (FIRST, SECOND)
    ]
    assert [one.checked for one in done] == [5, 4]
    assert _roots(lab) == [str(moved / FIRST), str(moved / SECOND)]
    assert verify(cat, full=True).ok


def test_one_recording_alone(cat: Catalog, lab: Lab, moved: Path) -> None:
    (done,) = relocate(cat, f"{lab.root(FIRST)}{os.sep}", moved / FIRST)
    assert done.new == str(moved / FIRST)
    assert _roots(lab) == sorted([str(moved / FIRST), str(lab.root(SECOND))])


def test_a_root_may_have_been_written_in_another_way(cat: Catalog, lab: Lab, moved: Path) -> None:
    odd = lab.data / "x" / ".." / FIRST
    lab.execute(sa.update(RecordingRoot).where(RecordingRoot.path == str(lab.root(FIRST))).values(path=str(odd)))
    assert [one.old for one in relocate(cat, lab.data, moved)] == [str(odd), str(lab.root(SECOND))]
    assert _roots(lab) == [str(moved / FIRST), str(moved / SECOND)]


def test_a_folder_of_a_similar_name_is_another(cat: Catalog, lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no recording has its files in .*dat: files are known in .*data;"):
        relocate(cat, tmp_path / "dat", tmp_path)


def test_both_places(cat: Catalog, lab: Lab, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(lab.data, tmp_path / "copy"))
    relocate(cat, lab.data, copy, add=True)
    relocate(cat, lab.data, copy, add=True)
    assert _roots(lab) == sorted(str(place / name) for place in (lab.data, copy) for name in (FIRST, SECOND))
    lab.file(FIRST, 0).unlink()
    assert verify(cat, full=True).ok
    relocate(cat, lab.data, copy)
    assert _roots(lab) == [str(copy / FIRST), str(copy / SECOND)]


def test_there_and_back(cat: Catalog, lab: Lab, moved: Path) -> None:
    before = lab.rows()
    relocate(cat, lab.data, moved)
    moved.rename(lab.data)
    relocate(cat, moved, lab.data)
    relocate(cat, lab.data, lab.data)
    assert lab.rows() == before


DAMAGES = {
    "gone": (Path.unlink, "is not at"),
    "longer": (lambda path: np.save(path, np.zeros((9, 9))), "bytes at .*, expected"),
    "other values": (lambda path: np.save(path, np.load(path) + 1), "has another content at"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_files_that_are_not_the_same_are_not_believed(cat: Catalog, lab: Lab, moved: Path, damage: str) -> None:
    harm, words = DAMAGES[damage]
    harm(moved / SECOND / "data" / "responses" / "0.npy")
    before = lab.rows()
    with pytest.raises(InputError, match=words) as error:
        relocate(cat, lab.data, moved)
    assert "nothing was changed" in str(error.value)
    assert SECOND in str(error.value)
    assert lab.rows() == before, "the first recording stays where it was too"
    assert [one.checked for one in relocate(cat, lab.data, moved, force=True)] == [0, 0]
    assert _roots(lab) == [str(moved / FIRST), str(moved / SECOND)]


def test_bad_places(cat: Catalog, lab: Lab, moved: Path, tmp_path: Path) -> None:
    before = lab.rows()
    with pytest.raises(InputError, match=r"there is nothing at .*nowhere; nothing was changed"):
        relocate(cat, lab.data, tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"is not at .*empty.*: there is nothing"):
        relocate(cat, lab.data, tmp_path / "empty")
    for bad in ("", "a\0b"):
        with pytest.raises(InputError, match="is no path of a folder"):
            relocate(cat, bad, moved)
    with pytest.raises(InputError, match="0 samples tell nothing"):
        relocate(cat, lab.data, moved, samples=0)
    with Catalog(lab.database, read_only=True) as closed, pytest.raises(DatabaseError, match="open it for writing"):
        relocate(closed, lab.data, moved)
    assert lab.rows() == before


def test_samples_are_spread() -> None:
    files = [StoredFile(str(i), 0, 0, "") for i in range(10)]
    assert [one.path for one in _spread(files, 4)] == ["0", "3", "6", "9"]
    assert [one.path for one in _spread(files, 1)] == ["0"]
    assert _spread(files, 10) == _spread(files, 99) == files


def test_the_command(lab: Lab, moved: Path, run: Run) -> None:
    ran = run("relocate", lab.data, moved, "--format", "csv", "--samples", "1")
    assert ran.exit_code == 0
    assert ran.stdout.splitlines()[1] == f"{FIRST},{lab.root(FIRST)},{moved / FIRST},1"
    assert ran.stderr == "2 roots changed; 2 files were read there, and are the same\n"
    ran = run("relocate", lab.data, moved)
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert f"no recording has its files in {lab.data}" in ran.stderr
