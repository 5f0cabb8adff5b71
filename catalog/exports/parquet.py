"""Parquet: a file for each table, with `croissant.json` beside them; needs pyarrow."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from catalog import __version__
from catalog.errors import InputError
from catalog.exports import croissant, licences
from catalog.exports import provenance as origin
from catalog.exports.options import ExportOptions, ExportReport
from catalog.exports.provenance import Provenance
from catalog.exports.tables import (
    ExportedTable,
    Field,
    Rewriting,
    Row,
    WrittenTable,
    exported_tables,
    rows,
    write_json,
    written,
)
from catalog.models import SCHEMA_REVISION

ENCODING = "application/x-parquet"
ROWS_IN_GROUP = 50_000
METADATA_KEY = "sensorium-catalog"


def write(session: Session, folder: Path, options: ExportOptions) -> ExportReport:
    """Write a Parquet file for each table and view, and a Croissant descriptor.

    Raises
    ------
    InputError
        pyarrow is not installed.
    """
    arrow = _pyarrow()
    told = origin.collect(session, options)
    rewriting = Rewriting.of(session, options)
    files = [_write(arrow, folder, told, table, rows(session, table, rewriting)) for table in exported_tables()]
    write_json(folder / croissant.DESCRIPTOR, croissant.describe(told, files, ENCODING))
    return told.report(files, *rewriting.notes)


def _pyarrow() -> Any:
    try:
        importlib.import_module("pyarrow.parquet")
        return importlib.import_module("pyarrow")
    except ModuleNotFoundError as error:
        raise InputError("the format parquet needs pyarrow: pip install 'sensorium-catalog[parquet]'") from error


def _write(arrow: Any, folder: Path, told: Provenance, table: ExportedTable, content: Iterator[Row]) -> WrittenTable:
    path = folder / f"{table.name}.parquet"
    schema = _schema(arrow, table, told)
    count = 0
    with arrow.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while batch := list(islice(content, ROWS_IN_GROUP)):
            columns = zip(schema, table.fields, zip(*batch, strict=True), strict=True)
            arrays = [arrow.array(_values(field, values), type=wanted.type) for wanted, field, values in columns]
            writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))
            count += len(batch)
    return written(path, table, count)


def _values(field: Field, values: Iterable[Any]) -> list[Any]:
    if field.kind == "object":
        return [None if value is None else json.dumps(value, ensure_ascii=False) for value in values]
    return list(values)


def _schema(arrow: Any, table: ExportedTable, told: Provenance) -> Any:
    types = {
        "text": arrow.string(),
        "integer": arrow.int64(),
        "number": arrow.float64(),
        "boolean": arrow.bool_(),
        "timestamp": arrow.timestamp("us", tz="UTC"),
        "integers": arrow.list_(arrow.int64()),
        "texts": arrow.list_(arrow.string()),
        "object": arrow.string(),
    }
    fields = [
        arrow.field(field.name, types[field.kind], nullable=not field.required, metadata=_told_of(field))
        for field in table.fields
    ]
    return arrow.schema(fields, metadata={METADATA_KEY: json.dumps(_told_of_table(table, told), ensure_ascii=False)})


def _told_of(field: Field) -> dict[str, str]:
    references = ".".join(field.references) if field.references else ""
    content = {"description": field.definition, "unit": field.unit, "references": references}
    return {key: value for key, value in content.items() if value}


def _told_of_table(table: ExportedTable, told: Provenance) -> dict[str, Any]:
    references = [(field.name, field.references) for field in table.fields if field.references]
    return {
        "title": origin.TITLE,
        "table": table.name,
        "description": table.row,
        "primary_key": list(table.key),
        "foreign_keys": {name: ".".join(target) for name, target in references},
        "creators": [licences.METADATA_AUTHOR, licences.DATA_AUTHORS],
        "license": licences.LICENSE_URL,
        "license_of_arrays": licences.ARRAYS_LICENSE,
        "sources": {source.recording: source.url for source in told.sources},
        "version": __version__,
        "schema": SCHEMA_REVISION,
        "limitations": told.limitations,
    }
