"""Filters on tables of trials and segments: by value, list, operator, function and query, as pandas answers them."""

from __future__ import annotations

import logging
import numbers
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from catalog.counts import counted
from catalog.dataset.errors import DataSetError, DataSetTypeError
from catalog.errors import nearest

if TYPE_CHECKING:
    import pandas as pd

logger = logging.getLogger(__name__)

COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
TEXT_OPERATORS = ("contains", "startswith", "endswith")
OPERATORS = (*COMPARISONS, *TEXT_OPERATORS)
FORMER_NAMES = {"ID": "video_ID"}
"""What columns were called in earlier published versions."""

QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`]*`""")
"""Text and names in a query, of which an `@` may be a part."""

HaveIds = Callable[["pd.DataFrame", list[str]], "np.ndarray[Any, Any]"]
"""Of a table, and names that its column of IDs does not show: the rows that are meant by them."""


def filter_frame(
    table: pd.DataFrame, query: str | None, conditions: Mapping[str, Any], ids: Mapping[str, HaveIds]
) -> pd.DataFrame:
    """Return the rows that meet every condition, with the index that they have.

    Parameters
    ----------
    table
        Trials or occurrences of segments.
    query
        As `pandas.DataFrame.query` takes it; asked of the rows that the conditions leave.
    conditions
        `column=value`, `column=[any, of, these]`, `column=function` (of the column; returns a truth value each), or
        `column__operator=value`. `contains` takes a regular expression. A missing value meets `ne` alone. A number is
        compared with the number of the trial (`trial__lt=20`), text with the trial as text.
    ids
        The columns of IDs, and how to find what goes by a name that they do not show.

    Raises
    ------
    DataSetError, DataSetTypeError
        An unknown column (the nearest are named) or operator, a function that returns something else, or a value that
        cannot be compared.
    """
    mask = np.ones(len(table), dtype=bool)
    for key, value in conditions.items():
        column, name = _split(table, key)
        mask &= _meets(table, column, name, value, ids.get(column))
    found = table.loc[mask]
    return found if query is None else _queried(found, query)


def _split(table: pd.DataFrame, key: str) -> tuple[str, str]:
    column, _, name = (key, "", "eq") if key in table.columns else key.partition("__")
    if column not in table.columns:
        if FORMER_NAMES.get(column) in table.columns:
            raise DataSetError(f"the column {column!r} is called {FORMER_NAMES[column]!r} now")
        raise DataSetError(f"unknown column {column!r}. {nearest(column, map(str, table.columns))}")
    name = name or "eq"
    if name not in OPERATORS:
        raise DataSetError(f"unknown operator {name!r} in {key!r}. {nearest(name, OPERATORS)}")
    return column, name


def _meets(table: pd.DataFrame, column: str, name: str, value: Any, have_ids: HaveIds | None) -> Any:
    """Return which rows meet one condition."""
    values = table[column]
    if callable(value):
        return _as_called(values, value(values))
    if name in TEXT_OPERATORS:
        return _contains(values, name, value)
    if is_list(value):
        if name not in ("eq", "ne"):
            raise DataSetError(f"{column}__{name} with several values; expected one, or {column}=[…] for any of them")
        found = _any_of(table, column, list(value), have_ids)
        return found if name == "eq" else ~found
    if name in ("eq", "ne") and isinstance(_plain(value), str):
        found = _any_of(table, column, [value], have_ids)
        return found if name == "eq" else ~found
    if column == "trial" and name not in ("eq", "ne") and _is_number(_plain(value)):
        import pandas as pd

        # 9 comes before 10; text is compared with text as it is written.
        return _compared(pd.to_numeric(values, errors="coerce"), name, _plain(value))
    return _compared(values, name, _as_trial(column, value))


def is_list(value: Any) -> bool:
    """Whether a value is several: a list, set, range or other collection, or an array or a column of pandas."""
    if isinstance(value, (str, bytes, Mapping)) or getattr(value, "ndim", 1) != 1:
        return False
    return isinstance(value, Iterable)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _as_trial(column: str, value: Any) -> Any:
    """Return a number that is compared with the column of trials as the text which that column holds."""
    plain = _plain(value)
    return str(int(plain)) if column == "trial" and _is_number(plain) and plain == plain // 1 else plain


def _is_number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _any_of(table: pd.DataFrame, column: str, values: list[Any], have_ids: HaveIds | None) -> Any:
    wanted = [_as_trial(column, value) for value in values]
    found = table[column].isin(wanted).to_numpy(dtype=bool)
    if have_ids is not None:
        shown = set(table.loc[found, column])
        others = sorted({value for value in wanted if isinstance(value, str)} - shown)
        if others:
            found = found | have_ids(table, others)
    if not found.any():
        _tell_unknown(table, column, wanted)
    return found


def _tell_unknown(table: pd.DataFrame, column: str, wanted: list[Any]) -> None:
    """Say that nothing in the whole table has such a value: an empty answer may be due to a typing error."""
    named = [value for value in wanted if isinstance(value, str)]
    known = [value for value in table[column].unique() if isinstance(value, str)] if named and column != "trial" else []
    if known:
        shown = named[0] if len(named) == 1 else f"{named[0]} and {len(named) - 1} more"
        hint = nearest(named[0], known) if len(known) < 50 or not column.endswith("ID") else _alike(named[0], known)
        logger.warning("no row has %s %r. %s", column, shown, hint)


def _alike(name: str, known: list[str]) -> str:
    """Return the sentence that names the IDs nearest to one, of thousands that need not all be told."""
    hint = nearest(name, known)
    return hint if hint.startswith("Did") else f"There are {len(known)} others."


def _contains(values: pd.Series[Any], name: str, value: Any) -> Any:
    import pandas as pd

    if not pd.api.types.is_string_dtype(values):
        raise DataSetTypeError(f"{values.name}__{name}: {values.name} is not text; use one of {', '.join(COMPARISONS)}")
    several = name != "contains" and isinstance(value, tuple) and all(isinstance(part, str) for part in value)
    if not isinstance(_plain(value), str) and not several:
        raise DataSetTypeError(f"{values.name}__{name}={value!r}: expected text")
    try:
        found = getattr(values.str, name)(value, na=False)
    except (re.error, ValueError) as error:
        # What a broken regular expression raises depends on how pandas stores text.
        raise DataSetError(f"{values.name}__{name}={value!r}: no regular expression ({error})") from error
    return found.to_numpy(dtype=bool)


def _compared(values: pd.Series[Any], name: str, value: Any) -> Any:
    try:
        found = COMPARISONS[name](values, value)
    except (TypeError, ValueError) as error:
        raise DataSetTypeError(
            f"{values.name}__{name}={value!r}: cannot be compared with the column's {values.dtype}: {error}"
        ) from error
    return found.to_numpy(dtype=bool, na_value=name == "ne") if hasattr(found, "to_numpy") else found


def _as_called(values: pd.Series[Any], answer: Any) -> Any:
    """Return what a caller's function says of each row."""
    import pandas as pd

    if isinstance(answer, pd.Series):
        if not answer.index.equals(values.index):
            raise DataSetError(f"the function for {values.name} returned a Series with another index than the column's")
        given = answer
    else:
        several = np.asarray(answer)
        if several.ndim != 1 or len(several) != len(values):
            raise DataSetError(
                f"the function for {values.name} returned {several.shape}; expected a truth value for each of the "
                f"column's {counted(len(values), 'row')}"
            )
        given = pd.Series(several, index=values.index)
    if not pd.api.types.is_bool_dtype(given.dtype):
        other = next((one for one in given[given.notna()] if not isinstance(one, (bool, np.bool_))), None)
        if other is not None:
            raise DataSetError(
                f"the function for {values.name} returned {other!r} for a row; expected a truth value for each, such "
                f'as {values.name}=lambda column: column == "…"'
            )
    return given.where(given.notna(), False).astype(bool).to_numpy()


def _queried(found: pd.DataFrame, query: str) -> pd.DataFrame:
    if not isinstance(query, str):
        raise DataSetTypeError(f"query={query!r}: expected text such as \"label == 'Gabor' and valid_frames >= 300\"")
    if "@" in QUOTED.sub("", query):
        raise DataSetError(
            f"query={query!r}: variables of the caller, such as @name, cannot be seen from here; put the value into "
            'the text, as in query=f"valid_frames >= {n}" or query=f"label == {name!r}"'
        )
    try:
        # Names are columns alone: nothing of this program's own is to be found under one.
        return found.query(query, local_dict={}, global_dict={})
    except NameError as error:
        name = str(error).split("'")[1] if "'" in str(error) else query
        raise DataSetError(f"query={query!r}: unknown column {name!r}. {nearest(name, found.columns)}") from error
    except (SyntaxError, ValueError, TypeError, NotImplementedError, KeyError, AttributeError) as error:
        raise DataSetError(f"query={query!r} cannot be answered: {error}") from error
