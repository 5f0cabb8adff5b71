"""MLCommons Croissant 1.1: `croissant.json` beside a CSV file for each table."""

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
    ExportedTable,
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

DESCRIPTOR = "croissant.json"
CSV = "text/csv"
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "prov": "http://www.w3.org/ns/prov#",
    "csvw": "http://www.w3.org/ns/csvw#",
    "wd": "http://www.wikidata.org/entity/",
    "annotation": "cr:annotation",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "containedIn": "cr:containedIn",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "excludes": "cr:excludes",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "readLines": "cr:readLines",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sdVersion": "cr:sdVersion",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
    "unArchive": "cr:unArchive",
    "value": "cr:value",
}
"""The specification's context in the form that its validator reads without complaint, with PROV, CSVW and Wikidata."""

_TYPES = {
    "text": "sc:Text",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "boolean": "sc:Boolean",
    "timestamp": "sc:DateTime",
    "integers": "sc:Text",
    "texts": "sc:Text",
    "object": "sc:Text",
}
_ITEMS = {"integers": "sc:Integer", "texts": "sc:Text"}
"""Lists, where a file can hold them; CSV holds them as JSON text."""


def write(session: Session, folder: Path, options: ExportOptions) -> ExportReport:
    """Write a CSV file for each table and view, and the descriptor."""
    told = origin.collect(session, options)
    rewriting = Rewriting.of(session, options)
    made = [write_csv(folder, table, rows(session, table, rewriting)) for table in exported_tables()]
    write_json(folder / DESCRIPTOR, describe(told, [file for file, _ in made], CSV))
    return told.report_csv(made, *rewriting.notes)


def describe(told: Provenance, files: list[WrittenTable], encoding: str) -> dict[str, Any]:
    """Return the descriptor of a data set of these files, all of one encoding."""
    changed, begun = told.changed, told.begun
    dates = (
        {}
        if changed is None or begun is None
        else {
            "dateCreated": timestamp(begun),
            "dateModified": timestamp(changed),
            "datePublished": changed.date().isoformat(),
        }
    )
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.1",
        "name": origin.TITLE,
        "description": told.description,
        "url": licences.METADATA_URL,
        "license": licences.LICENSE_URL,
        "sdLicense": licences.LICENSE_URL,
        "usageInfo": {"@type": "CreativeWork", "name": "Licences", "description": licences.LICENSES},
        "creator": [
            {"@type": "Person", "name": licences.METADATA_AUTHOR, "url": licences.METADATA_URL},
            {"@type": "Organization", "name": licences.DATA_AUTHORS, "url": licences.DATA_URL},
        ],
        "citeAs": licences.CITATION,
        "keywords": list(origin.KEYWORDS),
        "inLanguage": "en",
        "version": origin.version(files),
        "sdVersion": __version__,
        "schemaVersion": SCHEMA_REVISION,
        **dates,
        "rai:dataLimitations": told.limitations,
        "isBasedOn": [_published_metadata(), *(_based_on(source) for source in told.sources)],
        "prov:wasGeneratedBy": [_activity(run) for run in told.runs],
        "distribution": [_file(file, encoding) for file in files],
        "recordSet": [_record_set(file, encoding) for file in files],
    }


def _published_metadata() -> dict[str, Any]:
    return {
        "@type": "Dataset",
        "name": "Published metadata of the Sensorium 2023 recordings",
        "description": "Trials, videos, segments and neurons of ten recordings.",
        "creator": {"@type": "Person", "name": licences.METADATA_AUTHOR},
        "license": licences.LICENSE_URL,
        "url": licences.METADATA_URL,
    }


def _based_on(source: Source) -> dict[str, Any]:
    where = {} if source.url is None else {"url": source.url}
    arrays = (
        {} if source.data_url is None else {"distribution": {"@type": "DataDownload", "contentUrl": source.data_url}}
    )
    return {
        "@type": "Dataset",
        "name": source.recording,
        "description": f"Arrays of one recording. Its rows were {source.how}.",
        "license": {"@type": "CreativeWork", "name": licences.ARRAYS_LICENSE, **where},
        **where,
        **arrays,
    }


def _activity(run: Run) -> dict[str, Any]:
    ended = {} if run.finished_at is None else {"prov:endedAtTime": timestamp(run.finished_at)}
    return {
        "@type": "prov:Activity",
        "prov:label": run.label,
        "prov:startedAtTime": timestamp(run.started_at),
        **ended,
        "prov:wasAssociatedWith": {"@type": "prov:SoftwareAgent", "prov:label": f"{origin.NAME} {run.version}"},
    }


def _file(file: WrittenTable, encoding: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.file,
        "name": file.file,
        "description": file.table.row,
        "contentUrl": file.file,
        "contentSize": f"{file.size} B",
        "encodingFormat": encoding,
        "sha256": file.sha256,
    }


def _record_set(file: WrittenTable, encoding: str) -> dict[str, Any]:
    table = file.table
    return {
        "@type": "cr:RecordSet",
        "@id": table.name,
        "name": table.name,
        "description": table.row,
        "key": [{"@id": f"{table.name}/{name}"} for name in table.key],
        "annotation": {
            "@type": "cr:Field",
            "@id": f"{table.name}/count",
            "name": "count",
            "description": "Number of records.",
            "dataType": ["sc:Integer", "wd:Q4049983"],
            "value": file.rows,
        },
        # Not as `references`: the validator would join the tables, and find no records when it reads them again.
        "csvw:foreignKey": [
            {
                "csvw:columnReference": field.name,
                "csvw:reference": {
                    "csvw:resource": file.file.replace(table.name, field.references[0]),
                    "csvw:columnReference": field.references[1],
                },
            }
            for field in table.fields
            if field.references
        ],
        "field": [_field(table, field, file.file, encoding) for field in table.fields],
    }


def _field(table: ExportedTable, field: Field, file: str, encoding: str) -> dict[str, Any]:
    content: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{table.name}/{field.name}",
        "name": field.name,
        "description": field.definition,
        "dataType": _TYPES[field.kind],
    }
    if field.unit:
        content["unitText"] = field.unit
    if field.kind in _ITEMS and encoding != CSV:
        content |= {"dataType": _ITEMS[field.kind], "isArray": True, "arrayShape": "-1"}
    content["source"] = {"fileObject": {"@id": file}, "extract": {"column": field.name}}
    return content
