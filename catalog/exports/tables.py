"""The tables and views that exports hold: their columns, and their rows one after the other, fit to be published."""

from __future__ import annotations

import csv
import hashlib
import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.dictionary import TABLES
from catalog.exports.options import ExportOptions
from catalog.exports.published.names import choose_names
from catalog.models import Base, IngestRun, RecordingRoot
from catalog.models.base import UtcDateTime
from catalog.published_files import STATES

Kind = Literal["text", "integer", "number", "boolean", "timestamp", "integers", "texts", "object"]
Row = list[Any]

LEFT_OUT = {
    "recording_roots": "absolute paths on the machine that made the catalog",
    "video_signatures": "packed key frames, of use to the catalog alone",
    "segment_signatures": "packed key frames, of use to the catalog alone",
    "trial_changes": "what earlier runs changed, of use to the catalog alone",
}
"""The tables that no export holds, and why."""

VIEWS = {
    "trial_overview": (
        "One trial, with the name of its recording: `trials` as most people want it.",
        {
            "recording": "recordings.name",
            **{name: f"trials.{name}" for name in TABLES["trials"].columns if name not in ("id", "recording_id")},
            "id": "trials.id",
            "recording_id": "trials.recording_id",
        },
        ("id",),
    ),
    "segment_overview": (
        "One time that a segment of a parametric video was on screen, with its frames as measured on that trial.",
        {
            "segment_id": "segments.id",
            "segment_label": "segments.label",
            "video_id": "videos.id",
            "video_label": "videos.label",
            "recording": "recordings.name",
            "trial": "trials.trial",
            "segment_index": "video_segments.segment_index",
            "frame_start": "trial_segments.frame_start",
            "frame_end": "trial_segments.frame_end",
            "trial_type": "trials.trial_type",
            "trial_id": "trials.id",
        },
        ("trial_id", "segment_index"),
    ),
}
"""The views: what a row is, where each column comes from, and the columns that tell rows apart."""

HIDDEN = "(local folder)"
"""Stands for a folder of the machine that made the catalog."""

ROWS_AT_ONCE = 5_000
_KINDS: tuple[tuple[type[Any], Kind], ...] = (
    (sa.Boolean, "boolean"),
    (sa.Integer, "integer"),
    (sa.Float, "number"),
    (sa.Text, "text"),
    (UtcDateTime, "timestamp"),
)
_LISTS: dict[str, Kind] = {
    "trials.peaks": "integers",
    "array_files.shape": "integers",
    "selections.conditions": "texts",
}
_NAMED = {"video_id": "videos", "segment_id": "segments"}
_TELLS_FOLDERS = {"ingest_runs.parameters", *(f"ingest_problems.{name}" for name in ("path", "message", "action"))}


@dataclass(frozen=True)
class Field:
    """One column.

    Attributes
    ----------
    kind
        `integers` and `texts` are JSON lists of them, `object` is a JSON object.
    required
        It is never NULL.
    references
        Table and column whose values it takes.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    null: str = ""
    required: bool = False
    unique: bool = False
    minimum: int | None = None
    choices: tuple[str, ...] = ()
    references: tuple[str, str] | None = None

    @property
    def definition(self) -> str:
        """The meaning, the unit and what a missing value means, as sentences."""
        unit = f" Unit: {self.unit}." if self.unit else ""
        return f"{self.meaning}{unit}" + (f" Missing: {self.null}." if self.null else "")


@dataclass(frozen=True)
class ExportedTable:
    """One table or view: what a row is, its columns, the columns of its key, and the question that gives its rows."""

    name: str
    row: str
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    statement: sa.Select[Any]
    is_view: bool = False


@dataclass(frozen=True)
class WrittenTable:
    """A table's file as it was written."""

    table: ExportedTable
    file: str
    rows: int
    size: int
    sha256: str


def exported_tables() -> list[ExportedTable]:
    """Return all tables and views that exports hold; a table comes after those that it refers to."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in LEFT_OUT]
    return [*(_table(table) for table in tables), *(_view(name) for name in VIEWS)]


def _table(table: sa.Table) -> ExportedTable:
    key = tuple(column.name for column in table.primary_key)
    statement = sa.select(table).order_by(*table.primary_key)
    fields = tuple(_field(column) for column in table.columns)
    return ExportedTable(table.name, TABLES[table.name].row, fields, key, statement)


def _view(name: str) -> ExportedTable:
    row, origins, key = VIEWS[name]
    columns = {name: Base.metadata.tables[(at := origin.split("."))[0]].c[at[1]] for name, origin in origins.items()}
    view = sa.table(name, *(sa.column(name, column.type) for name, column in columns.items()))
    fields = []
    for name_here, column in columns.items():
        field = replace(_field(column), name=name_here, unique=False)
        if column.primary_key and column.name == "id":
            field = replace(field, references=(column.table.name, "id"))
        fields.append(field)
    statement = sa.select(view).order_by(*(view.c[part] for part in key))
    return ExportedTable(name, row, tuple(fields), key, statement, is_view=True)


def _field(column: sa.Column[Any]) -> Field:
    told = TABLES[column.table.name].columns[column.name]
    key = next(iter(column.foreign_keys), None)
    checks = [str(c.sqltext) for c in column.table.constraints if isinstance(c, sa.CheckConstraint)]
    alone = [c for c in column.table.constraints if isinstance(c, sa.UniqueConstraint) and list(c.columns) == [column]]
    return Field(
        column.name,
        _kind(column),
        told.meaning,
        told.unit,
        told.null,
        required=not column.nullable,
        unique=bool(alone),
        minimum=_minimum(column, checks),
        choices=_choices(column.name, checks),
        references=(key.column.table.name, key.column.name) if key else None,
    )


def _kind(column: sa.Column[Any]) -> Kind:
    if isinstance(column.type, sa.JSON):
        return _LISTS.get(f"{column.table.name}.{column.name}", "object")
    return next(kind for type_, kind in _KINDS if isinstance(column.type, type_))


def _minimum(column: sa.Column[Any], checks: list[str]) -> int | None:
    """Return the least value that the database's own constraints allow, if they say so plainly."""
    for check in checks:
        if found := re.search(rf'\b{column.name}"? (>=|>) (\d+)', check):
            least = int(found[2])
            # A number above 0 has no least value; a whole one has.
            return least if found[1] == ">=" or isinstance(column.type, sa.Float) else least + 1
    return None


