"""Data Package: frictionless accepts it, with every key and constraint, and reads the catalog's rows from it."""

from __future__ import annotations

import hashlib
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import frictionless
import pytest

from catalog.dictionary import TABLES
from catalog.exports.tables import LEFT_OUT
from catalog.models import Base
from tests.conftest import BACKENDS, MakeDatabase
from tests.exports.table_catalogs import (
    AWKWARD,
    VIDEO,
    VIDEO_PUBLISHED,
    Exported,
    content_of,
    descriptor,
    edited,
    export,
    plain,
    refuse_network,
    stored,
    without_folders,
)


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_network(monkeypatch)


@pytest.fixture(scope="module", params=BACKENDS)
def exported(
    request: pytest.FixtureRequest, make_lasting_database: MakeDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Exported:
    return Exported(make_lasting_database(request.param), tmp_path_factory.mktemp("package"), "datapackage")


def errors(folder: Path) -> set[tuple[str, str]]:
    """Return what the validator finds wrong: the resource and the kind of error."""
    report = frictionless.validate(str(folder / "datapackage.json"))
    found = {(task.name, error.type) for task in report.tasks for error in task.errors}
    return found | {("package", error.type) for error in report.errors}


def test_the_validator_finds_nothing_wrong(exported: Exported) -> None:
    assert errors(exported.folder) == set()


def test_every_table_is_read_with_the_rows_that_the_catalog_holds(exported: Exported) -> None:
    package = frictionless.Package(str(exported.folder / "datapackage.json"))
    rows = stored(exported.database)
    assert set(package.resource_names) == rows.keys()
    for name, expected in rows.items():
        found = [row.to_dict() for row in package.get_resource(name).read_rows()]
        got = [{key: number(plain(value)) for key, value in row.items()} for row in without_folders(found)]
        wanted = [{key: plain(value) for key, value in row.items()} for row in without_folders(expected)]
        assert got == wanted, name
    assert exported.report.counts["rows"] == sum(len(expected) for expected in rows.values())


def number(value: Any) -> Any:
    """Frictionless reads decimal fractions: to the last digit, they are the floats that were written."""
    return float(value) if isinstance(value, Decimal) else value


def test_texts_that_must_be_there_may_be_empty(exported: Exported) -> None:
    package = frictionless.Package(str(exported.folder / "datapackage.json"))
    first = package.get_resource("ingest_problems").read_rows()[0]
    assert first["message"] == AWKWARD
    assert first["action"] == ""
    assert first["path"] is None


def test_keys_types_and_constraints_are_those_of_the_database(exported: Exported) -> None:
    resources = {r["name"]: r["schema"] for r in descriptor(exported.folder / "datapackage.json")["resources"]}
    for name in TABLES.keys() - LEFT_OUT.keys():
        table, schema = Base.metadata.tables[name], resources[name]
        assert schema["primaryKey"] == [column.name for column in table.primary_key]
        assert sorted(
            (key["fields"][0], key["reference"]["resource"], key["reference"]["fields"][0])
            for key in schema["foreignKeys"]
        ) == sorted((key.parent.name, key.column.table.name, key.column.name) for key in table.foreign_keys)
        for field in schema["fields"]:
            column = table.c[field["name"]]
            assert field.get("constraints", {}).get("required", False) is not column.nullable
            assert TABLES[name].columns[field["name"]].meaning in field["description"]
            assert field.get("unit", "") == TABLES[name].columns[field["name"]].unit


def test_simple_checks_become_constraints(exported: Exported) -> None:
    resources = {r["name"]: r["schema"] for r in descriptor(exported.folder / "datapackage.json")["resources"]}

    def constraints(table: str, field: str) -> dict[str, Any]:
        found = next(f for f in resources[table]["fields"] if f["name"] == field)
        result: dict[str, Any] = found["constraints"]
        return result

    assert constraints("recordings", "name") == {"required": True, "unique": True}
    assert constraints("recordings", "source") == {"required": True, "enum": ["published", "raw"]}
    assert constraints("trials", "valid_frames_gaze") == {"minimum": 0}
    assert constraints("segments", "valid_frames") == {"minimum": 1}
    assert constraints("neurons", "row") == {"required": True, "minimum": 0}


def test_digests_sizes_and_row_counts_are_those_of_the_files(exported: Exported) -> None:
    rows = stored(exported.database)
    for resource in descriptor(exported.folder / "datapackage.json")["resources"]:
        content = (exported.folder / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert resource["bytes"] == len(content)
        assert resource["rows"] == len(rows[resource["name"]])


def test_licences_contributors_sources_and_runs_are_stated(exported: Exported) -> None:
    content = descriptor(exported.folder / "datapackage.json")
    assert [licence["name"] for licence in content["licenses"]] == ["CC0-1.0"]
    assert [one["title"].split()[0] for one in content["contributors"]] == ["Ana", "Turishcheva"]
    metadata, *recordings = content["sources"]
    assert metadata["license"]["name"] == "CC0-1.0"
    assert {source["license"]["title"] for source in recordings} == {
        "The arrays' own licence, stated where they are published"
    }
    assert recordings[0]["path"] == "https://example.org/data"
    assert recordings[0]["arrays"].endswith(".zip")
    assert [(run["started"], run["finished"]) for run in content["runs"]] == [
        ("2026-04-30T12:00:00.250000Z", "2026-04-30T12:00:00.250000Z"),
        ("2026-04-30T12:00:00.250000Z", None),
    ]
    assert content["problems"] == {"error": 1, "warning": 2}
    assert set(content["limitations"]) <= set(exported.report.notes)


def test_the_same_catalog_gives_the_same_bytes(exported: Exported, tmp_path: Path) -> None:
    export(exported.database, tmp_path / "again", "datapackage")
    assert content_of(tmp_path / "again") == content_of(exported.folder)


def test_foreign_keys_hold_under_published_names(exported: Exported, tmp_path: Path) -> None:
    export(exported.database, tmp_path / "out", "datapackage", ids="published")
    assert errors(tmp_path / "out") == set()
    package = frictionless.Package(str(tmp_path / "out" / "datapackage.json"))
    assert VIDEO_PUBLISHED in [row["id"] for row in package.get_resource("videos").read_rows()]
    named = [path.name for path in (tmp_path / "out").glob("*.csv") if VIDEO in path.read_text()]
    assert named == ["video_aliases.csv"]


def test_an_empty_catalog_is_exported(database: str, tmp_path: Path) -> None:
    assert export(database, tmp_path / "out", "datapackage").counts["rows"] == 0
    assert errors(tmp_path / "out") == set()


class TestWhatTheValidatorCatches:
    @pytest.fixture
    def copy(self, exported: Exported, tmp_path: Path) -> Path:
        return Path(shutil.copytree(exported.folder, tmp_path / "copy"))

    def test_a_missing_file(self, copy: Path) -> None:
        (copy / "neurons.csv").unlink()
        assert ("neurons", "scheme-error") in errors(copy)

    def test_a_changed_file(self, copy: Path) -> None:
        self.replace(copy / "neurons.csv", b"200", b"201")
        assert errors(copy) == {("neurons", "hash-count")}

    def test_a_row_that_is_gone(self, copy: Path) -> None:
        path = copy / "neurons.csv"
        path.write_bytes(path.read_bytes()[: path.read_bytes().rindex(b"\r\n", 0, -2) + 2])
        assert {("neurons", "hash-count"), ("neurons", "byte-count"), ("neurons", "row-count")} <= errors(copy)

    def test_a_trial_of_a_video_that_is_not_there(self, copy: Path) -> None:
        self.replace(copy / "trials.csv", b"v000001", b"v000099")
        self.forgive(copy, "trials")
        assert errors(copy) == {("trials", "foreign-key")}

    def test_a_number_that_is_none(self, copy: Path) -> None:
        self.replace(copy / "videos.csv", b"300", b"3OO")
        self.forgive(copy, "videos")
        assert errors(copy) == {("videos", "type-error")}

    def test_a_source_that_is_not_known(self, copy: Path) -> None:
        self.replace(copy / "videos.csv", b"published", b"publisher")
        self.forgive(copy, "videos")
        assert errors(copy) == {("videos", "constraint-error")}

    def test_a_row_that_is_there_twice(self, copy: Path) -> None:
        path = copy / "videos.csv"
        path.write_bytes(path.read_bytes() + path.read_bytes().splitlines(keepends=True)[-1])
        self.forgive(copy, "videos")
        assert errors(copy) == {("videos", "primary-key")}

    @staticmethod
    def replace(path: Path, old: bytes, new: bytes) -> None:
        content = path.read_bytes()
        assert old in content
        path.write_bytes(content.replace(old, new))

    @staticmethod
    def forgive(folder: Path, name: str) -> None:
        """Let the descriptor state the digest, size and count of the changed file: the defect itself must be found."""
        with edited(folder / "datapackage.json") as content:
            resource = next(r for r in content["resources"] if r["name"] == name)
            for stated in ("hash", "bytes", "rows"):
                del resource[stated]
