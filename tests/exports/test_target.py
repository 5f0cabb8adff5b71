"""An export's folder is whole or not there, whatever happens on the way."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Any

import pytest

from catalog.errors import InputError
from catalog.exports.target import MARKER, fresh_folder


def _filled(folder: Path, text: str = "old") -> Path:
    folder.mkdir()
    (folder / "file").write_text(text)
    (folder / MARKER).touch()
    return folder


def _write(target: Path, text: str = "new", **options: Any) -> None:
    with fresh_folder(target, **options) as folder:
        (folder / "file").write_text(text)


def _tree(folder: Path) -> dict[str, str]:
    """All files below a folder but for markers of exports; hidden ones too: nothing may be left over."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != MARKER]
    return {str(path.relative_to(folder)): path.read_text() for path in files}


@pytest.mark.parametrize("there", [False, True])
def test_a_new_or_empty_folder_is_written(tmp_path: Path, there: bool) -> None:
    target = tmp_path / "out"
    if there:
        target.mkdir()
    _write(target)
    assert _tree(tmp_path) == {"out/file": "new"}
    assert os.listdir(tmp_path) == ["out"]


def test_what_is_written_is_as_readable_as_other_folders(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    _write(tmp_path / "out")
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == stat.S_IMODE((tmp_path / "other").stat().st_mode)


def test_a_relative_path_is_of_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _write(Path("out"))
    assert _tree(tmp_path) == {"out/file": "new"}


def test_a_folder_that_is_not_empty_is_refused_without_force(tmp_path: Path) -> None:
    target = _filled(tmp_path / "out")
    with pytest.raises(InputError, match=r"out is not empty.*--force"):
        _write(target)
    assert _tree(tmp_path) == {"out/file": "old"}


def test_force_replaces_nothing_but_an_export(tmp_path: Path) -> None:
    target = _filled(tmp_path / "out")
    (target / MARKER).unlink()
    with pytest.raises(InputError, match=r"out is not empty; choose another folder: it holds other things") as refused:
        _write(target)
    assert "--force" not in str(refused.value)
    with pytest.raises(InputError, match=r"out is not replaced: it holds other things than an export"):
        _write(target, force=True)
    assert _tree(tmp_path) == {"out/file": "old"}


def test_an_export_may_replace_an_export(tmp_path: Path) -> None:
    _write(tmp_path / "out", "first")
    _write(tmp_path / "out", "second", force=True)
    assert _tree(tmp_path) == {"out/file": "second"}


def test_force_replaces_all_of_it(tmp_path: Path) -> None:
    target = _filled(tmp_path / "out")
    (target / "other").write_text("old")
    _write(target, force=True)
    assert _tree(tmp_path) == {"out/file": "new"}
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("force", [False, True])
def test_a_file_is_never_replaced(tmp_path: Path, force: bool) -> None:
    (tmp_path / "out").write_text("old")
    with pytest.raises(InputError, match="out is a file"):
        _write(tmp_path / "out", force=force)
    assert _tree(tmp_path) == {"out": "old"}


def test_the_folder_above_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"typo does not exist"):
        _write(tmp_path / "typo" / "out")
    assert os.listdir(tmp_path) == []


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    target = _filled(tmp_path / "out")

    def write_half() -> None:
        with fresh_folder(target, force=True) as folder:
            (folder / "file").write_text("half")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(InputError, match=r"out: No space left on device; it was left as it was"):
        write_half()
    assert _tree(tmp_path) == {"out/file": "old"}
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, InputError("another")])
def test_other_errors_pass_as_they_are(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(error if isinstance(error, type) else type(error)), fresh_folder(tmp_path / "out"):
        raise error
    assert os.listdir(tmp_path) == []


def test_a_folder_above_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root, as whom tests may run, can write everywhere.
    def refuse(*_: object, **__: object) -> str:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    with pytest.raises(InputError, match=r"cannot write into .*: Permission denied; choose a folder inside"):
        _write(tmp_path / "out")


@pytest.mark.parametrize("interrupted", [OSError(errno.EIO, "broken"), KeyboardInterrupt()])
def test_a_failure_between_the_two_renames_brings_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interrupted: BaseException
) -> None:
    target = _filled(tmp_path / "out")
    rename, calls = Path.rename, []

    def broken(path: Path, to: Path) -> Path:
        calls.append((path, to))
        if len(calls) == 3:  # onto the full folder (refused), the old one aside, the new one into its place
            raise interrupted
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", broken)
    with pytest.raises((InputError, KeyboardInterrupt)):
        _write(target, force=True)
    assert len(calls) == 4
    assert _tree(tmp_path) == {"out/file": "old"}
    assert os.listdir(tmp_path) == ["out"]


def test_a_symbolic_link_stays_and_its_folder_is_written(tmp_path: Path) -> None:
    _filled(tmp_path / "disk")
    (tmp_path / "out").symlink_to("disk")
    _write(tmp_path / "out", force=True)
    assert (tmp_path / "out").is_symlink()
    assert _tree(tmp_path)["disk/file"] == "new"
    assert sorted(os.listdir(tmp_path)) == ["disk", "out"]


def test_a_symbolic_link_to_a_folder_that_is_not_yet_there(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("disk")
    _write(tmp_path / "out")
    assert _tree(tmp_path)["disk/file"] == "new"


def test_a_symbolic_link_that_leads_to_itself(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("out")
    with pytest.raises(InputError, match="out"):
        _write(tmp_path / "out")


@pytest.mark.parametrize("there", [False, True])
def test_of_two_exports_at_a_time_the_first_to_end_stays(tmp_path: Path, there: bool) -> None:
    target = tmp_path / "out"
    if there:
        target.mkdir()

    def write_late() -> None:
        with fresh_folder(target) as folder:
            (folder / "file").write_text("late")
            _write(target, "early")

    with pytest.raises(InputError, match="Directory not empty"):
        write_late()
    assert _tree(tmp_path) == {"out/file": "early"}


def test_of_two_forced_exports_at_a_time_the_last_to_end_stays_whole(tmp_path: Path) -> None:
    target = _filled(tmp_path / "out")
    with fresh_folder(target, force=True) as late:
        (late / "late").write_text("late")
        _write(target, "early", force=True)
    assert _tree(tmp_path) == {"out/late": "late"}


def test_force_never_replaces_the_folder_one_is_in_or_the_catalog(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = _filled(tmp_path / "out")
    with pytest.raises(InputError, match=r"out is not replaced: it holds .*file"):
        _write(target, force=True, protected=[target / "file"])
    monkeypatch.chdir(target)
    for name in (".", ".."):
        with pytest.raises(InputError, match="is not replaced: it holds"):
            _write(Path(name), force=True)
    assert _tree(tmp_path) == {"out/file": "old"}


def test_an_old_folder_that_cannot_be_removed_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    target = _filled(tmp_path / "out")
    monkeypatch.setattr(shutil, "rmtree", lambda *_, **__: None)
    with caplog.at_level(logging.WARNING, logger="catalog"):
        _write(target, force=True)
    assert (target / "file").read_text() == "new"
    assert "could not be removed altogether" in caplog.text
