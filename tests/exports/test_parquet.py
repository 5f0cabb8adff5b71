"""Parquet: pyarrow and mlcroissant read the catalog's rows from it, with types, definitions and keys."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import mlcroissant
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from catalog.dictionary import TABLES
from catalog.errors import InputError
from catalog.exports import parquet
from catalog.exports.tables import HIDDEN, LEFT_OUT
from catalog.models import Base
from tests.conftest import BACKENDS, MakeDatabase
from tests.exports.table_catalogs import (
    AWKWARD,
    VIDEO_PUBLISHED,
    Exported,
    content_of,
    export,
    plain,
    refuse_network,
    stored,
    without_folders,
)

# The validator calls rdflib and pandas in ways that those warn of.
pytestmark = [
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.reset_index is deprecated"),
]


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_network(monkeypatch)


@pytest.fixture(scope="module", params=BACKENDS)
def exported(
    request: pytest.FixtureRequest, make_lasting_database: MakeDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Exported:
    return Exported(make_lasting_database(request.param), tmp_path_factory.mktemp("parquet"), "parquet")


def test_every_table_is_read_with_the_rows_that_the_catalog_holds(exported: Exported) -> None:
    rows = stored(exported.database)
    assert {path.stem for path in exported.folder.glob("*.parquet")} == rows.keys()
    for name, expected in rows.items():
        found = pq.read_table(exported.folder / f"{name}.parquet").to_pylist()
        got = [{key: plain(value) for key, value in row.items()} for row in without_folders(found)]
        assert got == [{key: plain(value) for key, value in row.items()} for row in without_folders(expected)], name
    assert exported.report.counts["rows"] == sum(len(expected) for expected in rows.values())


def test_values_keep_their_types(exported: Exported) -> None:
    trials = pq.read_schema(exported.folder / "trials.parquet")
    assert trials.field("peaks").type == pa.list_(pa.int64())
    assert trials.field("valid_gaze").type == pa.bool_()
    assert trials.field("valid_frames").type == pa.int64()
    assert trials.field("segments_avg_duration").type == pa.float64()
    assert not trials.field("valid_gaze").nullable
    runs = pq.read_table(exported.folder / "ingest_runs.parquet")
    assert runs.schema.field("started_at").type == pa.timestamp("us", tz="UTC")
    assert json.loads(runs["parameters"][1].as_py())["data"] == HIDDEN


def test_pandas_reads_it(exported: Exported) -> None:
    problems = pd.read_parquet(exported.folder / "ingest_problems.parquet")
    assert problems["message"][0] == AWKWARD
    # What CSV cannot tell apart, Parquet can.
    assert list(problems["path"].isna()) == [False, True, True]


def test_the_schema_carries_definitions_units_and_keys(exported: Exported) -> None:
    for name in TABLES.keys() - LEFT_OUT.keys():
        schema = pq.read_schema(exported.folder / f"{name}.parquet")
        table = Base.metadata.tables[name]
        told = json.loads(schema.metadata[b"sensorium-catalog"])
        assert told["description"] == TABLES[name].row
        assert told["primary_key"] == [column.name for column in table.primary_key]
        assert told["foreign_keys"] == {key.parent.name: str(key.column) for key in table.foreign_keys}
        assert "CC0" not in told["license_of_arrays"]
        assert told["license"] == "https://creativecommons.org/publicdomain/zero/1.0/"
        for field in schema:
            column = TABLES[name].columns[field.name]
            assert column.meaning in field.metadata[b"description"].decode()
            assert field.metadata.get(b"unit", b"").decode() == column.unit


def test_the_descriptor_is_valid_and_reads_as_many_records(exported: Exported) -> None:
    data_set = mlcroissant.Dataset(jsonld=exported.folder / "croissant.json")
    assert not data_set.metadata.ctx.issues.errors
    assert not data_set.metadata.ctx.issues.warnings
    for name, expected in stored(exported.database).items():
        found = list(data_set.records(name))
        assert len(found) == len(expected)
        if name == "trials":
            assert [plain(record["trials/peaks"]) for record in found] == [row["peaks"] for row in expected]


def test_the_validator_catches_a_changed_file(exported: Exported, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(exported.folder, tmp_path / "copy"))
    shutil.copy(copy / "segments.parquet", copy / "videos.parquet")
    with pytest.raises(Exception, match="Download") as caught:
        list(mlcroissant.Dataset(jsonld=copy / "croissant.json").records("videos"))
    assert "Hash of downloaded file" in str(caught.value.__cause__)


def test_the_same_catalog_gives_the_same_bytes(exported: Exported, tmp_path: Path) -> None:
    export(exported.database, tmp_path / "again", "parquet")
    assert content_of(tmp_path / "again") == content_of(exported.folder)


def test_many_rows_are_written_in_groups(exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "ROWS_IN_GROUP", 4)
    export(exported.database, tmp_path / "out", "parquet")
    file = pq.ParquetFile(tmp_path / "out" / "trials.parquet")
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [4, 4, 1]
    assert file.read().to_pylist() == pq.read_table(exported.folder / "trials.parquet").to_pylist()


def test_published_names_are_used(exported: Exported, tmp_path: Path) -> None:
    export(exported.database, tmp_path / "out", "parquet", ids="published")
    videos = set(pq.read_table(tmp_path / "out" / "videos.parquet")["id"].to_pylist())
    trials = set(pq.read_table(tmp_path / "out" / "trials.parquet")["video_id"].to_pylist())
    assert VIDEO_PUBLISHED in videos
    assert trials - {None} <= videos


def test_an_empty_catalog_is_exported(database: str, tmp_path: Path) -> None:
    assert export(database, tmp_path / "out", "parquet").counts["rows"] == 0
    assert pq.read_table(tmp_path / "out" / "trials.parquet").num_rows == 0


def test_without_pyarrow_the_message_names_what_to_install(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.delitem(sys.modules, "pyarrow.parquet")
    with pytest.raises(InputError, match=r"pip install 'sensorium-catalog\[parquet\]'"):
        export(database, tmp_path / "out", "parquet")
    assert not (tmp_path / "out").exists()
