"""What a database's failure in the middle of a run means to a user: the run stops, and the same command continues."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from catalog.database import display_name
from catalog.errors import DatabaseError, StoppedError
from catalog.faults import unusable


@contextmanager
def stopping(engine: Engine) -> Iterator[None]:
    """Turn failures of the database into the error that tells how to go on.

    Raises
    ------
    StoppedError
        The database failed in the block.
    """
    try:
        yield
    except StoppedError:
        raise
    except (DBAPIError, DatabaseError) as error:
        told = unusable(error, display_name(engine.url)) if isinstance(error, DBAPIError) else error
        raise StoppedError(
            f"{told}. Recordings told of so far are in the catalog; when that is mended, the same command "
            "continues with the rest"
        ) from error
