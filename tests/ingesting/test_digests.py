"""Digests on record keep their kind: a file that is read again has not changed because another kind is the default."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from catalog import Catalog
from catalog.cli import main
from catalog.upkeep import diff
from ingest.ingesting import ingest_recordings
from ingest.reading.layout import find_recordings
from ingest.reading.listing import meta_digest
from tests.importing.reading import dump
from tests.ingesting.worlds import World

OF_A_RUN = ("trial_id", "modified_ns")


def ingest(database: str, world: World, *options: str) -> None:
    ran = CliRunner().invoke(main, ["--db", database, "ingest", str(world.folder), "--workers", "1", *options])
    assert ran.exit_code == 0, ran.output


def videos(world: World) -> list[Path]:
    return sorted(world.folder.glob("*/data/videos/*.npy"))


def touch(world: World) -> None:
    """Give all arrays another time, not those that share the disk with them."""
    for path in world.folder.glob("*/data/*/*.npy"):
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
        os.utime(path, (1, 1))


def files(database: str) -> list[dict[str, Any]]:
    return [{key: value for key, value in row.items() if key not in OF_A_RUN} for row in dump(database)["array_files"]]


def kinds(database: str) -> dict[str, str]:
    """The kind of each file's digest, by path."""
    return {row["path"]: row["digest"].partition(":")[0] for row in dump(database)["array_files"]}


@pytest.mark.parametrize("kind", ["sha256", "crc32"])
def test_files_that_were_only_touched_have_not_changed(copy: World, database: str, kind: str) -> None:
    ingest(database, copy, "--digest", kind)
    before = files(database)
    assert set(kinds(database).values()) == {kind}
    touch(copy)
    ingest(database, copy)
    assert files(database) == before
    with Catalog(database) as cat:
        assert diff(cat, 2).trials == []


def test_new_files_have_a_crc32_and_the_others_what_they_had(copy: World, database: str) -> None:
    path = videos(copy)[0]
    new = path.relative_to(path.parents[2]).as_posix()
    content = path.read_bytes()
    path.unlink()
    ingest_recordings(database, copy.folder, workers=1, digest="sha256")
    path.write_bytes(content)
    ingest(database, copy)
    found = kinds(database)
    assert found.pop(new) == "crc32"
    assert set(found.values()) == {"sha256"}


@pytest.mark.parametrize(("before", "after"), [("sha256", "crc32"), ("crc32", "sha256")])
def test_a_kind_that_is_named_is_that_of_all_files_that_are_read(
    copy: World, database: str, before: str, after: str
) -> None:
    ingest(database, copy, "--digest", before)
    touch(copy)
    ingest(database, copy, "--digest", after)
    assert set(kinds(database).values()) == {after}
    with Catalog(database) as cat:
        assert {tuple(one.fields) for one in diff(cat, 2).trials} == {("files",)}


def test_outdated_recordings_keep_their_kind(copy: World, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ingest(database, copy, "--digest", "sha256")
    before = files(database)
    monkeypatch.setattr("ingest.changes.ANALYSIS_VERSION", "another")
    ingest(database, copy, "--outdated")
    assert files(database) == before


# Catalogs of before.


def test_what_meta_held_is_known_by_the_hash_of_bare_digests(lone: World) -> None:
    (folder,) = lone.folder.glob("dynamic*")
    files = ("meta/trials/tiers.npy", "meta/neurons/unit_ids.npy", "meta/neurons/cell_motor_coordinates.npy")
    bare = [hashlib.sha256((folder / path).read_bytes()).hexdigest() for path in files]
    assert meta_digest(find_recordings(folder)[0][0]) == hashlib.sha256(repr(bare).encode()).hexdigest()
