"""From `label="Gabor", valid_frames__ge=300` to SQL that means the same on SQLite, on PostgreSQL and in pandas.

What makes them agree: a missing value (NULL) is different from every value and never smaller, greater or containing;
`contains` and its kin are literal and case-sensitive; text is ordered by code point.
"""

from __future__ import annotations

import json
import math
import numbers
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeEngine

from catalog.errors import QueryError, nearest

LIST_INLINE = 500
"""Longer lists of values go to the database as one parameter: SQLite limits how many a statement may have."""

ORDERINGS: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "lt": lambda column, value: column < value,
    "le": lambda column, value: column <= value,
    "gt": lambda column, value: column > value,
    "ge": lambda column, value: column >= value,
}
TEXT_OPERATORS = ("contains", "startswith", "endswith")
OPERATORS = ("eq", "ne", *ORDERINGS, *TEXT_OPERATORS)


class AnyOf(ColumnElement[bool]):
    """`column` is one of the values of one bound list, however long."""

    inherit_cache = True
    type = sa.Boolean()
    _traverse_internals = [  # noqa: RUF012
        ("column", InternalTraversal.dp_clauseelement),
        ("values", InternalTraversal.dp_clauseelement),
    ]

    def __init__(self, column: ColumnElement[Any], values: Sequence[Any]) -> None:
        # An attribute of a model stands for its column, which those who look through a condition know.
        self.column = column.expression
        # 64 bits wide: an INTEGER[] of PostgreSQL takes no larger value, not even to find that it is none of them.
        item = sa.BigInteger() if isinstance(column.type, sa.Integer) else column.type
        self.values = bindparam(None, list(values), type_=_ValueList(item), unique=True)