def _choices(name: str, checks: list[str]) -> tuple[str, ...]:
    for check in checks:
        if found := re.search(rf"\b{name} IN \(([^)]*)\)", check):
            return tuple(re.findall(r"'([^']*)'", found[1]))
    return ()


@dataclass(frozen=True)
class Rewriting:
    """What rows say otherwise than the database: the names of videos and segments, and folders of one machine.

    Attributes
    ----------
    names
        For `videos` and `segments`, what to call an ID.
    folders
        Matches the folders that are nobody else's business.
    notes
        What is to be said about the names.
    """

    names: dict[str, dict[str, str]]
    folders: re.Pattern[str] | None
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, session: Session, options: ExportOptions) -> Rewriting:
        """Return what to rewrite in this catalog's rows."""
        names, notes = choose_names(session, options.ids)
        return cls({"videos": names.videos, "segments": names.segments}, _local_folders(session), tuple(notes))

    def hidden(self, value: Any) -> Any:
        """Return a text, or JSON with texts, without the folders."""
        if self.folders is None:
            return value
        if isinstance(value, str):
            return self.folders.sub(HIDDEN, value)
        if isinstance(value, list):
            return [self.hidden(part) for part in value]
        if isinstance(value, dict):
            # Times of one machine's files are nobody else's business either.
            return {key: self.hidden(part) for key, part in value.items() if key != STATES}
        return value


def _local_folders(session: Session) -> re.Pattern[str] | None:
    """Return what matches each folder that the catalog knows, but no part of a longer word or path."""
    found = set(session.scalars(sa.select(RecordingRoot.path)))
    for parameters in session.scalars(sa.select(IngestRun.parameters)):
        values = parameters.values() if isinstance(parameters, dict) else ()
        found |= {value for value in values if isinstance(value, str) and Path(value).is_absolute()}
    # A recording's folder tells where its parent is, too.
    found |= {str(Path(path).parent) for path in found}
    folders = sorted((path for path in found if path.strip("/")), key=lambda path: (-len(path), path))
    if not folders:
        return None
    return re.compile(r"(?<![\w./-])(?:" + "|".join(map(re.escape, folders)) + r")(?![\w-])")


def rows(session: Session, table: ExportedTable, rewriting: Rewriting) -> Iterator[Row]:
    """Yield all rows of a table in the order of its key, a few thousand in memory at a time."""
    editors = [(i, edit) for i, field in enumerate(table.fields) if (edit := _editor(table, field, rewriting))]
    owner = {"video_aliases": "videos", "segment_aliases": "segments"}.get(table.name)
    taken = {} if owner is None else {name: old for old, name in rewriting.names[owner].items()}
    for found in session.execute(table.statement, execution_options={"yield_per": ROWS_AT_ONCE}):
        row = list(found)
        for index, edit in editors:
            if row[index] is not None:
                row[index] = edit(row[index])
        if taken and row[0] in taken:
            # The alias has become the name: what was the ID, a hash of content, is an alias in its place.
            row[0], row[2] = taken[row[0]], "content"
        yield row


def _editor(table: ExportedTable, field: Field, rewriting: Rewriting) -> Callable[[Any], Any] | None:
    if f"{table.name}.{field.name}" in _TELLS_FOLDERS:
        return rewriting.hidden
    names = rewriting.names.get(table.name if field.name == "id" else _NAMED.get(field.name, ""))
    return (lambda value: names.get(value, value)) if names else None


def write_csv(folder: Path, table: ExportedTable, content: Iterable[Row]) -> tuple[WrittenTable, int]:
    """Write a table as CSV (RFC 4180, UTF-8); also return how many empty texts now read as missing values."""
    path = folder / f"{table.name}.csv"
    optional = [i for i, field in enumerate(table.fields) if field.kind == "text" and not field.required]
    count = empty = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([field.name for field in table.fields])
        for row in content:
            writer.writerow([cell(value) for value in row])
            count += 1
            empty += sum(row[i] == "" for i in optional)
    return written(path, table, count), empty


def written(path: Path, table: ExportedTable, count: int) -> WrittenTable:
    """Return what is to be told of a file that was just written."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return WrittenTable(table, path.name, count, path.stat().st_size, digest)


def cell(value: Any) -> str:
    """Return a value as CSV holds it: nothing for NULL, `true` or `false`, floats to their last digit, JSON as text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # The words of Table Schema, which pandas reads as well.
        return repr(value) if math.isfinite(value) else "NaN" if math.isnan(value) else "INF" if value > 0 else "-INF"
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def timestamp(value: datetime) -> str:
    """Return a time as ISO 8601 in UTC: `2026-04-30T12:00:00.000000Z`."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a descriptor, in the order in which it was made."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
