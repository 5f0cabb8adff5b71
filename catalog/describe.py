"""Everything known of one thing, and of the catalog as a whole, as plain dictionaries."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.errors import AmbiguousNameError, NotFoundError
from catalog.lookup import find_by_beginning, find_recording, find_segment, find_trial, find_video, similar_ids
from catalog.models import (
    ArrayFile,
    Base,
    IngestProblem,
    IngestRun,
    Neuron,
    Recording,
    Segment,
    SegmentAlias,
    Trial,
    TrialSegment,
    Video,
    VideoAlias,
    VideoSegment,
)

COUNTED = (Recording, Trial, Video, Segment, Neuron, VideoSegment, TrialSegment, ArrayFile, VideoAlias, SegmentAlias)


def describe(session: Session, name: str) -> dict[str, Any]:
    """Return what is known of the video, segment, recording or trial (`recording/trial`) of that name.

    The beginning of an ID, alias or content hash will do where nothing goes by the whole, and only one video or
    segment has a name that begins so.

    Raises
    ------
    NotFoundError
        Nothing goes by that name, or more than one may be meant.
    """
    if "/" in name:
        recording, _, number = name.rpartition("/")
        return describe_trial(find_trial(session, recording, number), session)
    thing = _find(session, name)
    tell: Any = _TELL[type(thing)]
    described: dict[str, Any] = tell(thing, session)
    return described


def _find(session: Session, name: str) -> Video | Segment | Recording:
    for find in (find_video, find_segment, find_recording):
        try:
            return find(session, name)
        except AmbiguousNameError:
            raise
        except NotFoundError as error:
            last = error
    found = find_by_beginning(session, name)
    if found is None:
        raise NotFoundError(
            f"nothing is called {name!r}: no video or segment has it as ID, alias or content hash, "
            f"and no recording as name. A trial is RECORDING/TRIAL. {similar_ids(session, name).strip() or f'({last})'}"
        )
    return found


def columns_of(row: Base, *leave: str) -> dict[str, Any]:
    """Return a row's columns as a dictionary."""
    return {column.key: getattr(row, column.key) for column in sa.inspect(type(row)).columns if column.key not in leave}


def describe_video(video: Video, session: Session) -> dict[str, Any]:
    """Return a video: its own columns, other names, segments, and where it was shown."""
    shown = session.execute(
        sa.select(Recording.name, Trial.trial, Trial.trial_type, Trial.valid_frames, Trial.valid_trial)
        .join(Trial.recording)
        .where(Trial.video_id == video.id)
        .order_by(Recording.name, Trial.trial)
    )
    names = ("recording", "trial", "trial_type", "valid_frames", "valid_trial")
    return {
        "video": columns_of(video),
        "aliases": [columns_of(alias, "video_id") for alias in video.aliases],
        "segments": [columns_of(segment, "video_id") for segment in video.segments],
        "trials": [dict(zip(names, row, strict=True)) for row in shown],
    }


def describe_segment(segment: Segment, session: Session) -> dict[str, Any]:
    """Return a segment: its own columns, other names, the videos it is part of, and how often it was shown where."""
    shown = session.execute(
        sa.select(Recording.name, sa.func.count())
        .select_from(VideoSegment)
        .join(Trial, Trial.video_id == VideoSegment.video_id)
        .join(Recording, Recording.id == Trial.recording_id)
        .where(VideoSegment.segment_id == segment.id)
        .group_by(Recording.name)
        .order_by(Recording.name)
    )
    return {
        "segment": columns_of(segment),
        "aliases": [columns_of(alias, "segment_id") for alias in segment.aliases],
        "videos": [columns_of(part, "segment_id") for part in segment.occurrences],
        "recordings": [{"recording": name, "times_shown": times} for name, times in shown],
    }


def describe_recording(recording: Recording, session: Session) -> dict[str, Any]:
    """Return a recording: its own columns, where its files are, its trials by label and tier, and its problems."""
    counts = session.execute(
        sa.select(Trial.trial_type, Trial.label, sa.func.count(), sa.func.count(sa.distinct(Trial.video_id)))
        .where(Trial.recording_id == recording.id)
        .group_by(Trial.trial_type, Trial.label)
        .order_by(Trial.trial_type, Trial.label)
    )
    names = ("trial_type", "label", "trials", "videos")
    problems = session.scalar(
        sa.select(sa.func.count()).select_from(IngestProblem).where(IngestProblem.recording == recording.name)
    )
    return {
        "recording": columns_of(recording, "id"),
        "roots": [{"path": root.path} for root in recording.roots],
        "tiers": [dict(zip(names, row, strict=True)) for row in counts],
        "problems": problems,
    }


def describe_trial(trial: Trial, session: Session) -> dict[str, Any]:
    """Return a trial: its own columns, its segments as measured, its files, and its problems."""
    recording = trial.recording
    problems = session.scalars(
        sa.select(IngestProblem)
        .where(IngestProblem.recording == recording.name, IngestProblem.trial == trial.trial)
        .order_by(IngestProblem.id)
    )
    return {
        "trial": {"recording": recording.name, **columns_of(trial, "id", "recording_id")},
        "segments": [columns_of(segment, "trial_id") for segment in trial.segments],
        "files": [columns_of(file, "trial_id") for file in trial.files],
        "problems": [columns_of(problem, "id", "run_id", "recording", "trial") for problem in problems],
    }


_TELL = {Video: describe_video, Segment: describe_segment, Recording: describe_recording}


def summary(session: Session) -> dict[str, Any]:
    """Return what is in the catalog: rows of each table, trials by label, the last runs, the problems by severity."""
    labels = session.execute(
        sa.select(Trial.label, sa.func.count(), sa.func.count(sa.distinct(Trial.video_id)))
        .group_by(Trial.label)
        .order_by(Trial.label)
    )
    runs = session.scalars(sa.select(IngestRun).order_by(IngestRun.id.desc()).limit(5))
    problems = session.execute(
        sa.select(IngestProblem.severity, IngestProblem.kind, sa.func.count())
        .group_by(IngestProblem.severity, IngestProblem.kind)
        .order_by(IngestProblem.severity, IngestProblem.kind)
    )
    return {
        "schema": session.scalar(sa.text("SELECT version_num FROM alembic_version")),
        "counts": {
            str(model.__tablename__): session.scalar(sa.select(sa.func.count()).select_from(model)) for model in COUNTED
        },
        "labels": [{"label": label, "trials": trials, "videos": videos} for label, trials, videos in labels],
        "runs": [columns_of(run, "parameters", "input_digest") for run in runs],
        "problems": [{"severity": severity, "kind": kind, "count": count} for severity, kind, count in problems],
    }
