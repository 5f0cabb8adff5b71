"""Conditions on trials as text, each in one way of writing it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from catalog.entities import ENTITIES
from catalog.errors import QueryError
from catalog.filters import ORDERINGS, condition, split_key
from catalog.where import NUMBER, SYMBOLS, parse_condition

INTERNAL = ("id", "recording_id")
EXACT = 2**53
"""Whole floating-point numbers below are the same as integers."""
_WORD = re.compile(r"[\w.+:/-]+")
_SYMBOL_OF = {operator: symbol for symbol, operator in SYMBOLS.items() if symbol != "=="}


def canonical_conditions(conditions: Sequence[str], filters: Mapping[str, Any]) -> tuple[str, ...]:
    """Return conditions on trials, given as text or as filters, as text: each once, in one spelling, sorted.

    Raises
    ------
    QueryError
        A condition cannot be read, is no question about trials, or is about the catalog's internal numbers, which
        mean other trials in another catalog.
    """
    trials = ENTITIES["trials"]
    for text in conditions:
        if not isinstance(text, str):
            raise QueryError(
                f"a selection is kept as text: expected a condition such as 'label=Gabor', or label='Gabor', not {text}"
            )
    asked = [parse_condition(trials, text) for text in conditions]
    asked += [(key, _listed(value)) for key, value in filters.items()]
    for key, value in asked:
        condition(trials.fields, key, value)
        if split_key(trials.fields, key)[0] in INTERNAL:
            raise QueryError(
                f"{key!r} is an internal number, not the same in every catalog; name trials by recording and trial"
            )
    return tuple(sorted({_condition_text(key, value) for key, value in asked}))


def _listed(value: Any) -> Any:
    """Return numpy's and pandas' values, and collections of any kind, as Python's values and lists."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, (str, bytes, Mapping)) or hasattr(value, "ndim") or not isinstance(value, Iterable):
        return value
    return list(value)


def _condition_text(key: str, value: Any) -> str:
    fields = ENTITIES["trials"].fields
    field, operator = split_key(fields, key)
    kind = fields[field].type
    left = field + _SYMBOL_OF[operator] if operator in _SYMBOL_OF else f"{field}__{operator}="
    several = value if isinstance(value, list) else [value]
    values = {_plain(kind, item) for item in several}
    ordered = sorted(values, key=lambda item: (item is None, 0 if item is None else item))
    words = [_word(item) for item in ordered]
    # Without quotes, text that is compared in order with a number is refused: it is mostly a slip.
    slip = isinstance(kind, sa.Text) and operator in ORDERINGS
    if ordered and None not in words and not (slip and NUMBER.fullmatch(str(words[0]))):
        return left + ",".join(str(word) for word in words)
    return left + json.dumps(ordered[0] if len(ordered) == 1 else ordered, ensure_ascii=False)


def _plain(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    """Return a value that a filter takes as the column's kind of value."""
    if value is None or type(value).__name__ in ("NAType", "NaTType") or value != value:
        return None
    if isinstance(kind, sa.Boolean):
        return bool(value)
    if isinstance(kind, sa.Text):
        return str(value)
    if isinstance(value, str):
        value = int(value) if re.fullmatch(r"\s*[+-]?\d+\s*", value) else float(value)
    return int(value) if not isinstance(value, float) or (abs(value) < EXACT and value.is_integer()) else value


def _word(value: Any) -> str | None:
    """Return how a condition tells a value without quotes; None if it cannot."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return repr(value)
    return value if _WORD.fullmatch(value) and value != "null" else None
