"""Conditions as text, for the command line: `label=Gabor`, `valid_frames>=300`, `recording~29513`."""

from __future__ import annotations

import json
import re
from typing import Any

import sqlalchemy as sa

from catalog.entities import Entity
from catalog.errors import QueryError
from catalog.filters import ORDERINGS, split_key

SYMBOLS = {"=": "eq", "==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge", "~": "contains"}
OPERATOR_SIGNS = ("=", "!", "<", ">", "~")
TRUTH = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
NUMBER = re.compile(r"-?\d+(\.\d+)?")
_CONDITION = re.compile(r"\s*(?P<key>\w+)\s*(?P<symbol>==|!=|<=|>=|=|<|>|~)\s*(?P<value>.*?)\s*", re.DOTALL)


def parse_where(entity: Entity, texts: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the filters that the conditions stand for, each ready for `Query.filter(**filters)`.

    Conditions on different keys come in one dictionary, so that conditions on when something was shown are met by
    one presentation; a key that comes again goes into a further one.
    """
    found: list[dict[str, Any]] = [{}]
    for text in texts:
        key, value = parse_condition(entity, text)
        if key in found[-1]:
            found.append({})
        found[-1][key] = value
    return found


def parse_condition(entity: Entity, text: str) -> tuple[str, Any]:
    """Return the filter key and the value of one condition.

    Several values separated by commas mean any of them; `null` means no value; a value in JSON quotes or brackets is
    taken literally, so that it may hold commas.
    """
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise QueryError(f"cannot read the condition {text!r}: expected FIELD=VALUE, or one of {' '.join(SYMBOLS)}")
    key, symbol, value = match["key"], match["symbol"], match["value"]
    if value[:1] in OPERATOR_SIGNS:
        raise QueryError(
            f"cannot read the condition {text!r}: {symbol + value[0]} is none of {' '.join(SYMBOLS)}; "
            f'a value that begins with {value[0]} goes in quotes: {key}{symbol}"{value}"'
        )
    field, operator = split_key(entity.fields, key)
    if symbol not in ("=", "=="):
        if key != field:
            raise QueryError(f"two operators in the condition {text!r}: keep {key}= or {field}{symbol}")
        operator = SYMBOLS[symbol]
    if operator in ORDERINGS:
        _refuse_numbers(text, entity.fields[field].type, value)
    key = field if operator == "eq" else f"{field}__{operator}"
    return key, _value(text, entity.fields[field].type, value, several=operator in ("eq", "ne"))


def _refuse_numbers(text: str, kind: sa.types.TypeEngine[Any], value: str) -> None:
    """Raise for text that is compared in order with a number: `session>4` would leave session 10 out."""
    if isinstance(kind, sa.Text) and NUMBER.fullmatch(value):
        raise QueryError(f"cannot answer {text!r}: that field is text, which has no order among numbers")


def _value(text: str, kind: sa.types.TypeEngine[Any], value: str, *, several: bool) -> Any:
    if value[:1] in ("[", '"'):
        try:
            return json.loads(value)
        except json.JSONDecodeError as error:
            raise QueryError(f"cannot read the value of {text!r} as JSON: {error}") from error
    if not several:
        return _scalar(text, kind, value)
    values = [None if item == "null" else _scalar(text, kind, item) for item in value.split(",")]
    return values[0] if len(values) == 1 else values


def _scalar(text: str, kind: sa.types.TypeEngine[Any], value: str) -> Any:
    if not isinstance(kind, sa.Boolean):
        return value
    if value.lower() not in TRUTH:
        raise QueryError(f"cannot read {text!r}: expected true or false")
    return TRUTH[value.lower()]
