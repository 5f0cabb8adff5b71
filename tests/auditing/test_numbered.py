"""Groups and classes from `.npy` files: what they may say, and what is found."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catalog.errors import InputError
from ingest.auditing import audit_classes, audit_groups, parse_classes
from ingest.importing import import_metadata
from tests.auditing.conftest import RunAudit
from tests.conftest import BACKENDS, MakeDatabase
from tests.importing.builder import FIRST, SECOND, SHOWN, VIDEOS, PublishedFolder

CLASSES = {0: "NaturalVideo", 3: "Gabor", 5: "NaturalImages"}
GIVEN = "0=NaturalVideo,3=Gabor,5=NaturalImages"
LENGTH = 12


@pytest.fixture(scope="module")
def small_catalogs(
    tmp_path_factory: pytest.TempPathFactory, make_lasting_database: MakeDatabase
) -> tuple[Path, dict[str, str]]:
    """The small world's metadata, and a catalog of each kind that was imported from it."""
    folder = PublishedFolder(tmp_path_factory.mktemp("small") / "metadata").write()
    databases = {backend: make_lasting_database(backend) for backend in BACKENDS}
    for database in databases.values():
        import_metadata(database, folder.root)
    return folder.root, databases


@pytest.fixture
def imported(backend: str, small_catalogs: tuple[Path, dict[str, str]]) -> str:
    """A catalog of the small world; tests only read it."""
    return small_catalogs[1][backend]


def group_of(video: str) -> int:
    """The group of a video of the small world."""
    return 40 + int(video[1:])


def class_of(video: str) -> int:
    return {label: number for number, label in CLASSES.items()}[VIDEOS[video][0]]


def write(folder: Path, number: Callable[[str], int], **changed: int) -> Path:
    """Write the numbers of the small world; `first_7=3` changes that of trial 7 of the first recording."""
    folder.mkdir(exist_ok=True)
    for which, recording in (("first", FIRST), ("second", SECOND)):
        values = np.full(LENGTH, -1, dtype=np.int32)
        for trial, (_, video) in SHOWN[recording].items():
            values[trial] = changed.get(f"{which}_{trial}", number(video))
        np.save(folder / f"{recording}.npy", values)
    return folder


def found(database: str, folder: Path, **options: Any) -> list[tuple[str, str | None, int | None]]:
    report = audit_groups(database, folder, **options)
    return sorted((one.kind, one.recording, one.trial) for one in report.disagreements)


def test_the_same_groups_under_other_numbers(imported: str, tmp_path: Path, run_audit: RunAudit) -> None:
    folder = write(tmp_path / "groups", group_of)
    report = audit_groups(imported, folder)
    assert report.agrees
    assert (report.check("groups").compared, report.check("groups").agree) == (7, 7)
    assert run_audit(imported, "--against-groups", folder).exit_code == 0


def test_a_group_that_is_split_across_recordings(imported: str, tmp_path: Path, run_audit: RunAudit) -> None:
    folder = write(tmp_path / "groups", group_of, second_5=99)
    # One of the two numbers that recur means the same still; that alone would not make them global.
    assert found(imported, folder, numbers="global") == [("merge", SECOND, 5)]
    result = run_audit(imported, "--against-groups", folder, "--group-numbers", "global")
    assert result.exit_code == 1
    assert f"trial 5 of {SECOND} is of group 99" in result.stdout
    assert "v000003 of the catalog joins group 43 (2 trials), group 99 (1)" in result.stdout


def test_groups_that_are_joined(imported: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "groups", group_of, first_3=43)
    assert found(imported, folder) == [("split", FIRST, 3)]


def test_trials_that_are_swapped(imported: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "groups", group_of, second_4=43, second_5=41, first_0=41)
    report = audit_groups(imported, folder, numbers="global")
    assert {one.kind for one in report.disagreements} == {"swapped"}
    assert len(report.disagreements) == 2


