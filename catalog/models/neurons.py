"""Neurons: where they sit, and how active they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.models.base import Base

if TYPE_CHECKING:
    from catalog.models.recordings import Recording


class Neuron(Base):
    """One neuron of one recording; `row` is its index in every response array of that recording.

    Activity is over the valid frames of the trials with a valid response; NULL when there is none.
    """

    __tablename__ = "neurons"
    _told = ("recording", "recording_id", "row", "unit_id")
    __table_args__ = (
        UniqueConstraint("recording_id", "unit_id"),
        CheckConstraint('"row" >= 0', name="row_not_negative"),
        CheckConstraint("std_activation >= 0", name="std_not_negative"),
    )

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int | None]
    coord_x: Mapped[int | None]
    coord_y: Mapped[int | None]
    coord_z: Mapped[int | None]
    mean_activation: Mapped[float | None]
    std_activation: Mapped[float | None]
    min_activation: Mapped[float | None]
    max_activation: Mapped[float | None]

    recording: Mapped[Recording] = relationship(back_populates="neurons")
