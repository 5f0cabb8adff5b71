"""Zips and folders that contradict one another, or the names they bear."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingest.ingesting import ingest_recordings
from tests.conftest import MakeDatabase
from tests.importing.reading import dump
from tests.ingesting.rows import canonical, problems
from tests.ingesting.worlds import World
from tests.zips.packing import pack, packed_set
from tests.zips.running import ingest


def test_a_zip_that_bears_the_name_of_another_recording_is_passed_over(
    films: World, database: str, scratch: Path
) -> None:
    packed = packed_set(films.folder, scratch / "data")
    first, second, third = films.names
    wrong = packed / f"{second}.zip"
    shutil.copy(packed / f"{first}.zip", wrong)
    assert ingest(database, packed).exit_code == 1
    (problem,) = problems(database)
    assert (problem["severity"], problem["kind"], problem["path"]) == ("error", "contradictory_name", wrong.name)
    assert f"holds the recording {first}, not the one whose name it bears" in problem["message"]
    assert sorted(row["name"] for row in dump(database)["recordings"]) == [first, third]
    result = ingest(database, wrong)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"holds the recording {first}" in result.stderr


@pytest.mark.parametrize("lacks", ["data/responses", "data/videos/0.npy", "meta/neurons"])
def test_a_zip_beside_its_folder_that_is_half_unpacked_is_taken(
    films: World, database: str, make_database: MakeDatabase, scratch: Path, lacks: str
) -> None:
    whole = make_database("sqlite")
    copy = films.copy(scratch / "data")
    ingest_recordings(whole, copy.folder, workers=1)
    folder = copy.folder / films.names[1]
    pack(folder, copy.folder / f"{folder.name}.zip")
    path = folder / lacks
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    for _ in range(2):
        assert ingest(database, copy.folder).exit_code == 1
        (problem,) = problems(database)
        assert (problem["severity"], problem["kind"], problem["path"]) == ("error", "doubled_recording", folder.name)
        assert f"files that {folder.name}.zip lists, such as {lacks}" in problem["message"]
        assert problem["action"] == "used the zip"
    for table in ("trials", "neurons", "recordings"):
        assert len(dump(database)[table]) == len(dump(whole)[table])
    assert canonical(database)["neurons"] == canonical(whole)["neurons"]
