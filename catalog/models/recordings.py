"""Recordings, where their files are, and what their publisher said of their columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from catalog.models.base import Base, JsonValue

if TYPE_CHECKING:
    from catalog.models.neurons import Neuron
    from catalog.models.trials import Trial

SOURCES_SQL = "source IN ('published', 'raw')"


class Recording(Base):
    """One recording session of one mouse: a few hundred trials, each a video shown to it.

    `source` says where the rows of this recording came from: `raw` arrays, or `published` metadata alone.
    """

    __tablename__ = "recordings"
    _told = ("name",)
    __table_args__ = (
        CheckConstraint("name <> ''", name="name_not_empty"),
        CheckConstraint("sampling_freq > 0", name="sampling_freq_positive"),
        CheckConstraint("n_trials >= 0 AND n_neurons >= 0 AND samples_per_trial >= 0", name="counts_not_negative"),
        CheckConstraint(SOURCES_SQL, name="source_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    animal_id: Mapped[str | None]
    session: Mapped[str | None]
    scan_idx: Mapped[str | None]
    sampling_freq: Mapped[float | None]
    samples_per_trial: Mapped[int | None]
    n_trials: Mapped[int | None]
    n_neurons: Mapped[int | None]
    dataset_url: Mapped[str | None]
    data_url: Mapped[str | None]
    source: Mapped[str]
    run_id: Mapped[int | None] = mapped_column(ForeignKey("ingest_runs.id", ondelete="SET NULL"))

    trials: Mapped[list[Trial]] = relationship(back_populates="recording", order_by="Trial.trial", passive_deletes=True)
    neurons: Mapped[list[Neuron]] = relationship(
        back_populates="recording", order_by="Neuron.row", passive_deletes=True
    )
    roots: Mapped[list[RecordingRoot]] = relationship(order_by="RecordingRoot.path", passive_deletes=True)


class RecordingRoot(Base):
    """A folder that holds the files of a recording; when the data moves, this row alone changes."""

    __tablename__ = "recording_roots"
    __table_args__ = (UniqueConstraint("recording_id", "path"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"))
    path: Mapped[str]


class DataDictionary(Base):
    """The published description of the columns of a recording's trial or neuron table, word for word."""

    __tablename__ = "data_dictionaries"
    __table_args__ = (CheckConstraint("subject IN ('trials', 'neurons')", name="subject_known"),)

    recording_id: Mapped[int] = mapped_column(ForeignKey("recordings.id", ondelete="CASCADE"), primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[JsonValue]
