"""What was run on the catalog, and what was found wrong on the way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.models.base import Base, JsonValue


class IngestRun(Base):
    """One run of `catalog ingest` or `catalog import` that changed the catalog.

    A run whose `status` is still `running` while nothing runs was interrupted; `input_digest` identifies the
    published metadata that an import has read.
    """

    __tablename__ = "ingest_runs"
    _told = ("id", "command", "status")
    __table_args__ = (
        CheckConstraint("command IN ('ingest', 'import')", name="command_known"),
        CheckConstraint("status IN ('running', 'done', 'failed')", name="status_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    command: Mapped[str]
    status: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    version: Mapped[str]
    analysis_version: Mapped[str]
    parameters: Mapped[JsonValue]
    input_digest: Mapped[str | None]

    problems: Mapped[list[IngestProblem]] = relationship(
        back_populates="run", order_by="IngestProblem.id", passive_deletes=True
    )


class IngestProblem(Base):
    """Something that was wrong with a file, or that files disagree about, and what was done about it.

    `severity` is `error` when something could not be taken in, `warning` when it was taken in with a reservation,
    `notice` for what needs no action, such as an error that the
    published files are known to have. `topic` names the check that found it, so that
    a later run of the same check replaces its findings.
    """

    __tablename__ = "ingest_problems"
    _told = ("severity", "kind", "recording", "trial", "path")
    __table_args__ = (CheckConstraint("severity IN ('error', 'warning', 'notice')", name="severity_known"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("ingest_runs.id", ondelete="CASCADE"), index=True)
    severity: Mapped[str]
    kind: Mapped[str]
    topic: Mapped[str]
    recording: Mapped[str | None] = mapped_column(index=True)
    trial: Mapped[int | None]
    signal: Mapped[str | None]
    path: Mapped[str | None]
    message: Mapped[str]
    action: Mapped[str]

    run: Mapped[IngestRun] = relationship(back_populates="problems")
