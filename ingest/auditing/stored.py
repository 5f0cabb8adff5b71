"""What the catalog holds, read for an audit; nothing is written."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from catalog.catalog import Catalog
from catalog.database import display_name, steady
from catalog.faults import unusable
from catalog.filters import AnyOf
from catalog.models import Recording, Segment, Trial, TrialSegment, Video, VideoSegment
from ingest.auditing.stimuli import CatalogVideo

Source = Catalog | str | os.PathLike[str]
"""An open catalog, or the path or URL of one."""


@contextmanager
def snapshot(source: Source) -> Iterator[Connection]:
    """Yield a connection on which a catalog stays what it is, whatever others write meanwhile.

    Raises
    ------
    DatabaseError
        The database cannot be opened or read.
    """
    with ExitStack() as stack:
        catalog = source if isinstance(source, Catalog) else stack.enter_context(Catalog(source, read_only=True))
        try:
            with steady(catalog.engine).connect() as connection:
                yield connection
        except DBAPIError as error:
            raise unusable(error, display_name(catalog.engine.url)) from error


def recording_names(connection: Connection) -> list[str]:
    """Return the names of all recordings."""
    return list(connection.scalars(sa.select(Recording.name).order_by(Recording.name)))


def trials_of(connection: Connection, recording: str) -> dict[int, tuple[str | None, str | None]]:
    """Return label and video of each trial of a recording."""
    statement = (
        sa.select(Trial.trial, Trial.label, Trial.video_id)
        .join(Recording)
        .where(Recording.name == recording)
        .order_by(Trial.trial)
    )
    return {trial: (label, video) for trial, label, video in connection.execute(statement)}


def labels_in_use(connection: Connection) -> set[str]:
    """Return the labels of all trials."""
    return {label for label in connection.scalars(sa.select(Trial.label).distinct()) if label is not None}


def presentation_starts(connection: Connection, recording: str) -> dict[int, list[int]]:
    """Return the segment starts of each trial of a recording; none of a trial without segments."""
    statement = (
        sa.select(Trial.trial, TrialSegment.frame_start)
        .join(Recording, Recording.id == Trial.recording_id)
        .outerjoin(TrialSegment, TrialSegment.trial_id == Trial.id)
        .where(Recording.name == recording)
        .order_by(Trial.trial, TrialSegment.segment_index)
    )
    found: dict[int, list[int]] = {}
    for trial, start in connection.execute(statement):
        starts = found.setdefault(trial, [])
        if start is not None:
            starts.append(start)
    return found


def videos_named(connection: Connection, ids: Iterable[str]) -> dict[str, CatalogVideo]:
    """Return videos by ID."""
    wanted = sorted(set(ids))
    part = VideoSegment.__table__.c
    statement = (
        sa.select(part.video_id, part.frame_start, part.segment_id)
        .where(AnyOf(part.video_id, wanted))
        .order_by(part.video_id, part.segment_index)
    )
    parts: dict[str, list[tuple[int, str | None]]] = {}
    for video, start, segment in connection.execute(statement):
        parts.setdefault(video, []).append((start, segment))
    column = Video.__table__.c.id
    found = {}
    for video, label in connection.execute(sa.select(column, Video.label).where(AnyOf(column, wanted))):
        starts, segments = zip(*parts.get(video, []), strict=True) if video in parts else ((), ())
        found[video] = CatalogVideo(label, starts, segments)
    return found


def segment_labels(connection: Connection) -> dict[str, str]:
    """Return the label of each segment."""
    return {name: label for name, label in connection.execute(sa.select(Segment.id, Segment.label))}  # noqa: C416 (rows are no pairs to mypy)
