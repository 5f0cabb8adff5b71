"""Selections: questions about trials that were given a name, and the trials that they selected then."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from catalog.models.base import Base, JsonValue


class Selection(Base):
    """A question about trials, kept under a name with what it selected at the time, so that it can be cited.

    `run_id` is the latest run of that time: NULL when there was none, or its row was deleted.
    """

    __tablename__ = "selections"
    _told = ("name", "n_trials")
    __table_args__ = (
        CheckConstraint("name <> ''", name="name_not_empty"),
        CheckConstraint("length(digest) = 64", name="digest_is_sha256"),
        CheckConstraint("n_trials >= 0", name="n_trials_not_negative"),
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    conditions: Mapped[JsonValue]
    digest: Mapped[str]
    n_trials: Mapped[int]
    created_at: Mapped[datetime]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("ingest_runs.id", ondelete="SET NULL"))
    schema_revision: Mapped[str]
    version: Mapped[str]
    note: Mapped[str | None]


class SelectionTrial(Base):
    """One trial of a selection, as it was when it was selected.

    It refers to no other row: recordings can be taken in anew, or go, and the selection still knows what it was.
    NULL means what it means in `trials`.
    """

    __tablename__ = "selection_trials"
    __table_args__ = (CheckConstraint("trial >= 0", name="trial_not_negative"),)

    selection: Mapped[str] = mapped_column(
        ForeignKey("selections.name", ondelete="CASCADE", onupdate="CASCADE"), primary_key=True
    )
    recording: Mapped[str] = mapped_column(primary_key=True)
    trial: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str | None]
    trial_type: Mapped[str | None]
    video_id: Mapped[str | None]
    video_hash: Mapped[str | None]
    valid_frames: Mapped[int | None]
    valid_trial: Mapped[bool]
    valid_video: Mapped[bool]
    valid_response: Mapped[bool]
    valid_pupil: Mapped[bool]
    valid_gaze: Mapped[bool]
    valid_locomotion: Mapped[bool]
