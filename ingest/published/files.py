"""One JSON or CSV file: read whole, or reported as broken."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.counts import counted
from ingest.published.findings import Findings


@dataclass(frozen=True)
class Table:
    """A CSV file: its cells by column, and the position of each row among the file's rows, from 0."""

    path: str
    columns: dict[str, list[str]]
    positions: list[int]

    def line(self, index: int) -> int:
        """Return the line of the file that row `index` stands in; the header is line 1."""
        return self.positions[index] + 2


def read_text(root: Path, path: str, findings: Findings, action: str) -> str | None:
    """Return a file's text; None, with a problem recorded, when it cannot be read."""
    try:
        content = (root / path).read_bytes()
    except OSError as error:
        findings.error("unreadable_file", f"{path} cannot be read: {error.strerror}", action, path=path)
        return None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        findings.error(
            "not_utf8",
            f"{path} is not UTF-8 text: byte {error.start} is 0x{content[error.start]:02x}",
            action,
            path=path,
        )
        return None


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} stands there twice")
    return found


def read_json(root: Path, path: str, findings: Findings, action: str) -> dict[str, Any] | None:
    """Return a JSON file's object; None, with a problem recorded, when there is none to be had.

    `action` says what is done without the file.
    """
    text = read_text(root, path, findings, action)
    if text is None:
        return None
    try:
        content = json.loads(text, object_pairs_hook=_unique_keys)
    except (ValueError, RecursionError) as error:
        message = f"{path} is empty; expected JSON" if not text.strip() else f"{path} is not valid JSON: {error}"
        findings.error("broken_json", message, action, path=path)
        return None
    if not isinstance(content, dict):
        findings.error(
            "broken_json", f"{path} holds a {type(content).__name__}; expected a JSON object", action, path=path
        )
        return None
    return content


def read_csv(root: Path, path: str, findings: Findings, action: str) -> Table | None:
    """Return a CSV file's cells; None, with a problem recorded, when it is no table.

    A row with another number of cells than the header is left out: nobody can tell which cell is missing.
    """
    text = read_text(root, path, findings, action)
    if text is None:
        return None
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error as error:
        findings.error("broken_csv", f"{path} is not valid CSV: {error}", action, path=path)
        return None
    header = rows[0] if rows else []
    if not header or len(set(header)) < len(header):
        what = "has a column twice" if header else "is empty"
        findings.error("broken_csv", f"{path} {what}; expected a header line with the columns", action, path=path)
        return None
    positions = []
    for position, row in enumerate(rows[1:]):
        if len(row) == len(header):
            positions.append(position)
            continue
        findings.error(
            "wrong_row_length",
            f"line {position + 2} of {path} has {counted(len(row), 'cell')}; expected {len(header)}",
            "the line was not taken in",
            path=path,
        )
    cells = zip(*(rows[position + 1] for position in positions), strict=True)
    columns = dict(zip(header, map(list, cells), strict=True)) if positions else {name: [] for name in header}
    return Table(path, columns, positions)
