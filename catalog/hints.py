"""Why a question had no answer: values that occur nowhere in the catalog, and what occurs instead."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from catalog.entities import ENTITIES
from catalog.errors import MOST_ALIKE, either, nearest
from catalog.filters import ORDERINGS, is_missing, split_key, values_of
from catalog.query import Query

logger = logging.getLogger(__name__)
MOST_NAMED = 500
"""Beyond so many different values there is no use in naming the nearest: these are IDs, not words."""

_RELATIONS = {
    "eq": "is",
    "ne": "is not",
    "lt": "is below",
    "le": "is at most",
    "gt": "is above",
    "ge": "is at least",
    "contains": "contains",
    "startswith": "begins with",
    "endswith": "ends with",
}


def unmet(query: Query[Any], filters: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the sentences that say why nothing meets the conditions.

    A sentence for each condition that nothing in the catalog meets, whatever else is asked, with what the field has
    there: the nearest texts, or the range of its numbers. One sentence if each condition is met, only never together.

    Parameters
    ----------
    query
        What was asked, for its kind and its session.
    filters
        The conditions, as `Query.filter` takes them.
    """
    filters = list(filters)
    told = met_by_nothing(query, filters)
    if not told and sum(map(len, filters)) > 1:
        return [f"each of these conditions is met by some of the {query.entity.name}, but none meets all of them."]
    return told


def met_by_nothing(query: Query[Any], filters: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the sentences of `unmet` about conditions that nothing in the catalog meets."""
    everything = replace(query, criteria=(), order=(), size=None)
    if not _any(everything):
        return [f"the catalog holds no {query.entity.name}."]
    return [sentence for one in filters for key, value in one.items() for sentence in _unmet(everything, key, value)]


def told_once(query: Query[Any]) -> list[str]:
    """Return the sentences of `met_by_nothing` about conditions that the session has not asked in vain before.

    A loop over recordings asks the same again and again. Where the database gives no answer, there is none.
    """
    before: set[tuple[str, str, int]] = query.session.info.setdefault("asked_in_vain", set())
    # By their hash: a list of values may be long.
    asked = {(query.entity.name, key, hash(repr(value))): {key: value} for key, value in query.asked}
    new = [asked[one] for one in asked if one not in before]
    before.update(asked)
    try:
        return met_by_nothing(query, new) if new else []
    except DBAPIError as error:
        logger.info("why nothing was found cannot be told: %s", error)
        return []


def _any(query: Query[Any]) -> bool:
    """Tell whether anything meets the query; counting or sorting would look at all that does."""
    one = query.statement.with_only_columns(sa.literal(1), maintain_column_froms=True).order_by(None)
    return bool(query.session.scalar(sa.select(one.exists())))


def _unmet(everything: Query[Any], key: str, value: Any) -> list[str]:
    if _any(everything.filter(**{key: value})):
        return []
    field, operator = split_key(everything.entity.fields, key)
    owner = _owner(everything, field)
    kind = _column(owner, field).type
    values = values_of(value) if operator in ("eq", "ne") else [value]
    words = [_word(kind, one) for one in values]
    if owner is not everything and _any(owner.filter(**{key: value})):
        return [f"no {everything.entity.name} here were shown where {field} {_RELATIONS[operator]} {either(words)}."]
    if not values:
        return [f"{field} cannot be one of no values: the list is empty."]
    if operator == "ne":
        return [f"every {field} here is {either(words)}."]
    if isinstance(kind, sa.Text) and operator not in ORDERINGS:
        return _no_texts(owner, field, operator, values)
    told = f"no {field} here {_RELATIONS[operator]} {either(words)}"
    if isinstance(kind, sa.Boolean) or all(map(is_missing, values)):
        return [f"{told}."]
    found = _extent(owner, field)
    return [f"{told}; {found}." if found else f"no {field} is known here."]


def _owner(everything: Query[Any], field: str) -> Query[Any]:
    """Return the question for the things that have the field.

    Videos and segments have no recording or tier of their own: those are of the trials that showed them.
    """
    others = (replace(everything, entity=ENTITIES[name]) for name in ("trials", "segment_presentations"))
    return next(one for one in (everything, *others) if field in one.entity.columns or field in one.entity.more)


def _column(query: Query[Any], field: str) -> Any:
    return {**query.entity.more, **query.entity.columns}[field]


def _word(kind: sa.types.TypeEngine[Any], value: Any) -> str:
    if is_missing(value):
        return "missing"
    if isinstance(kind, sa.Boolean):
        return str(bool(value)).lower()
    return repr(str(value)) if isinstance(kind, sa.Text) else str(value)


def _no_texts(owner: Query[Any], field: str, operator: str, values: list[Any]) -> list[str]:
    """Return the sentences for texts that the field has nowhere, each with the nearest that it has."""
    _, rows = owner.counts([field])
    known = [name for name, _ in rows if name is not None]
    if not known:
        return [f"no {field} is known here."]
    told = []
    for value in values[:MOST_ALIKE]:
        sentence = f"no {field} here {_RELATIONS[operator]} {_word(sa.Text(), value)}."
        told.append(" ".join([sentence, *([] if is_missing(value) else _alike(field, operator, str(value), known))]))
    more = len(values) - MOST_ALIKE
    return told + ([f"{more} more values of {field} occur nowhere, either."] if more > 0 else [])


def _extent(owner: Query[Any], field: str) -> str | None:
    """Return the range of a field's values in words; None where it has none."""
    column = _column(owner, field)
    ends = sa.func.min(column), sa.func.max(column)
    statement = owner.statement.with_only_columns(*ends, maintain_column_froms=True).order_by(None)
    low, high = owner.session.execute(statement).one()
    if low is None:
        return None
    first, last = _word(column.type, low), _word(column.type, high)
    return f"{field} is {first} throughout" if low == high else f"{field} is between {first} and {last}"


def _alike(field: str, operator: str, value: str, known: list[str]) -> list[str]:
    whole = sorted(name for name in known if value in name) if value.strip() and operator == "eq" else []
    if whole:
        return [f"It is a part of {either([repr(name) for name in whole])}: {field}~{value} asks for a part."]
    return [nearest(value, known)] if len(known) <= MOST_NAMED else []
