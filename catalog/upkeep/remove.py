"""Taking a recording out: all that belongs to it alone goes, what other recordings share stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from catalog.catalog import Catalog
from catalog.database import display_name
from catalog.errors import DatabaseError, InputError
from catalog.faults import unusable
from catalog.filters import AnyOf
from catalog.lookup import find_name_in_problems
from catalog.models import (
    ArrayFile,
    DataDictionary,
    IngestProblem,
    IngestRun,
    Neuron,
    Recording,
    RecordingRoot,
    Segment,
    SegmentAlias,
    SelectionTrial,
    Trial,
    TrialSegment,
    Video,
    VideoAlias,
    VideoSegment,
)
from catalog.names import recording_name
from catalog.upkeep.changes import record_changes, trial_facts
from catalog.writing import writing

OF_RECORDING = (Trial, Neuron, RecordingRoot, DataDictionary)
OF_TRIAL = (TrialSegment, ArrayFile)
NO_ROWS = 0
"""Stands for the ID of a recording that never came in, of which the catalog has problems alone."""


@dataclass(frozen=True)
class Removal:
    """What goes with a recording, and what stays although the recording has it.

    Attributes
    ----------
    rows
        How many rows of each table belong to the recording alone.
    videos, segments
        IDs that go: nothing else shows or names them.
    aliases
        Published names that go with them.
    kept_videos
        For each video that stays, the other recordings that show it, or whose published names for their own trials it
        bears.
    kept_segments
        Segments of its videos that stay.
    selections
        Selections that keep trials of the recording; they stay as they are.
    """

    recording: str
    rows: dict[str, int] = field(default_factory=dict)
    videos: list[str] = field(default_factory=list)
    segments: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    kept_videos: dict[str, list[str]] = field(default_factory=dict)
    kept_segments: list[str] = field(default_factory=list)
    selections: list[str] = field(default_factory=list)


def remove(catalog: Catalog, name: str, *, dry_run: bool = False) -> Removal:
    """Take a recording out of the catalog, all or nothing; with `dry_run`, only tell what would go.

    Its files stay where they are. `catalog diff` finds its trials as removed after the latest run. `name` is
    the recording's whole name: a part of it will not do. Of one that never came in, the recorded problems go.

    Raises
    ------
    NotFoundError, InputError
        No recording has that name, or it is a part of one; nothing was changed.
    DatabaseError
        The catalog cannot be written.
    """
    if dry_run:
        with catalog.snapshot() as session:
            return _plan(session.connection(), *_named(session, name))
    if catalog.read_only:
        raise DatabaseError(f"{display_name(catalog.engine.url)} is open for reading alone; open it for writing")
    try:
        with writing(catalog.engine) as connection:
            recording_id, full_name = _named(Session(connection), name)
            removal = _plan(connection, recording_id, full_name)
            _delete(connection, recording_id, removal)
    except DBAPIError as error:
        raise unusable(error, display_name(catalog.engine.url)) from error
    return removal


def _named(session: Session, name: str) -> tuple[int, str]:
    found = find_name_in_problems(session, name)
    if found != recording_name(name):
        raise InputError(f"{name!r} is only a part of a name: give the whole one, {found}; nothing was changed")
    recording_id = session.scalar(sa.select(Recording.id).where(Recording.name == found))
    return NO_ROWS if recording_id is None else recording_id, found


def _plan(connection: Connection, recording_id: int, name: str) -> Removal:
    shown = _texts(connection, sa.select(Trial.video_id).where(Trial.recording_id == recording_id))
    kept = _kept(connection, recording_id, shown)
    videos = [video for video in shown if video not in kept]
    part = VideoSegment.__table__.c
    held = _texts(connection, sa.select(part.segment_id).where(AnyOf(part.video_id, shown)))
    # Those that a video which stays has, of this recording or of any other.
    others = sa.select(part.segment_id).where(AnyOf(part.segment_id, held), sa.not_(AnyOf(part.video_id, videos)))
    kept_segments = _texts(connection, others)
    segments = sorted(set(held) - set(kept_segments))
    of_selection = sa.select(SelectionTrial.selection).where(SelectionTrial.recording == name)
    return Removal(
        recording=name,
        rows=_count(connection, recording_id, name),
        videos=videos,
        segments=segments,
        aliases=[
            *_aliases(connection, VideoAlias, VideoAlias.__table__.c.video_id, videos),
            *_aliases(connection, SegmentAlias, SegmentAlias.__table__.c.segment_id, segments),
        ],
        kept_videos=kept,
        kept_segments=kept_segments,
        selections=_texts(connection, of_selection),
    )


def _texts(connection: Connection, statement: sa.Select[Any]) -> list[str]:
    return sorted({text for text in connection.scalars(statement.distinct()) if text is not None})


def _kept(connection: Connection, recording_id: int, videos: Collection[str]) -> dict[str, list[str]]:
    """Return which videos stay, and the recordings that show them or know them by a published name."""
    trial, alias = Trial.__table__.c, VideoAlias.__table__.c
    wanted = sorted(videos)
    others = sa.select(trial.video_id, Recording.name).join(Recording, Recording.id == trial.recording_id)
    shown = others.where(AnyOf(trial.video_id, wanted), trial.recording_id != recording_id)
    named = (
        sa.select(alias.video_id, Recording.name)
        .join(Trial, trial.published_video_id == alias.alias)
        .join(Recording, Recording.id == trial.recording_id)
        .where(AnyOf(alias.video_id, wanted), alias.source == "published", trial.recording_id != recording_id)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for video, name in sorted({(video, name) for video, name in connection.execute(shown.union(named))}):
        found[video].append(name)
    return dict(found)


def _aliases(connection: Connection, model: Any, owner: sa.ColumnElement[str], ids: Collection[str]) -> list[str]:
    return _texts(connection, sa.select(model.alias).where(AnyOf(owner, sorted(ids)), model.source == "published"))


def _count(connection: Connection, recording_id: int, name: str) -> dict[str, int]:
    counts: dict[str, Any] = {}
    for model in OF_RECORDING:
        mine = sa.select(sa.func.count()).select_from(model).where(model.__table__.c.recording_id == recording_id)
        counts[model.__tablename__] = mine
    for child in OF_TRIAL:
        table = child.__table__
        of_trials = sa.select(sa.func.count()).select_from(table).join(Trial, Trial.id == table.c.trial_id)
        counts[child.__tablename__] = of_trials.where(Trial.recording_id == recording_id)
    problems = sa.select(sa.func.count()).select_from(IngestProblem).where(IngestProblem.recording == name)
    counts[IngestProblem.__tablename__] = problems
    return {table: int(connection.execute(statement).scalar_one()) for table, statement in counts.items()}


def _delete(connection: Connection, recording_id: int, removal: Removal) -> None:
    latest = connection.scalar(sa.select(sa.func.max(IngestRun.id)))
    if latest is not None:
        record_changes(
            connection, latest, removal.recording, trial_facts(connection, recording_id), {}, made_by="remove"
        )
    # What belongs to the recording, and the aliases and signatures of videos and segments, go by foreign key.
    connection.execute(sa.delete(Recording).where(Recording.id == recording_id))
    connection.execute(sa.delete(IngestProblem).where(IngestProblem.recording == removal.recording))
    connection.execute(sa.delete(Video).where(AnyOf(Video.__table__.c.id, removal.videos)))
    connection.execute(sa.delete(Segment).where(AnyOf(Segment.__table__.c.id, removal.segments)))
