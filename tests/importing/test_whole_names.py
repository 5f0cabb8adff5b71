"""An import takes a recording by its whole name, and tells which names a part belongs to."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.errors import InputError
from ingest.importing import import_metadata
from tests.importing.builder import FIRST, SECOND, PublishedFolder


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("11111", f"Did you mean '{FIRST}'? The whole name is needed here."),
        ("Video", f"Did you mean '{FIRST}' or '{SECOND}'? The whole name is needed here."),
        (f"{SECOND[:-1]}x", f"Did you mean '{SECOND}'?"),
        ("nobody", f"There are: {FIRST}, {SECOND}."),
        ("", f"There are: {FIRST}, {SECOND}."),
    ],
)
def test_a_part_of_a_name_is_refused(tmp_path: Path, name: str, told: str) -> None:
    folder = PublishedFolder(tmp_path / "metadata").write()
    with pytest.raises(InputError) as error:
        import_metadata(tmp_path / "catalog.db", folder.root, recordings=[name])
    assert str(error.value) == f"{folder.root} holds no metadata of a recording {name!r}. {told}"
    assert not (tmp_path / "catalog.db").exists()