def test_numbers_that_begin_anew_in_each_file(imported: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "groups", group_of)
    values = np.load(folder / f"{SECOND}.npy")
    # The second recording's videos get the numbers that mean others in the first one.
    values[[1, 4, 5]] = [41, 43, 44]
    np.save(folder / f"{SECOND}.npy", values)
    report = audit_groups(imported, folder)
    assert report.agrees
    assert any("within each recording only" in note for note in report.notes)
    assert found(imported, folder, numbers="local") == []
    assert found(imported, folder, numbers="global") != []


def test_within_one_recording_groups_count_whatever_the_numbers_mean_elsewhere(imported: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "groups", group_of, first_7=49)
    for numbers in ("auto", "global", "local"):
        assert [one[1] for one in found(imported, folder, numbers=numbers)] == [FIRST]


def test_no_statement(imported: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "groups", group_of, first_7=-1)
    values = np.load(folder / f"{SECOND}.npy").astype(float)
    values[values < 0] = np.nan
    values[[2, 11]] = 43
    np.save(folder / f"{SECOND}.npy", values[:12])
    report = audit_groups(imported, folder)
    assert report.agrees
    assert report.check("groups").compared == 6
    assert "the files say nothing of 1 trial of these recordings" in report.notes
    assert "2 entries are at an index that is no trial of the catalog" in report.notes


def test_a_file_may_be_shorter_than_the_recording_and_bear_more_than_its_name(imported: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "groups", group_of)
    np.save(folder / f"{FIRST}.npy", np.load(folder / f"{FIRST}.npy")[:3].astype(np.uint8))
    (folder / f"{SECOND}.npy").rename(folder / f"groups-{SECOND.removesuffix('_30hz')}-final.npy")
    report = audit_groups(imported, folder)
    assert report.agrees
    assert report.recordings == (FIRST, SECOND)
    assert report.check("groups").compared == 5


def test_recordings_that_only_one_side_has(imported: str, tmp_path: Path, run_audit: RunAudit) -> None:
    folder = write(tmp_path / "groups", group_of)
    (folder / f"{SECOND}.npy").rename(folder / "strange.npy")
    result = run_audit(imported, "--against-groups", folder)
    assert result.exit_code == 0
    assert f"{SECOND} is only in the catalog" in result.stderr
    assert f"strange is only in {folder}" in result.stderr


def test_classes_agree(imported: str, tmp_path: Path, run_audit: RunAudit) -> None:
    folder = write(tmp_path / "classes", class_of)
    assert audit_classes(imported, folder, CLASSES).check("classes").agree == 7
    assert run_audit(imported, "--against-classes", folder, "--classes", GIVEN).exit_code == 0


def test_a_wrong_class_is_named(imported: str, tmp_path: Path, run_audit: RunAudit) -> None:
    folder = write(tmp_path / "classes", class_of, first_3=3)
    (one,) = audit_classes(imported, folder, CLASSES).disagreements
    assert (one.recording, one.trial, one.catalog, one.other) == (FIRST, 3, "NaturalImages", "Gabor")
    result = run_audit(imported, "--against-classes", folder, "--classes", GIVEN, "--format", "csv")
    assert result.exit_code == 1
    assert f"False,1,classes,value,{FIRST},3,,NaturalImages,Gabor," in result.stdout


def test_several_comparisons_at_once(
    imported: str, small_catalogs: tuple[Path, dict[str, str]], tmp_path: Path, run_audit: RunAudit
) -> None:
    groups, classes = write(tmp_path / "groups", group_of), write(tmp_path / "classes", class_of, first_3=3)
    arguments = ["--against", small_catalogs[0], "--against-groups", groups]
    assert run_audit(imported, *arguments).exit_code == 0
    result = run_audit(imported, *arguments, "--against-classes", classes, "--classes", GIVEN)
    assert result.exit_code == 1
    assert result.stdout.count("disagreements: none") == 2


BAD_ARRAYS: dict[str, tuple[Any, str]] = {
    "text": (np.array(["a", "b"]), "holds <U1"),
    "flags": (np.array([True, False]), "holds bool"),
    "two dimensions": (np.zeros((3, 2)), "has 2 dimensions"),
    "pickled": (np.array([{"a": 1}, None]), "pickled"),
    "halves": (np.array([1.0, 2.5]), "holds 2.5 at index 1"),
    "infinite": (np.array([1.0, np.inf]), "holds inf at index 1"),
    "complex": (np.array([1j]), "holds complex128"),
}