class _ValueList(sa.TypeDecorator[list[Any]]):
    """A list as one parameter: JSON text for SQLite, an array for PostgreSQL."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.ARRAY(self.item))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: list[Any] | None, dialect: sa.Dialect) -> Any:
        return value if dialect.name == "postgresql" else json.dumps(value)


@compiles(AnyOf, "sqlite")
def _any_of_sqlite(element: AnyOf, compiler: Any, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    return f"{column} IN (SELECT value FROM json_each({compiler.process(element.values, **options)}))"  # noqa: S608


@compiles(AnyOf, "postgresql")
def _any_of_postgresql(element: AnyOf, compiler: Any, **options: Any) -> str:
    column = compiler.process(element.column, **options)
    return f"{column} = ANY ({compiler.process(element.values, **options)})"


@dataclass(frozen=True)
class OtherNames:
    """The table of other names of what a field identifies: the columns of the name, and of what it stands for."""

    alias: Any
    owner: Any


def condition(
    fields: Mapping[str, ColumnElement[Any]],
    key: str,
    value: Any,
    other_names: Mapping[str, OtherNames] = MappingProxyType({}),
) -> ColumnElement[bool]:
    """Return the SQL condition of one filter.

    Parameters
    ----------
    fields
        The fields that can be asked for, and what each is in SQL.
    key
        `field` or `field__operator`; the operators are `OPERATORS`.
    value
        What the field is compared with.
    other_names
        Fields that hold IDs which have other names: these are found by any of them.

    Raises
    ------
    QueryError
        An unknown field or operator, or a value that the field cannot have.
    """
    field, operator = split_key(fields, key)
    column = fields[field]
    if operator == "eq":
        return _one_of(field, column, value, other_names.get(field))
    if operator == "ne":
        return _none_of(field, column, value, other_names.get(field))
    if operator in ORDERINGS:
        return _ordered(field, column, operator, value)
    return _contains(field, column, operator, value)


def split_key(fields: Iterable[str], key: str) -> tuple[str, str]:
    """Split `valid_frames__ge` into field and operator, checking both."""
    fields = set(fields)
    if key in fields:
        return key, "eq"
    field, _, operator = key.rpartition("__")
    if field in fields and operator in OPERATORS:
        return field, operator
    if field in fields:
        raise QueryError(f"unknown operator {operator!r} in {key!r}. {nearest(operator, OPERATORS)}")
    name = field if operator in OPERATORS else key
    raise QueryError(f"unknown field {name!r}. {nearest(name, fields)}")


def _one_of(field: str, column: ColumnElement[Any], value: Any, other: OtherNames | None) -> ColumnElement[bool]:
    """The field is the value, or one of the values, of which None is one too."""
    values = values_of(value)
    parts: list[ColumnElement[bool]] = [column.is_(None)] if any(map(is_missing, values)) else []
    present = _present(field, column, values)
    if present:
        parts.append(_is_called(column, present, other))
    return sa.or_(sa.false(), *parts)


def _none_of(field: str, column: ColumnElement[Any], value: Any, other: OtherNames | None) -> ColumnElement[bool]:
    """The negation of `_one_of`: the rows without a value are among them unless None is one of the values."""
    values = values_of(value)
    present = _present(field, column, values)
    if any(map(is_missing, values)):
        return sa.and_(column.is_not(None), *([sa.not_(_is_called(column, present, other))] if present else []))
    return sa.or_(column.is_(None), sa.not_(_is_called(column, present, other))) if present else sa.true()


def _is_called(column: ColumnElement[Any], present: list[Any], other: OtherNames | None) -> ColumnElement[bool]:
    """The field is one of the values, or what one of them is another name of."""
    if other is None:
        return _is_any(column, present)
    owners = sa.select(other.owner).where(_is_any(other.alias, present))
    if len(present) == 1:
        # Not as two conditions of which one must hold: PostgreSQL would look at every row, whatever its indexes.
        return column.in_(sa.union_all(sa.select(_literal(column, present[0])), owners))
    return sa.or_(_is_any(column, present), column.in_(owners))


def _is_any(column: ColumnElement[Any], present: list[Any]) -> ColumnElement[bool]:
    if len(present) > LIST_INLINE:
        # JSON, by which a long list reaches SQLite, has no infinities.
        infinite = [value for value in present if isinstance(value, float) and math.isinf(value)]
        rest = AnyOf(column, [value for value in present if value not in infinite])
        return sa.or_(rest, *(column == _literal(column, value) for value in infinite))
    if len(present) == 1:
        return column == _literal(column, present[0])
    return column.in_([_literal(column, value) for value in present])


def values_of(value: Any) -> list[Any]:
    """Return what a field is compared with as a list, of one value or of several."""
    return list(value) if _is_list(value) else [value]


def settled(value: Any) -> Any:
    """Return a value that stays as it is: what holds several becomes a tuple."""
    return tuple(value) if _is_list(value) else value


def _present(field: str, column: ColumnElement[Any], values: list[Any]) -> list[Any]:
    """Return the values that rows may have, once each and all of the column's own type."""
    present = dict.fromkeys(_coerced(field, column, value) for value in values if not is_missing(value))
    if isinstance(column.type, sa.Integer):
        whole = [int(value) for value in present if isinstance(value, int) or value.is_integer()]
        return [value for value in whole if -(2**63) <= value < 2**63]
    if isinstance(column.type, sa.Float):
        return [float(value) for value in present if float(value) == value]
    return list(present)


def _ordered(field: str, column: ColumnElement[Any], operator: str, value: Any) -> ColumnElement[bool]:
    if is_missing(value) or isinstance(column.type, sa.Boolean) or not isinstance(value, (str, numbers.Number)):
        raise QueryError(f"{field}__{operator}={_shown(value)}: only numbers and text can be compared in order")
    if isinstance(column.type, sa.Text) and not isinstance(value, str):
        raise QueryError(f"{field}__{operator}={_shown(value)}: {field} is text, which has no order among numbers")
    return sa.and_(column.is_not(None), ORDERINGS[operator](column, _bound(field, column, value)))


