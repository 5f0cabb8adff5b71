"""Rows as a table for people, or as CSV, JSON or JSON lines for programs."""

from __future__ import annotations

import csv
import json
import math
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import accumulate
from typing import Any

import click

from catalog.cli.readers import read_rows
from catalog.counts import counted
from catalog.errors import QueryError

Rows = Iterable[Sequence[Any]]
FORMATS = ("table", "csv", "json", "jsonl")
BETWEEN = "  "
"""What stands between the columns of a table."""

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="How to print the rows.",
)


def write_rows(columns: Sequence[str], rows: Rows, form: str, *, fitted: bool = False, hint: str = "") -> None:
    """Write all rows to standard output, for as long as somebody reads them; there is no hidden limit.

    In a table on a terminal that is to be `fitted`, the columns for which there is no room are left out, and told; the
    `hint` says what else to do about it.
    """
    if form == "table" and fitted and sys.stdout.isatty():
        rows = list(rows)
        n_fitting = _fitting(columns, rows, shutil.get_terminal_size().columns)
        left_out = columns[n_fitting:]
        columns, rows = columns[:n_fitting], [row[:n_fitting] for row in rows]
    else:
        left_out = ()
    _WRITERS[form](columns, read_rows(rows))
    # A disk that is full is noticed here, where it can be told, rather than when Python ends.
    sys.stdout.flush()
    if left_out:
        more = counted(len(left_out), "more column does", "more columns do")
        told = f"{more} not fit: {', '.join(left_out)}. {hint}"
        click.echo(f"{told}`| less -S` shows all of them, and so does --format csv", err=True)


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if value is None or isinstance(value, (str, int, list, dict)):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    if isinstance(value, Decimal) and value.is_finite():
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        # JSON has no word for them; a number that is none is a missing one.
        return None if math.isnan(value) else str(value)
    return value if isinstance(value, float) else str(value)


def text(value: Any) -> str:
    """Return a value as CSV shows it: nothing for a missing one, floats to their last digit."""
    if value is None:
        return ""
    if isinstance(value, (str, int, float, Decimal)):
        return str(value)
    return json.dumps(value) if isinstance(value, (list, dict)) else str(plain(value))


def printable(line: str) -> str:
    """Return a line as a terminal can show it: names of files may hold what moves its cursor."""
    if line.isprintable():
        return line
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii") for sign in line)


def _fitting(columns: Sequence[str], rows: Rows, room: int) -> int:
    """Return how many of the first columns of a table fit a terminal that has room for so many characters."""
    ends = list(accumulate(width + len(BETWEEN) for width in _widths(columns, _cells(rows))))
    return max(sum(end - len(BETWEEN) <= room for end in ends), 1)


def _cells(rows: Rows) -> list[list[str]]:
    return [[_cell(value) for value in row] for row in rows]


def _widths(columns: Sequence[str], lines: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(columns, *lines, strict=True)]


def _write_table(columns: Sequence[str], rows: Rows) -> None:
    lines = _cells(rows)
    widths = _widths(columns, lines)
    numeric = [bool(lines) and all(_is_number(line[i]) for line in lines) for i in range(len(columns))]
    for line in (list(columns), ["-" * width for width in widths], *lines):
        cells = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        )
        sys.stdout.write(BETWEEN.join(cells).rstrip() + "\n")


def _cell(value: Any) -> str:
    """Return a value as a table shows it to people: floats to six digits, times to the second, in UTC."""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, datetime):
        there = value if value.tzinfo is None else value.astimezone(UTC)
        return f"{there:%Y-%m-%d %H:%M:%S}{'' if value.tzinfo is None else 'Z'}"
    return printable(text(value).replace("\n", " "))


def _is_number(cell: str) -> bool:
    return not cell or cell.lstrip("-").replace(".", "", 1).replace("e-", "", 1).replace("e+", "", 1).isdigit()


def _write_csv(columns: Sequence[str], rows: Rows) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([text(value) for value in row] for row in rows)


def _records(columns: Sequence[str], rows: Rows) -> Iterator[str]:
    for name in columns:
        if list(columns).count(name) > 1:
            raise QueryError(f"two columns are called {name!r}; JSON needs a name for each: give one with AS")
    for row in rows:
        yield json.dumps({name: plain(value) for name, value in zip(columns, row, strict=True)})


def _write_json(columns: Sequence[str], rows: Rows) -> None:
    between = "[\n"
    for record in _records(columns, rows):
        sys.stdout.write(between + record)
        between = ",\n"
    sys.stdout.write("\n]\n" if between == ",\n" else "[]\n")


def _write_jsonl(columns: Sequence[str], rows: Rows) -> None:
    for record in _records(columns, rows):
        sys.stdout.write(record + "\n")


_WRITERS: dict[str, Callable[[Sequence[str], Rows], None]] = {
    "table": _write_table,
    "csv": _write_csv,
    "json": _write_json,
    "jsonl": _write_jsonl,
}
