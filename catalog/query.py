"""A question as a value: filters add to it, and only asking (count, iterate, to_frame, …) runs one SQL statement."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select

from catalog.entities import Entity
from catalog.errors import NotFoundError, QueryError, nearest
from catalog.filters import condition, split_key

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy.orm import Session

Item = TypeVar("Item")


@dataclass(frozen=True)
class Query(Generic[Item]):
    """Some recordings, trials, videos, segments or neurons; lazy, and never changed once made.

    Made by `Catalog.trials` and its siblings. Filters take equality, lists (any of), `None` (no value), the suffixes
    `__ne __lt __le __gt __ge __contains __startswith __endswith`, and SQLAlchemy expressions over the ORM classes.
    """

    entity: Entity
    session: Session
    criteria: tuple[ColumnElement[bool], ...] = ()
    order: tuple[Any, ...] = ()
    size: int | None = None

    def filter(self, *expressions: ColumnElement[bool], **filters: Any) -> Self:
        """Return the query narrowed to what meets every condition.

        Conditions on when a video or segment was shown (`recording`, `trial`, `trial_type`) that are given in one
        call must be met by one and the same presentation.

        Raises
        ------
        QueryError
            An unknown field (its nearest neighbours are named) or operator, or a value of the wrong kind.
        """
        if self.size is not None:
            raise QueryError("filter before limit: a limited query cannot be narrowed further")
        own: list[ColumnElement[bool]] = []
        shown: list[ColumnElement[bool]] = []
        for key, value in filters.items():
            name, _ = split_key(self.entity.fields, key)
            is_shown = name in self.entity.shown and name not in self.entity.columns
            (shown if is_shown else own).append(condition(self.entity.fields, key, value))
        if shown and self.entity.was_shown is not None:
            own.append(self.entity.was_shown(shown))
        return replace(self, criteria=(*self.criteria, *expressions, *own))

    def order_by(self, *fields: str) -> Self:
        """Return the query in another order; a field with a leading `-` counts down. Ties keep the usual order."""
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
        counted = self.statement.with_only_columns(sa.literal(1), maintain_column_froms=True).order_by(None)
        return self.session.scalar(sa.select(sa.func.count()).select_from(counted.subquery())) or 0

    def first(self) -> Item | None:
        """Return the first one, or None."""
        size = 1 if self.size is None else min(self.size, 1)
        return next(iter(self.limit(size)), None)

    def one(self) -> Item:
        """Return the only one.

        Raises
        ------
        NotFoundError
            There is none, or more than one.
        """
        found = list(self.limit(2))
        if len(found) != 1:
            raise NotFoundError(f"expected one of the {self.entity.name} to match, found {self.count()}")
        return found[0]

    def all(self) -> list[Item]:
        """Return them as a list of ORM objects."""
        return list(self)

    def __iter__(self) -> Iterator[Item]:
        """Yield the ORM objects."""
        result: Any = self.session.execute(self.statement)
        yield from result.scalars() if self.entity.is_mapped else result

    def values(self, field: str) -> list[Any]:
        """Return one field of all of them, such as every `video_id`."""
        return [value for (value,) in self.rows([field])]

    def rows(self, fields: Sequence[str] | None = None) -> list[tuple[Any, ...]]:
        """Return plain tuples of the fields (all of the entity's own by default), without making ORM objects."""
        columns = [self._column(name).label(name) for name in (self.fields if fields is None else fields)]
        statement = self.statement.with_only_columns(*columns, maintain_column_froms=True)
        return [tuple(row) for row in self.session.execute(statement)]

    @property
    def fields(self) -> list[str]:
        """The fields that `rows` and `to_frame` give unless told which."""
        return list(self.entity.columns)

    def to_frame(self, fields: Sequence[str] | None = None) -> pd.DataFrame:
        """Return a DataFrame, a row each; whole numbers and truth values stay what they are where some are missing."""
        from catalog.frames import frame

        names = self.fields if fields is None else list(fields)
        return frame(self.rows(names), {name: self._column(name).type for name in names})

    def count_across(self, *fields: str) -> pd.DataFrame:
        """Return how many there are for each combination of the fields that occurs.

        The columns are the fields and `count`; the most frequent combination comes first.
        """
        from catalog.frames import frame

        _, rows = self.counts(fields)
        return frame(rows, {**{name: self._column(name).type for name in fields}, "count": sa.Integer()})

    def counts(self, fields: Sequence[str]) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Return what `count_across` returns as column names and rows."""
        if not fields:
            raise QueryError(f"counting needs at least one field. {nearest('', self.entity.columns)}")
        columns = [self._column(name).label(name) for name in fields]
        inner = self.statement.with_only_columns(*columns, maintain_column_froms=True).order_by(None).subquery()
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

    def _column(self, field: str) -> ColumnElement[Any]:
        known: dict[str, Any] = {**self.entity.more, **self.entity.columns}
        if field not in known:
            raise QueryError(f"unknown field {field!r} of {self.entity.name}. {nearest(field, known)}")
        column: ColumnElement[Any] = known[field]
        return column

    def __repr__(self) -> str:
        """Show what is asked, without asking."""
        return f"<Query of {self.entity.name}, {len(self.criteria)} conditions; count(), to_frame() or iterate>"