@pytest.mark.parametrize("case", BAD_ARRAYS)
def test_arrays_that_are_no_list_of_whole_numbers(
    case: str, imported: str, tmp_path: Path, run_audit: RunAudit
) -> None:
    folder = write(tmp_path / "groups", group_of)
    values, message = BAD_ARRAYS[case]
    np.save(folder / f"{FIRST}.npy", values, allow_pickle=True)
    for arguments in (["--against-groups", folder], ["--against-classes", folder, "--classes", GIVEN]):
        result = run_audit(imported, *arguments)
        assert (result.exit_code, result.stdout) == (2, "")
        assert message in result.stderr
        assert f"{FIRST}.npy" in result.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "is empty"), (b"not numpy at all", "is no .npy file"), (b"\x93NUMPY\x01\x00", "header is broken")],
)
def test_files_that_are_no_arrays(content: bytes, message: str, imported: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "groups", group_of)
    (folder / f"{FIRST}.npy").write_bytes(content)
    with pytest.raises(InputError, match=message):
        audit_groups(imported, folder)


def test_folders_that_hold_nothing_to_compare(imported: str, tmp_path: Path, run_audit: RunAudit) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    strange = tmp_path / "strange"
    strange.mkdir()
    np.save(strange / "other.npy", np.zeros(3))
    for folder, message in (
        (empty, "holds no .npy files"),
        (strange, "none of the files"),
        (tmp_path / "none", "does not exist"),
        (strange / "other.npy", "is no folder"),
    ):
        for arguments in (["--against-groups", folder], ["--against-classes", folder, "--classes", GIVEN]):
            result = run_audit(imported, *arguments)
            assert (result.exit_code, result.stdout) == (2, "")
            assert message in result.stderr


def test_a_class_number_without_label(imported: str, tmp_path: Path, run_audit: RunAudit) -> None:
    folder = write(tmp_path / "classes", class_of, second_1=8)
    result = run_audit(imported, "--against-classes", folder, "--classes", GIVEN)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{SECOND}.npy gives trial 1 the class 8" in result.stderr
    assert "add 8=LABEL" in result.stderr


def test_a_label_that_nothing_has(imported: str, tmp_path: Path, run_audit: RunAudit) -> None:
    folder = write(tmp_path / "classes", class_of)
    result = run_audit(imported, "--against-classes", folder, "--classes", "0=NaturalVideo,3=Gabr,5=NaturalImages")
    assert result.exit_code == 2
    assert "Did you mean 'Gabor'?" in result.stderr


def test_classes_as_text() -> None:
    assert parse_classes("0=NaturalVideo, 12 = Gabor") == {0: "NaturalVideo", 12: "Gabor"}


@pytest.mark.parametrize("given", ["", "0", "0=", "=Gabor", "a=Gabor", "-1=Gabor", "0=Gabor,", "²=Gabor"])
def test_classes_that_cannot_be_read(given: str, imported: str, tmp_path: Path, run_audit: RunAudit) -> None:
    folder = write(tmp_path / "classes", class_of)
    result = run_audit(imported, "--against-classes", folder, "--classes", given)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "expected such as 0=NaturalVideo,1=Gabor" in result.stderr


def test_a_class_number_that_is_given_twice(imported: str, tmp_path: Path, run_audit: RunAudit) -> None:
    folder = write(tmp_path / "classes", class_of)
    result = run_audit(imported, "--against-classes", folder, "--classes", f"{GIVEN},0=PinkNoise")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "gives 0 twice" in result.stderr


@pytest.mark.parametrize(
    "arguments", [[], ["--against-classes", "x"], ["--classes", GIVEN], ["--against", "x", "--tolerance", "-1"]]
)
def test_options_that_do_not_go_together(arguments: list[str], imported: str, run_audit: RunAudit) -> None:
    assert run_audit(imported, *arguments).exit_code == 2
