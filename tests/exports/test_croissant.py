"""Croissant: mlcroissant accepts it and reads the same rows from it as the catalog holds."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import mlcroissant
import pandas as pd
import pytest

from catalog.dictionary import TABLES
from catalog.exports.tables import LEFT_OUT
from catalog.models import Base
from tests.conftest import BACKENDS, MakeDatabase
from tests.exports.table_catalogs import (
    AWKWARD,
    SEGMENT,
    SEGMENT_PUBLISHED,
    VIDEO,
    VIDEO_PUBLISHED,
    Exported,
    content_of,
    descriptor,
    edited,
    export,
    fill,
    plain,
    refuse_network,
    stored,
    without_folders,
)

# rdflib, which the validator uses, warns of itself.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_network(monkeypatch)


@pytest.fixture(scope="module", params=BACKENDS)
def exported(
    request: pytest.FixtureRequest, make_lasting_database: MakeDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Exported:
    return Exported(make_lasting_database(request.param), tmp_path_factory.mktemp("croissant"), "croissant")


def read(folder: Path) -> mlcroissant.Dataset:
    return mlcroissant.Dataset(jsonld=folder / "croissant.json")


def records(data_set: mlcroissant.Dataset, name: str) -> list[dict[str, Any]]:
    """Return a record set's records, without its name before each field's."""
    found = data_set.records(record_set=name)
    return [{key.removeprefix(f"{name}/"): value for key, value in record.items()} for record in found]


def test_the_validator_finds_neither_errors_nor_warnings(exported: Exported) -> None:
    issues = read(exported.folder).metadata.ctx.issues
    assert not issues.errors
    assert not issues.warnings


def test_every_table_is_read_with_the_rows_that_the_catalog_holds(exported: Exported) -> None:
    data_set = read(exported.folder)
    rows = stored(exported.database)
    assert {record_set.id for record_set in data_set.metadata.record_sets} == rows.keys()
    for name, expected in rows.items():
        found = records(data_set, name)
        assert len(found) == len(expected), name
        for got, wanted in zip(without_folders(found), without_folders(expected), strict=True):
            assert {key: plain(value) for key, value in got.items()} == {
                key: pytest.approx(plain(value), rel=1e-15) if isinstance(value, float) else empty(plain(value))
                for key, value in wanted.items()
            }
    assert exported.report.counts["rows"] == sum(len(expected) for expected in rows.values())


def empty(value: Any) -> Any:
    """CSV has one word for an empty text and none."""
    return None if value == "" else value


def test_each_file_reads_in_pandas_to_the_last_digit(exported: Exported) -> None:
    for name, expected in stored(exported.database).items():
        frame = pd.read_csv(exported.folder / f"{name}.csv")
        assert len(frame) == len(expected)
        for column in frame.columns[frame.dtypes == "float64"]:
            assert [plain(v) for v in frame[column]] == [empty(plain(row[column])) for row in expected], (name, column)


def test_awkward_text_is_kept_in_csv(exported: Exported) -> None:
    messages = pd.read_csv(exported.folder / "ingest_problems.csv")["message"]
    assert messages[0] == AWKWARD


def test_record_counts_are_stated(exported: Exported) -> None:
    rows = stored(exported.database)
    content = descriptor(exported.folder / "croissant.json")
    stated = {record_set["@id"]: record_set["annotation"]["value"] for record_set in content["recordSet"]}
    assert stated == {name: len(expected) for name, expected in rows.items()}


def test_licences_creators_and_sources_are_stated_apart(exported: Exported) -> None:
    content = descriptor(exported.folder / "croissant.json")
    assert content["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    assert content["license"] == content["sdLicense"] == CC0
    assert [creator["name"].split()[0] for creator in content["creator"]] == ["Ana", "Turishcheva"]
    metadata, *recordings = content["isBasedOn"]
    assert metadata["license"] == CC0
    # The arrays' licence is the one stated at their source: none is made up.
    assert [source["license"]["name"] for source in recordings] == [
        "The arrays' own licence, stated where they are published"
    ] * 2
    assert recordings[0]["url"] == "https://example.org/data"
    assert recordings[1]["url"] == recordings[1]["distribution"]["contentUrl"]


def test_runs_and_versions_are_stated(exported: Exported) -> None:
    content = descriptor(exported.folder / "croissant.json")
    runs = content["prov:wasGeneratedBy"]
    assert [run["prov:startedAtTime"] for run in runs] == ["2026-04-30T12:00:00.250000Z"] * 2
    assert "failed, analysis 3" in runs[1]["prov:label"]
    assert content["datePublished"] == "2026-04-30"
    assert content["version"].startswith("0.1.0+")
    assert content["schemaVersion"]


def test_each_column_carries_its_definition_and_unit(exported: Exported) -> None:
    content = descriptor(exported.folder / "croissant.json")
    for record_set in content["recordSet"]:
        for field in record_set["field"]:
            told = TABLES.get(record_set["@id"])
            if told is not None:
                column = told.columns[field["name"]]
                assert column.meaning in field["description"]
                assert column.null in field["description"]
                assert field.get("unitText", "") == column.unit


def test_problems_are_told_in_the_export_and_in_the_report(exported: Exported) -> None:
    sentence = "The catalog has recorded problems (1 error, 2 warnings): see the table ingest_problems."
    content = descriptor(exported.folder / "croissant.json")
    assert sentence in content["rai:dataLimitations"]
    assert sentence in content["description"]
    assert sentence in exported.report.notes
    assert "Runs that did not end well, so that recordings may be missing: 7." in exported.report.notes
    assert "1 empty text reads as a missing value: CSV writes both as nothing." in exported.report.notes


def test_no_folder_of_this_machine_is_told(exported: Exported) -> None:
    told = "".join(path.read_text() for path in exported.folder.iterdir())
    assert str(exported.base) not in told
    assert "cannot read (local folder)/x.npy" in told
    assert "(local folder)/data2 is no folder of ours" in told
    assert "recording_roots.csv" not in {path.name for path in exported.folder.iterdir()}


def test_foreign_keys_are_stated(exported: Exported) -> None:
    stated = {
        (record_set["@id"], key["csvw:columnReference"], *key["csvw:reference"].values())
        for record_set in descriptor(exported.folder / "croissant.json")["recordSet"]
        for key in record_set["csvw:foreignKey"]
    }
    for name in TABLES.keys() - LEFT_OUT.keys():
        for key in Base.metadata.tables[name].foreign_keys:
            assert (name, key.parent.name, f"{key.column.table.name}.csv", key.column.name) in stated


def test_records_can_be_read_twice(exported: Exported) -> None:
    data_set = read(exported.folder)
    assert len(records(data_set, "trials")) == len(records(data_set, "trials")) == 9


def test_the_same_catalog_gives_the_same_bytes(exported: Exported, tmp_path: Path) -> None:
    export(exported.database, tmp_path / "again", "croissant")
    assert content_of(tmp_path / "again") == content_of(exported.folder)


def test_both_databases_give_the_same_bytes(both_databases: dict[str, str], tmp_path: Path) -> None:
    found = []
    for backend, database in both_databases.items():
        fill(database, tmp_path)
        export(database, tmp_path / backend, "croissant")
        found.append(content_of(tmp_path / backend))
    assert found[0] == found[1]


def test_published_names_replace_ids_in_every_table(exported: Exported, tmp_path: Path) -> None:
    export(exported.database, tmp_path / "out", "croissant", ids="published")
    data_set = read(tmp_path / "out")
    for name, column, old, new in (
        ("videos", "id", VIDEO, VIDEO_PUBLISHED),
        ("trials", "video_id", VIDEO, VIDEO_PUBLISHED),
        ("trial_overview", "video_id", VIDEO, VIDEO_PUBLISHED),
        ("selection_trials", "video_id", VIDEO, VIDEO_PUBLISHED),
        ("video_segments", "video_id", VIDEO, VIDEO_PUBLISHED),
        ("video_segments", "segment_id", SEGMENT, SEGMENT_PUBLISHED),
        ("segments", "id", SEGMENT, SEGMENT_PUBLISHED),
        ("segment_overview", "segment_id", SEGMENT, SEGMENT_PUBLISHED),
    ):
        values = [plain(record[column]) for record in records(data_set, name)]
        assert new in values, name
        assert old not in values, name
    aliases = {
        plain(r["alias"]): (plain(r["video_id"]), plain(r["source"])) for r in records(data_set, "video_aliases")
    }
    assert aliases[VIDEO] == (VIDEO_PUBLISHED, "content")
    assert aliases["v000999"] == (VIDEO_PUBLISHED, "published")
    assert VIDEO_PUBLISHED not in aliases


def test_an_empty_catalog_is_exported(database: str, tmp_path: Path) -> None:
    report = export(database, tmp_path / "out", "croissant")
    data_set = read(tmp_path / "out")
    assert report.counts["rows"] == 0
    assert [records(data_set, record_set.id) for record_set in data_set.metadata.record_sets if record_set.id] == [
        [] for _ in data_set.metadata.record_sets
    ]


class TestWhatTheValidatorCatches:
    @pytest.fixture
    def copy(self, exported: Exported, tmp_path: Path) -> Path:
        return Path(shutil.copytree(exported.folder, tmp_path / "copy"))

    def test_a_changed_file(self, copy: Path) -> None:
        path = copy / "trials.csv"
        path.write_bytes(path.read_bytes().replace(b"Gabor", b"GABOR"))
        with pytest.raises(Exception, match="Download") as caught:
            records(read(copy), "trials")
        assert "Hash of downloaded file" in str(caught.value.__cause__ or caught.value)

    def test_a_missing_file(self, copy: Path) -> None:
        (copy / "trials.csv").unlink()
        with pytest.raises(Exception, match=r"Download|trials\.csv"):
            records(read(copy), "trials")

    def test_a_descriptor_with_a_gap(self, copy: Path) -> None:
        with edited(copy / "croissant.json") as content:
            del content["distribution"][0]["sha256"]
        with pytest.raises(mlcroissant.ValidationError, match="sha256"):
            read(copy)
