"""What every table shares: the naming of constraints, and the column types that behave alike on both databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Double, MetaData, Text, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, mapped_column

SCHEMA_REVISION = "0007_problems_of_folders"
"""The newest migration; opening a catalog compares its revision with this one, without importing Alembic."""

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# PostgreSQL would order and compare text by the server's locale; "C" is code point order, as in SQLite and in Python.
PlainText = Text().with_variant(Text(collation="C"), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time, always in UTC: SQLite keeps no time zone, so one is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without zone: it would mean another moment on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a time without zone cannot be stored: {value!r}; use datetime.now(UTC)")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Bytes = Annotated[int, mapped_column(BigInteger)]
JsonValue = Annotated[Any, mapped_column(JSON(none_as_null=True))]


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {str: PlainText, float: Double(), datetime: UtcDateTime()}  # noqa: RUF012

    _told: ClassVar[tuple[str, ...]] = ()
    """The attributes by which people tell rows apart; a related recording is told by its name."""

    def __repr__(self) -> str:
        """Show what tells the row apart, as far as it is loaded, else its key: a repr must never start a query."""
        from sqlalchemy import inspect

        state = inspect(self)
        loaded = {**state.dict}
        if isinstance(loaded.get("recording"), Base):
            loaded["recording"] = inspect(loaded["recording"]).dict.get("name")
        if loaded.get("recording") is not None:
            loaded.pop("recording_id", None)
        words = [f"{name}={loaded[name]!r}" for name in self._told if loaded.get(name) is not None]
        if not state.identity:
            return f"<{type(self).__name__} {', '.join([*words, 'not stored'])}>"
        return f"<{type(self).__name__} {', '.join(words) or state.identity}>"
