"""JSON and CSV files of the published layout, and names that are safe as names of files."""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping

Json = dict[str, Any]
Row = Mapping[str, Any] | RowMapping

_UNSAFE = re.compile(r'^\.|[%/\\:*?"<>|\x00-\x1f]')
"""What would lead out of the folder, hide the file, or cannot stand in a name on some system."""


def safe_name(name: str) -> str:
    """Return a name as one of a file; what cannot stand there is written as in a URL, `%2F`."""
    return _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", name)


def write_json(path: Path, content: Json) -> None:
    """Write an object, each of its lists on one line."""
    path.write_text(_json(content) + "\n", encoding="utf-8")


def _json(value: object, indent: str = "") -> str:
    # The encoder of the standard library is fast on lists, and slow where it has to indent.
    if not isinstance(value, dict) or not value:
        return json.dumps(value, allow_nan=False)
    inner = indent + "    "
    lines = (f"{inner}{json.dumps(key)}: {_json(item, inner)}" for key, item in value.items())
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]], *, delimiter: str = ",") -> None:
    """Write a table; None is an empty cell, a float has all its digits."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def frequency(value: float | None) -> float | None:
    """Return a sampling frequency as it is published: a whole number without a point."""
    return int(value) if value is not None and value.is_integer() else value


def finite(value: Any) -> Any:
    """Return a value as JSON can hold it: None for NaN and infinities."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


class Groups:
    """Rows in the order of their first column, handed out group by group to one who asks in that order.

    What belongs to videos is read along with them, and never in memory as a whole.
    """

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self._groups = groupby(rows, key=itemgetter(0))
        self._head = next(self._groups, None)

    def of(self, key: Any) -> list[Sequence[Any]]:
        """Return the rows that begin with the key; rows of smaller keys are passed over."""
        while self._head is not None and self._head[0] < key:
            self._head = next(self._groups, None)
        if self._head is None or self._head[0] != key:
            return []
        rows = list(self._head[1])
        self._head = next(self._groups, None)
        return rows


def segment_lists(rows: Sequence[Row], columns: Mapping[str, str], n_segments: int) -> tuple[dict[str, list[Any]], int]:
    """Return the published lists of values of a video's or presentation's segments, and how many segments they lack.

    Parameters
    ----------
    rows
        The segments that are known, by `segment_index`.
    columns
        The column for each list.
    n_segments
        How many there are at least. A segment that is not known has null in every list, so that the others keep
        their places.
    """
    by_index = {row["segment_index"]: row for row in rows}
    length = max([n_segments, *(index + 1 for index in by_index)])
    ordered = [by_index.get(index) for index in range(length)]
    lists = {name: [finite(row[column]) if row else None for row in ordered] for name, column in columns.items()}
    return lists, length - len(rows)
