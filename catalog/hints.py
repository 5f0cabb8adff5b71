"""Why a question had no answer: values that occur nowhere in the catalog, and the nearest that do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from catalog.entities import ENTITIES
from catalog.errors import nearest
from catalog.filters import split_key
from catalog.query import Query

MOST_NAMED = 500
"""Beyond so many different values there is no use in naming the nearest: these are IDs, not words."""

_RELATIONS = {"eq": "is", "contains": "contains", "startswith": "begins with", "endswith": "ends with"}


def unmet(query: Query[Any], filters: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return a sentence for each condition on text that nothing in the catalog meets, whatever else is asked.

    Parameters
    ----------
    query
        What was asked, for its kind and its session.
    filters
        The conditions, as `Query.filter` takes them.
    """
    told = (_unmet(query, key, value) for one in filters for key, value in one.items())
    return [sentence for sentence in told if sentence is not None]


def _unmet(query: Query[Any], key: str, value: Any) -> str | None:
    field, operator = split_key(query.entity.fields, key)
    if operator not in _RELATIONS or not isinstance(value, str):
        return None
    # Videos and segments have no recording or tier of their own: those are of the trials that showed them.
    entity = query.entity if field in query.entity.columns else ENTITIES["trials"]
    if field not in entity.columns or not isinstance(entity.columns[field].type, sa.Text):
        return None
    everything = replace(query, entity=entity, criteria=(), order=(), size=None)
    if everything.filter(**{key: value}).first() is not None:
        return None
    _, rows = everything.counts([field])
    known = [name for name, _ in rows if name is not None]
    named = f" {nearest(value, known)}" if 0 < len(known) <= MOST_NAMED else ""
    return f"no {field} here {_RELATIONS[operator]} {value!r}.{named}"
