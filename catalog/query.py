"""A question as a value: filters add to it, and only asking (count, iterate, to_frame, …) runs SQL, one statement."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy import ClauseElement, ColumnElement, Row, Select
from sqlalchemy.sql import visitors

from catalog.counts import counted
from catalog.entities import Entity
from catalog.errors import NotFoundError, QueryError, nearest
from catalog.filters import condition, settled, split_key
from catalog.signal_queries import AsksForSignals

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy.orm import Session

Item = TypeVar("Item")
Found = TypeVar("Found")
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Query(AsksForSignals, Generic[Item]):
    """Some recordings, trials, videos, segments or neurons; lazy, and never changed once made.

    Made by `Catalog.trials` and its siblings. Filters take equality, lists (any of), `None` (no value), the suffixes
    `__ne __lt __le __gt __ge __contains __startswith __endswith`, and SQLAlchemy expressions over the ORM classes.

    When `count`, `first` or `to_frame` find nothing since a condition is met by nothing in the whole catalog, such as a
    misspelt label, a warning is logged that tells so, once for each condition and session.
    """

    entity: Entity
    session: Session
    criteria: tuple[ColumnElement[bool], ...] = ()
    order: tuple[Any, ...] = ()
    size: int | None = None
    asked: tuple[tuple[str, Any], ...] = ()
    """The conditions as they were given to `filter`, by keyword."""

    def filter(self, *expressions: ColumnElement[bool], **filters: Any) -> Self:
        """Return the query narrowed to what meets every condition.

        Conditions on when a video or segment was shown (`recording`, `trial`, `trial_type`) that are given in one
        call must be met by one and the same presentation.

        Raises
        ------
        QueryError
            An unknown field (its nearest neighbours are named) or operator, or a value of the wrong kind.
        """
        self._refuse_limited("filter")
        own: list[ColumnElement[bool]] = []
        shown: list[ColumnElement[bool]] = []
        # An iterator can be asked once, and a list may be another one when the answer is explained.
        filters = {key: settled(value) for key, value in filters.items()}
        for key, value in filters.items():
            name, _ = split_key(self.entity.fields, key)
            is_shown = name in self.entity.shown and name not in self.entity.columns
            (shown if is_shown else own).append(condition(self.entity.fields, key, value, self.entity.other_names))
        if shown and self.entity.was_shown is not None:
            own.append(self.entity.was_shown(shown))
        criteria = (*self.criteria, *expressions, *own)
        narrowed = replace(self, criteria=criteria, asked=(*self.asked, *filters.items()))
        if expressions:
            narrowed._check_expressions(expressions)
        return narrowed

    def order_by(self, *fields: str) -> Self:
        """Return the query in another order; a field with a leading `-` counts down. Ties keep the usual order."""
        self._refuse_limited("order_by")
        order = []
        for field in fields:
            column = self._column(field.removeprefix("-"))
            order.append(column.desc().nulls_last() if field.startswith("-") else column.asc().nulls_last())
        return replace(self, order=(*self.order, *order))

    def limit(self, size: int | None) -> Self:
        """Return the query cut to its first `size` rows; None for all of them, which is the default."""
        if size is not None and size < 0:
            raise QueryError(f"limit={size}: expected 0 or more")
        return replace(self, size=size)

    @property
    def statement(self) -> Select[Any]:
        """The SQLAlchemy Select that this query runs."""
        return self._finish(self.entity.select())

    def count(self) -> int:
        """Return how many there are."""
        rows = self._without_joins()
        if rows is None:
            rows = self.statement.with_only_columns(sa.literal(1), maintain_column_froms=True).order_by(None)
        number = self.session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0
        return self._or_told(number)

    def _without_joins(self) -> Select[Any] | None:
        """Return a 1 for each row from the entity's own table; None where conditions are about other tables, too.

        An entity is joined with what each of its rows has one of, or at most one: joins change no number of rows.
        """
        own = self.statement.column_descriptions[0].get("entity")
        parts = [part for condition in self.criteria for part in visitors.iterate(condition)]
        tables = {part.table.name for part in parts if isinstance(part, sa.Column)}
        if own is None or tables - {own.__tablename__} or any(map(_is_text, parts)):
            return None
        return sa.select(sa.literal(1)).select_from(own).where(*self.criteria).limit(self.size)

    def first(self) -> Item | None:
        """Return the first one, or None."""
        size = 1 if self.size is None else min(self.size, 1)
        return self._or_told(next(iter(self.limit(size)), None))

    def one(self) -> Item:
        """Return the only one.

        Raises
        ------
        NotFoundError
            There is none, or more than one.
        """
        found = list(self.limit(2 if self.size is None else min(self.size, 2)))
        if len(found) != 1:
            raise NotFoundError(f"expected one of the {self.entity.name} to match, found {self.count()}")
        return found[0]

    def all(self) -> list[Item]:
        """Return them as a list of ORM objects."""
        return list(self)

    def __iter__(self) -> Iterator[Item]:
        """Yield the ORM objects."""
        result: Any = self.session.execute(self.statement)
        # All at once: an open cursor on SQLite would keep writers out while the caller takes their time.
        yield from result.scalars().all() if self.entity.is_mapped else result.all()

    def values(self, field: str) -> list[Any]:
        """Return one field of all of them, such as every `video_id`."""
        return [value for (value,) in self.rows([field])]

    def rows(self, fields: Sequence[str] | None = None) -> list[tuple[Any, ...]]:
        """Return plain tuples of the fields (all of the entity's own by default), without making ORM objects."""
        return [tuple(row) for row in self._fetch(self.fields if fields is None else self._names(fields))]

    def _fetch(self, names: list[str]) -> Sequence[Row[Any]]:
        columns = [self._column(name).label(name) for name in names]
        statement = self.statement.with_only_columns(*columns, maintain_column_froms=True)
        # On the connection, since the session would handle each row once more.
        return self.session.connection().execute(statement).all()

    @property
    def fields(self) -> list[str]:
        """The fields that `rows` and `to_frame` give unless told which."""
        return list(self.entity.columns)

    def to_frame(self, fields: Sequence[str] | None = None) -> pd.DataFrame:
        """Return a DataFrame, a row each; whole numbers and truth values stay what they are where some are missing."""
        from catalog.frames import frame

        names = self.fields if fields is None else self._names(fields)
        rows = self._or_told(self._fetch(names))
        return frame(rows, {name: self._column(name).type for name in names})

    def count_across(self, *fields: str) -> pd.DataFrame:
        """Return how many there are for each combination of the fields that occurs.

        The columns are the fields and `count`; the most frequent combination comes first.
        """
        from catalog.frames import frame

        _, rows = self.counts(fields)
        return frame(rows, {**{name: self._column(name).type for name in fields}, "count": sa.Integer()})

    def counts(self, fields: Sequence[str]) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return what `count_across` returns as column names and rows."""
        fields = self._names(fields)
        if not fields:
            raise QueryError(f"counting needs at least one field. {nearest('', self.entity.columns)}")
        columns = [self._column(name).label(name) for name in fields]
        cut = self.statement.with_only_columns(*columns, maintain_column_froms=True)
        # The order decides which rows a limit leaves, and is of no use otherwise.
        inner = (cut if self.size is not None else cut.order_by(None)).subquery()
        count = sa.func.count().label("count")
        names = [inner.c[name] for name in fields]
        order = [count.desc(), *(column.asc().nulls_last() for column in names)]
        rows = self.session.execute(sa.select(*names, count).group_by(*names).order_by(*order))
        return [*fields, "count"], [tuple(row) for row in rows]

    def _finish(self, statement: Select[Any]) -> Select[Any]:
        statement = statement.where(*self.criteria)
        if self.order:
            usual = statement._order_by_clauses
            statement = statement.order_by(None).order_by(*self.order, *usual)
        return statement.limit(self.size) if self.size is not None else statement

    def _or_told(self, found: Found) -> Found:
        """Return what was found; nothing is told about, where a condition is one that nothing meets."""
        if not found and self.size != 0 and self.asked and logger.isEnabledFor(logging.WARNING):
            from catalog.hints import told_once

            for sentence in told_once(self):
                logger.warning("nothing found: %s", sentence)
        return found

    def _column(self, field: str) -> ColumnElement[Any]:
        known: dict[str, Any] = {**self.entity.more, **self.entity.columns}
        if field in self.entity.shown and field not in known:
            raise QueryError(
                f"{self.entity.name} can be filtered by {field!r}, but have none of their own, since they were shown "
                "more than once; ask for trials or segment_presentations to see it"
            )
        if field not in known:
            raise QueryError(f"unknown field {field!r} of {self.entity.name}. {nearest(field, known)}")
        column: ColumnElement[Any] = known[field]
        return column

    def _names(self, fields: Sequence[str]) -> list[str]:
        names = [fields] if isinstance(fields, str) else list(fields)
        for name in names:
            if names.count(name) > 1:
                raise QueryError(f"the field {name!r} is asked for twice")
        return names

    def _refuse_limited(self, step: str) -> None:
        if self.size is not None:
            raise QueryError(f"{step} before limit: a query that was cut short stays as it is")

    def _check_expressions(self, expressions: Sequence[Any]) -> None:
        """Raise for what is no SQL expression, and for tables that would multiply the rows."""
        for expression in expressions:
            if not isinstance(expression, ClauseElement):
                raise QueryError(
                    f"cannot filter by {expression!r}: expected field=value, or a SQLAlchemy expression such as "
                    "Trial.valid_frames > 300"
                )
        tables = [getattr(table, "name", str(table)) for table in self.statement.get_final_froms()]
        if len(tables) > 1:
            strange = ", ".join(str(table) for table in tables[1:])
            raise QueryError(
                f"the expression is about {strange}, which {self.entity.name} are not joined with; use any() or has() "
                "of a relationship, such as Video.trials.any(Trial.trial_type == 'train')"
            )

    def __repr__(self) -> str:
        """Show what is asked, without asking."""
        conditions = counted(len(self.criteria), "condition")
        return f"<Query of {self.entity.name}, {conditions}; count(), to_frame() or iterate>"


def _is_text(part: object) -> bool:
    """Tell whether a part of a condition is SQL as text, which may name any column."""
    return isinstance(part, sa.TextClause | sa.ColumnClause) and not isinstance(part, sa.Column)
