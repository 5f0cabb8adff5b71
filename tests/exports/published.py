"""Folders of the published layout as values, to be compared."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from catalog.catalog import Catalog
from catalog.exports.exporting import export_catalog
from catalog.exports.options import ExportOptions, ExportReport, Ids
from catalog.exports.target import MARKER


def export(database: str, folder: Path, ids: Ids = "catalog", *, force: bool = False) -> ExportReport:
    """Export a catalog as `catalog export` does."""
    with Catalog(database, read_only=True) as catalog:
        return export_catalog(catalog, folder, "published", ExportOptions(ids), force=force)


def contents(folder: Path) -> dict[str, object]:
    """Return what each data file below a folder holds: JSON with lists of duplicates in one order, CSV without order.

    JSON is given as text, which tells 1 from 1.0 and from true.
    """
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*.*")):
        name = str(path.relative_to(folder))
        if path.suffix == ".json":
            found[name] = _json(path)
        elif path.suffix == ".csv":
            with path.open(newline="", encoding="utf-8") as file:
                header, *rows = csv.reader(file)
            found[name] = header, sorted(rows)
    return found


def _json(path: Path) -> str:
    content = json.loads(path.read_text(encoding="utf-8"))
    if path.parent.parent.name == "global_meta":
        for entry in content["duplicates"].values():
            for key in entry.keys() - {"n"}:
                entry[key].sort()
    return json.dumps(content, sort_keys=True)


def differing(one: dict[str, object], other: dict[str, object]) -> dict[str, tuple[object, object]]:
    """Return the files that two folders do not have alike, a few of them: a comparison of all is slow to show."""
    names = [name for name in sorted({*one, *other}) if one.get(name) != other.get(name)]
    return {name: (one.get(name), other.get(name)) for name in names[:3]}


def every_byte(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder, README and problems too."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != MARKER]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
