"""Frictionless Data Package, version 2: `datapackage.json` beside a CSV file for each table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from catalog import __version__
from catalog.exports import licences
from catalog.exports import provenance as origin
from catalog.exports.options import ExportOptions, ExportReport
from catalog.exports.provenance import Provenance, Run, Source
from catalog.exports.tables import (
    Field,
    Rewriting,
    WrittenTable,
    exported_tables,
    rows,
    timestamp,
    write_csv,
    write_json,
)
from catalog.models import SCHEMA_REVISION

DESCRIPTOR = "datapackage.json"
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"

_TYPES = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "timestamp": "datetime",
    "integers": "array",
    "texts": "array",
    "object": "object",
}


def write(session: Session, folder: Path, options: ExportOptions) -> ExportReport:
    """Write a CSV file for each table and view, and the descriptor."""
    told = origin.collect(session, options)
    rewriting = Rewriting.of(session, options)
    made = [write_csv(folder, table, rows(session, table, rewriting)) for table in exported_tables()]
    write_json(folder / DESCRIPTOR, describe(told, [file for file, _ in made]))
    return told.report_csv(made, *rewriting.notes)


def describe(told: Provenance, files: list[WrittenTable]) -> dict[str, Any]:
    """Return the descriptor of a package of these files."""
    created = {} if told.changed is None else {"created": timestamp(told.changed)}
    return {
        "$schema": PROFILE,
        "name": f"{origin.NAME}-export",
        "title": origin.TITLE,
        "description": told.description,
        "homepage": licences.METADATA_URL,
        "version": origin.version(files),
        **created,
        "keywords": list(origin.KEYWORDS),
        "contributors": [
            {"title": licences.METADATA_AUTHOR, "path": licences.METADATA_URL, "roles": ["creator", "DataCurator"]},
            {"title": licences.DATA_AUTHORS, "path": licences.DATA_URL, "roles": ["creator", "DataCollector"]},
        ],
        "licenses": [{"name": licences.LICENSE, "path": licences.LICENSE_URL, "title": licences.LICENSE_TITLE}],
        "sources": [
            {
                "title": f"Published metadata of the Sensorium 2023 recordings, by {licences.METADATA_AUTHOR}",
                "path": licences.METADATA_URL,
                "license": {"name": licences.LICENSE, "path": licences.LICENSE_URL},
            },
            *(_source(source) for source in told.sources),
        ],
        "limitations": told.limitations,
        "problems": told.problems,
        "software": {"name": origin.NAME, "version": __version__, "schema": SCHEMA_REVISION},
        "runs": [_run(run) for run in told.runs],
        "resources": [_resource(file) for file in files],
    }


def _source(source: Source) -> dict[str, Any]:
    where = {} if source.url is None else {"path": source.url}
    arrays = {} if source.data_url is None else {"arrays": source.data_url}
    return {
        "title": source.recording,
        **where,
        **arrays,
        "description": f"Arrays of one recording. Its rows were {source.how}.",
        "license": {"title": licences.ARRAYS_LICENSE, **where},
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "id": run.id,
        "title": run.label,
        "started": timestamp(run.started_at),
        "finished": None if run.finished_at is None else timestamp(run.finished_at),
        "version": run.version,
    }


def _resource(file: WrittenTable) -> dict[str, Any]:
    table = file.table
    references = [(field.name, field.references) for field in table.fields if field.references]
    return {
        "name": table.name,
        "type": "table",
        "path": file.file,
        "description": table.row,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.size,
        "hash": f"sha256:{file.sha256}",
        "rows": file.rows,
        "dialect": {"header": True, "delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True},
        "schema": {
            "fields": [_field(field) for field in table.fields],
            "missingValues": [""],
            "primaryKey": list(table.key),
            "foreignKeys": [
                {"fields": [name], "reference": {"resource": owner, "fields": [column]}}
                for name, (owner, column) in references
            ],
        },
    }


def _field(field: Field) -> dict[str, Any]:
    content: dict[str, Any] = {
        "name": field.name,
        "type": _TYPES[field.kind],
        "description": field.definition,
    }
    if field.unit:
        content["unit"] = field.unit
    if field.kind == "boolean":
        content |= {"trueValues": ["true"], "falseValues": ["false"]}
    if field.kind == "text" and field.required:
        # Where a value cannot be missing, an empty one is a text.
        content["missingValues"] = []
    constraints: dict[str, Any] = {}
    if field.required:
        constraints["required"] = True
    if field.unique:
        constraints["unique"] = True
    if field.minimum is not None:
        constraints["minimum"] = field.minimum
    if field.choices:
        constraints["enum"] = list(field.choices)
    return content | ({"constraints": constraints} if constraints else {})
