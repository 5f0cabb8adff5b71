"""Rows from the database as pandas columns of the right type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.types import TypeEngine


def frame(rows: Sequence[Sequence[Any]], types: dict[str, TypeEngine[Any]]) -> pd.DataFrame:
    """Return a DataFrame whose dtypes follow the database's types, whether or not there are rows.

    Whole numbers are int64, or Int64 where a value is missing; truth values bool or boolean; text pandas' own.
    """
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(types)
    content = {name: series(values, kind) for (name, kind), values in zip(types.items(), columns, strict=True)}
    # Each column is new: joining columns of one type into blocks would only copy them once more.
    return pd.DataFrame(content, copy=False)


def series(values: tuple[Any, ...], kind: TypeEngine[Any]) -> Any:
    """Return one column."""
    return pd.Series(list(values), dtype=_dtype(kind, None in values))


def _dtype(kind: TypeEngine[Any], missing: bool) -> Any:
    if isinstance(kind, sa.Boolean):
        return "boolean" if missing else "bool"
    if isinstance(kind, sa.Integer):
        return "Int64" if missing else "int64"
    if isinstance(kind, sa.Float):
        return "float64"
    if isinstance(kind, sa.Text):
        return "str"
    return object
