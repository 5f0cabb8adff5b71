"""The runs that made the catalog what it is: what they ran on, how they ended, what they changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Select

from catalog.errors import NotFoundError
from catalog.models import IngestProblem, IngestRun, TrialChange

COLUMNS = (
    "id",
    "command",
    "status",
    "started_at",
    "finished_at",
    "version",
    "analysis_version",
    "trials_added",
    "trials_removed",
    "trials_changed",
    "problems",
    "parameters",
)


def runs(limit: int | None = None) -> Select[Any]:
    """Return the statement for the runs, the newest first, with the columns in `COLUMNS`; `limit` takes the newest."""

    def changes(kind: str) -> Any:
        made = sa.select(sa.func.count()).where(
            TrialChange.run_id == IngestRun.id, TrialChange.made_by == "run", TrialChange.change == kind
        )
        return made.scalar_subquery().label(f"trials_{kind}")

    problems = sa.select(sa.func.count()).where(IngestProblem.run_id == IngestRun.id)
    found: dict[str, Any] = {f"trials_{kind}": changes(kind) for kind in ("added", "removed", "changed")}
    found["problems"] = problems.scalar_subquery().label("problems")
    columns: list[Any] = [found[name] if name in found else getattr(IngestRun, name) for name in COLUMNS]
    return sa.select(*columns).order_by(IngestRun.id.desc()).limit(limit)


def require_runs(connection: Connection, ids: Sequence[int]) -> None:
    """Raise NotFoundError, with the runs that there are, unless each of the ids is one of them."""
    known = list(connection.scalars(sa.select(IngestRun.id).order_by(IngestRun.id)))
    for run_id in ids:
        if run_id not in known:
            there = f"there are {known[0]} to {known[-1]}" if known else "there is none yet"
            raise NotFoundError(f"there is no run {run_id}; {there}, and `catalog runs` lists them")
