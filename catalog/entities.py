"""What can be asked for, and by which fields: one `Entity` each for recordings, trials, videos, segments, neurons."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import aliased, contains_eager

from catalog.fields import FIELDS, VALIDITY
from catalog.filters import OtherNames
from catalog.models import Neuron, Recording, Segment, SegmentAlias, Trial, Video, VideoAlias, VideoSegment

Fields = Mapping[str, Any]
"""Field name to the SQL expression that it stands for."""


VIDEO_NAMES = OtherNames(VideoAlias.alias, VideoAlias.video_id)
SEGMENT_NAMES = OtherNames(SegmentAlias.alias, SegmentAlias.segment_id)


@dataclass(frozen=True)
class Entity:
    """A kind of thing in the catalog.

    Attributes
    ----------
    name
        As in `catalog trials` and `Catalog.trials`.
    select
        The statement that yields its ORM objects, in their order; a function, since statements are values.
    columns
        Fields that belong to it, in the order in which they are shown.
    more
        Fields to filter by that are not shown.
    shown
        Fields of the times it was on screen, and how to ask whether any such time meets some conditions: a video has
        no trial_type of its own, but it was shown in trials that have.
    other_names
        Fields that hold the ID of a video or segment: what they are compared with may be any of its names.
    is_mapped
        Whether its items are ORM objects; else they are plain rows.
    """

    name: str
    select: Callable[[], Select[Any]]
    columns: Fields
    more: Fields = field(default_factory=dict)
    shown: Fields = field(default_factory=dict)
    was_shown: Callable[[list[ColumnElement[bool]]], ColumnElement[bool]] | None = None
    is_mapped: bool = True
    other_names: Mapping[str, OtherNames] = field(default_factory=dict)

    @property
    def fields(self) -> Fields:
        """Every field that filters may name."""
        return {**self.shown, **self.more, **self.columns}


def _columns(names: tuple[str, ...], model: Any, **others: Any) -> dict[str, Any]:
    """Return what each name is in SQL: one of the others, or the model's column of that name."""
    return {name: others[name] if name in others else getattr(model, name) for name in names}


def _recordings() -> Entity:
    return Entity(
        name="recordings",
        select=lambda: sa.select(Recording).order_by(Recording.name),
        columns=_columns(FIELDS["recordings"].columns, Recording),
        more=_columns(FIELDS["recordings"].more, Recording, id=Recording.__table__.c.id),
    )


def _trials() -> Entity:
    return Entity(
        name="trials",
        select=lambda: (
            sa.select(Trial)
            .join(Trial.recording)
            .outerjoin(Trial.video)
            .options(contains_eager(Trial.recording), contains_eager(Trial.video))
            .order_by(Recording.name, Trial.trial)
        ),
        columns=_columns(FIELDS["trials"].columns, Trial, recording=Recording.name),
        more=_columns(FIELDS["trials"].more, Recording),
        other_names={"video_id": VIDEO_NAMES},
    )


def _videos() -> Entity:
    trial, recording = aliased(Trial), aliased(Recording)

    def was_shown(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
        shown = sa.select(sa.literal(1)).join_from(trial, recording).where(trial.video_id == Video.id, *conditions)
        return shown.correlate(Video).exists()

    return Entity(
        name="videos",
        select=lambda: sa.select(Video).order_by(Video.label, Video.id),
        columns=_columns(FIELDS["videos"].columns, Video),
        more=_columns(
            FIELDS["videos"].more,
            Video,
            **_times_shown(sa.select(Trial).where(Trial.video_id == Video.id).correlate(Video)),
        ),
        shown=_columns(FIELDS["videos"].shown, trial, recording=recording.name),
        was_shown=was_shown,
        other_names={"id": VIDEO_NAMES},
    )


def _segments() -> Entity:
    trial, recording, part = aliased(Trial), aliased(Recording), aliased(VideoSegment)

    def was_shown(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
        shown = (
            sa.select(sa.literal(1))
            .select_from(part)
            .join(trial, trial.video_id == part.video_id)
            .join(recording, recording.id == trial.recording_id)
            .where(part.segment_id == Segment.id, *conditions)
        )
        return shown.correlate(Segment).exists()

    return Entity(
        name="segments",
        select=lambda: sa.select(Segment).order_by(Segment.label, Segment.id),
        columns=_columns(FIELDS["segments"].columns, Segment),
        more=_columns(
            FIELDS["segments"].more,
            Segment,
            **_times_shown(
                sa.select(Trial)
                .join(VideoSegment, VideoSegment.video_id == Trial.video_id)
                .where(VideoSegment.segment_id == Segment.id)
                .correlate(Segment)
            ),
        ),
        shown=_columns(
            FIELDS["segments"].shown,
            trial,
            recording=recording.name,
            video_id=part.video_id,
            segment_index=part.segment_index,
        ),
        was_shown=was_shown,
        other_names={"id": SEGMENT_NAMES, "video_id": VIDEO_NAMES},
    )


def _neurons() -> Entity:
    return Entity(
        name="neurons",
        select=lambda: (
            sa.select(Neuron)
            .join(Neuron.recording)
            .options(contains_eager(Neuron.recording))
            .order_by(Recording.name, Neuron.row)
        ),
        columns=_columns(FIELDS["neurons"].columns, Neuron, recording=Recording.name),
        more=_columns(FIELDS["neurons"].more, Recording, recording_id=Neuron.recording_id),
    )


def _times_shown(trials: Select[Any]) -> dict[str, ColumnElement[Any]]:
    """Return how many trials, and how many recordings, are among those that showed a thing."""
    counted = {"n_trials": sa.distinct(Trial.id), "n_recordings": sa.distinct(Trial.recording_id)}
    return {
        name: trials.with_only_columns(sa.func.count(column), maintain_column_froms=True).scalar_subquery()
        for name, column in counted.items()
    }


OVERVIEW_COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "segment_id": sa.Text(),
    "segment_label": sa.Text(),
    "video_id": sa.Text(),
    "video_label": sa.Text(),
    "recording": sa.Text(),
    "trial": sa.Integer(),
    "segment_index": sa.Integer(),
    "frame_start": sa.Integer(),
    "frame_end": sa.Integer(),
    "trial_type": sa.Text(),
    "trial_id": sa.Integer(),
}
segment_overview = sa.table("segment_overview", *(sa.column(name, kind) for name, kind in OVERVIEW_COLUMNS.items()))


def _segment_presentations() -> Entity:
    view = segment_overview.c
    return Entity(
        name="segment_presentations",
        select=lambda: sa.select(*view).order_by(view.recording, view.trial, view.segment_index),
        columns=dict(view.items()),
        more={
            name: sa.select(getattr(Trial, name)).where(Trial.id == view.trial_id).scalar_subquery()
            for name in VALIDITY
        },
        is_mapped=False,
        other_names={"video_id": VIDEO_NAMES, "segment_id": SEGMENT_NAMES},
    )


ENTITIES = {
    entity.name: entity
    for entity in (_recordings(), _trials(), _videos(), _segments(), _neurons(), _segment_presentations())
}