def _contains(field: str, column: ColumnElement[Any], operator: str, value: Any) -> ColumnElement[bool]:
    if not isinstance(column.type, sa.Text):
        raise QueryError(f"{field}__{operator}: {field} is not text; use one of eq, ne, {', '.join(ORDERINGS)}")
    if not isinstance(value, str):
        raise QueryError(f"{field}__{operator}={_shown(value)}: expected text")
    text = _bound(field, column, value)
    # LIKE ignores case on SQLite and has wildcards; these functions are literal, and alike on both databases.
    found: ColumnElement[bool]
    if operator == "contains":
        found = sa.func.replace(column, text, "") != column if value else sa.true()
    elif operator == "startswith":
        found = sa.func.substr(column, 1, len(value)) == text
    else:
        length = sa.func.length(column)
        found = sa.and_(length >= len(value), sa.func.substr(column, length - len(value) + 1) == text)
    return sa.and_(column.is_not(None), found)


def is_missing(value: Any) -> bool:
    """Whether a value stands for "no value": None, NaN, or what pandas uses."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, numbers.Real) and math.isnan(value)


def _is_list(value: Any) -> bool:
    """Whether a value is several: a list, set, range or other collection, or an array or a column of pandas."""
    if isinstance(value, (str, bytes, Mapping)) or getattr(value, "ndim", 1) != 1:
        return False
    return isinstance(value, Iterable)


def _shown(value: Any) -> str:
    """Return a value as error messages show it: on one line, and not too long."""
    shown = " ".join(repr(value).split())
    return shown if len(shown) <= 80 else shown[:77] + "..."


def _bound(field: str, column: ColumnElement[Any], value: Any) -> ColumnElement[Any]:
    return _literal(column, _coerced(field, column, value))


def _literal(column: ColumnElement[Any], value: Any) -> ColumnElement[Any]:
    # Bound with the value's own type: with the column's, PostgreSQL would round 299.5 to an integer.
    if isinstance(value, bool):
        return sa.literal(value, sa.Boolean())
    if isinstance(value, float):
        return sa.literal(value, sa.Double())
    if isinstance(value, int):
        return sa.literal(value, sa.BigInteger())
    return sa.literal(value, column.type)


def _coerced(field: str, column: ColumnElement[Any], value: Any) -> Any:
    """Return the value as the column's kind of Python value, or say what was expected."""
    if type(value).__module__ == "numpy" and getattr(value, "ndim", 0) == 0:
        value = value.item()
    kind = column.type
    if isinstance(kind, sa.Boolean):
        if isinstance(value, bool) or (isinstance(value, numbers.Real) and value in (0, 1)):
            return bool(value)
        raise QueryError(f"{field}={_shown(value)}: expected True or False")
    if isinstance(kind, (sa.Integer, sa.Float)):
        return _number(field, value)
    if isinstance(kind, sa.Text):
        return _text(field, value)
    raise QueryError(f"{field} cannot be filtered by a value; use SQL for it")


def _number(field: str, value: Any) -> int | float:
    if isinstance(value, str):
        # A trial is text in the published tables: "541" means 541.
        try:
            value = int(value)
        except ValueError:
            try:
                value = float(value)
            except ValueError as error:
                raise QueryError(f"{field}={_shown(value)}: expected a number") from error
    if isinstance(value, bool) or not isinstance(value, numbers.Real) or math.isnan(value):
        raise QueryError(f"{field}={_shown(value)}: expected a number")
    if isinstance(value, numbers.Integral):
        whole = int(value)
        if not -(2**63) <= whole < 2**63:
            raise QueryError(f"{field}={_shown(value)}: a number beyond 64 bits")
        return whole
    return float(value)


def _text(field: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, numbers.Integral)):
        raise QueryError(f"{field}={_shown(value)}: expected text")
    text = str(value)
    if not is_storable(text):
        raise QueryError(
            f"{field}={_shown(text)}: text in a database has no NUL character and no half of a surrogate pair"
        )
    return text


def is_storable(text: str) -> bool:
    """Whether a database can hold the text: PostgreSQL takes no NUL, and neither takes what UTF-8 cannot encode."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
