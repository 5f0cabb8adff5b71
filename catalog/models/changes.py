"""What runs changed of trials, kept when the rows themselves are replaced."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from catalog.models.base import Base, JsonValue


class TrialChange(Base):
    """One trial that a run added, removed or changed; a trial that it left as it was has no row.

    Names, not ids: trials get new ids when their recording is taken in again. `made_by` is `run` for what the run
    itself did, `remove` for a recording that was removed by command after that run. `before` and `after` hold the
    fields that differ, or all of them for a trial that was added (no `before`) or removed (no `after`).
    """

    __tablename__ = "trial_changes"
    __table_args__ = (
        CheckConstraint("made_by IN ('run', 'remove')", name="made_by_known"),
        CheckConstraint("change IN ('added', 'removed', 'changed')", name="change_known"),
        CheckConstraint("trial >= 0", name="trial_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("ingest_runs.id", ondelete="CASCADE"), index=True)
    made_by: Mapped[str]
    recording: Mapped[str]
    trial: Mapped[int]
    change: Mapped[str]
    before: Mapped[JsonValue | None]
    after: Mapped[JsonValue | None]
