"""How values are spread, as the database knows it and chooses its indexes by: out of date once many rows are new."""

from __future__ import annotations

from sqlalchemy import Connection

from catalog.models import Base, Recording, Trial, Video

ASKED_FOR_MOST = (Recording, Trial, Video)
ROWS_LOOKED_AT = 1000
"""Of each index of the other tables in SQLite: done in milliseconds, however many rows there are."""


def refresh_statistics(connection: Connection) -> None:
    """Let the database look at how the values are spread in every table, within the caller's transaction.

    PostgreSQL does so by itself, but minutes after many rows have come in; SQLite does it only when it is told. There,
    after a look at part of an index, 10 trials of a label seem as many as 100,000, and a hundred first rows are found
    by sorting all: the tables that are asked for most are looked at whole.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA analysis_limit = {ROWS_LOOKED_AT}")
        connection.exec_driver_sql("ANALYZE")
        connection.exec_driver_sql("PRAGMA analysis_limit = 0")
        for model in ASKED_FOR_MOST:
            connection.exec_driver_sql(f"ANALYZE {model.__tablename__}")
        return
    for table in Base.metadata.sorted_tables:
        connection.exec_driver_sql(f"ANALYZE {table.name}")
