"""Which values the published fields may have, as CSV cells and in JSON; all else is reported and becomes NULL."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.counts import counted
from ingest.published.files import Table
from ingest.published.findings import LISTED, Findings

LARGEST = 2**31 - 1
"""Integers are 32 bits wide in PostgreSQL."""


def _integer(value: object) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST:
        raise ValueError(value)
    return value


def _count(value: object) -> int:
    number = _integer(value)
    if number < 0:
        raise ValueError(value)
    return number


def _positive_count(value: object) -> int:
    number = _count(value)
    if number == 0:
        raise ValueError(value)
    return number


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(value)
    return float(value)


def _not_negative(value: object) -> float:
    number = _number(value)
    if number < 0:
        raise ValueError(value)
    return number


def _positive(value: object) -> float:
    number = _number(value)
    if number <= 0:
        raise ValueError(value)
    return number


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(value)
    return value


def _text(value: object) -> str:
    # PostgreSQL cannot store a NUL, and no database a lone surrogate (a UnicodeEncodeError is a ValueError).
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError(value)
    value.encode()
    return value


def _name(value: object) -> str | None:
    return None if value is None else _text(value)


def _counts(value: object) -> list[int]:
    if not isinstance(value, list):
        raise ValueError(value)
    return [_count(item) for item in value]


def _integer_cell(cell: str) -> int | float:
    try:
        return int(cell)
    except ValueError:
        # pandas writes integers as 300.0 when a value of the column is missing.
        return float(cell)


def _flag_cell(cell: str) -> bool:
    return {"True": True, "False": False}[cell]


@dataclass(frozen=True)
class Kind:
    """A kind of value: what it is called, the check of a value, and how a CSV cell becomes one."""

    expected: str
    check: Callable[[object], Any]
    from_cell: Callable[[str], Any] = str

    def of_cell(self, cell: str) -> Any:
        """Return a CSV cell's value; raise ValueError when it is of another kind."""
        try:
            return self.check(self.from_cell(cell))
        except (KeyError, OverflowError) as error:
            raise ValueError(cell) from error

    def of_json(self, value: object) -> Any:
        """Return a JSON value; raise ValueError when it is of another kind."""
        try:
            return self.check(value)
        except OverflowError as error:
            raise ValueError(value) from error


INTEGER = Kind("an integer", _integer, _integer_cell)
COUNT = Kind("an integer of 0 or more", _count, _integer_cell)
POSITIVE_COUNT = Kind("an integer of 1 or more", _positive_count, _integer_cell)
NUMBER = Kind("a finite number", _number, float)
NOT_NEGATIVE = Kind("a finite number of 0 or more", _not_negative, float)
POSITIVE = Kind("a number above 0", _positive, float)
FLAG = Kind("True or False", _flag, _flag_cell)
TEXT = Kind("a text", _text)
TEXT_OR_NULL = Kind("a text or null", _name)
COUNTS = Kind("a list of integers of 0 or more", _counts)


def table_values(
    table: Table, kinds: Mapping[str, Kind], findings: Findings, *, key: str | None = None
) -> dict[str, list[Any]]:
    """Return the values of each expected column; None where a cell is empty or wrong, which is reported.

    A column that is missing is reported and has None throughout; one that nobody knows is reported. The caller leaves
    out the lines without a value in the column `key`.
    """
    path = table.path
    for name in sorted(set(table.columns) - set(kinds)):
        findings.warning("unknown_column", f"{path} has an unknown column {name!r}", "it was not taken in", path=path)
    values = {}
    for name, kind in kinds.items():
        cells = table.columns.get(name)
        if cells is None:
            findings.error(
                "missing_column", f"{path} lacks the column {name!r}", "its values were left empty", path=path
            )
            values[name] = [None] * len(table.positions)
            continue
        try:
            values[name] = [kind.of_cell(cell) for cell in cells]
        except ValueError:
            values[name] = _cell_by_cell(table, name, kind, findings, is_key=name == key)
    return values


def _cell_by_cell(table: Table, name: str, kind: Kind, findings: Findings, *, is_key: bool) -> list[Any]:
    values: list[Any] = []
    faults: list[tuple[str, str]] = []
    trials = None if is_key else table.columns.get("trial")
    for index, cell in enumerate(table.columns[name]):
        try:
            values.append(kind.of_cell(cell))
        except ValueError:
            values.append(None)
            what = f"is {cell!r}" if cell else "is empty"
            line = f"line {table.line(index)}" + (f" (trial {trials[index]})" if trials else "")
            faults.append(("wrong_value" if cell else "missing_value", f"{name} {what} in {line} of {table.path}"))
    if len(faults) > LISTED:
        faults = [(faults[0][0], f"{faults[0][1]}, and likewise in {counted(len(faults) - 1, 'other line')}")]
    report = findings.error if is_key else findings.warning
    action = "not taken in" if is_key else "left empty"
    for fault, message in faults:
        report(fault, f"{message}; expected {kind.expected}", action, path=table.path)
    return values


def object_values(
    content: Mapping[str, Any],
    kinds: Mapping[str, Kind],
    path: str,
    findings: Findings,
    *,
    optional: frozenset[str] = frozenset(),
    trial: int | None = None,
) -> dict[str, Any]:
    """Return the values of a JSON object's expected keys; None where one is missing, null or wrong, which is reported.

    Keys in `optional` may be null; whoever calls reads those that are no plain values.
    """
    values = {}
    for name, kind in kinds.items():
        value = content.get(name)
        try:
            values[name] = kind.of_json(value)
            continue
        except ValueError:
            values[name] = None
        if name not in content:
            findings.warning(
                "missing_key", f"{path} lacks the key {name!r}", "the value was left empty", path=path, trial=trial
            )
        elif value is not None or name not in optional:
            findings.warning(
                "wrong_value",
                f"{name} is {_short(value)} in {path}; expected {kind.expected}",
                "the value was left empty",
                path=path,
                trial=trial,
            )
    return values


def unknown_keys(
    content: Mapping[str, Any], known: frozenset[str], path: str, findings: Findings, *, trial: int | None = None
) -> None:
    """Report the keys of a JSON object that nobody knows."""
    for name in sorted(content.keys() - known):
        findings.warning(
            "unknown_key", f"{path} has an unknown key {name!r}", "it was not taken in", path=path, trial=trial
        )


def _short(value: object, limit: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"
