"""Transactions that are tried again: the connection to the server was lost, or others were in the way."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from catalog.faults import is_passing

PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Seconds between attempts: a server that is restarted is back within half a minute."""

Result = TypeVar("Result")
logger = logging.getLogger(__name__)


def attempt(work: Callable[[], Result], what: str) -> Result:
    """Return what a transaction returns; a few times more, where its failure may pass by itself.

    Parameters
    ----------
    work
        The transaction, all or nothing, which can be done again when it was not or when nobody knows whether it was.
    what
        What it does, for the log.

    Raises
    ------
    DBAPIError
        Its failure is not of a passing kind, or it was the last attempt.
    """
    for number, pause in enumerate(PAUSES, 1):
        try:
            return work()
        except DBAPIError as error:
            if not is_passing(error):
                raise
            reason = str(error.orig).strip().splitlines()[0]
            logger.warning("%s failed (%s); attempt %d of %d in %g s", what, reason, number + 1, len(PAUSES) + 1, pause)
            time.sleep(pause)
    return work()
