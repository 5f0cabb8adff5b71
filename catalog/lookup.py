"""Finding one thing by any name it goes by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.errors import AmbiguousNameError, NotFoundError, nearest
from catalog.filters import is_storable
from catalog.models import IngestProblem, Recording, Segment, SegmentAlias, Trial, Video, VideoAlias
from catalog.names import recording_name

Thing = TypeVar("Thing", Video, Segment)


LARGEST_TRIAL = 2**31 - 1
LONGEST_ID = 100
SHORTEST_BEGINNING = 4
"""Shorter ones are the beginning of too much to be meant; git asks for as many."""


def find_video(session: Session, name: str) -> Video:
    """Return the video whose ID, alias or presentation's content hash is `name`; NotFoundError if there is none."""
    video = _find(session, Video, VideoAlias, name)
    if video is None:
        raise NotFoundError(
            f"no video has the ID, alias or content hash {name!r}. {_begins_alike(session, Video, VideoAlias, name)}"
            "`catalog videos` lists them"
        )
    return video


def find_segment(session: Session, name: str) -> Segment:
    """Return the segment whose ID, alias or content hash is `name`; NotFoundError if there is none."""
    segment = _find(session, Segment, SegmentAlias, name)
    if segment is None:
        raise NotFoundError(
            f"no segment has the ID, alias or content hash {name!r}. "
            f"{_begins_alike(session, Segment, SegmentAlias, name)}`catalog segments` lists them"
        )
    return segment


def _find(session: Session, model: type[Thing], aliases: Any, name: str) -> Thing | None:
    if not _may_be_name(name):
        return None
    by_alias = sa.select(model).join(aliases).where(aliases.alias == name)
    return session.get(model, name) or session.scalar(by_alias)


def find_by_beginning(session: Session, name: str) -> Video | Segment | None:
    """Return the one video or segment that has an ID, alias or content hash which begins so; None if there is none.

    For people who look something up: what a beginning stands for may change with the next recording, so programs
    keep whole IDs.

    Raises
    ------
    AmbiguousNameError
        Several begin so; some are named.
    """
    if not _may_be_name(name) or not SHORTEST_BEGINNING <= len(name) <= LONGEST_ID:
        return None
    videos = _owners_of_beginning(session, Video, VideoAlias, VideoAlias.video_id, name)
    segments = _owners_of_beginning(session, Segment, SegmentAlias, SegmentAlias.segment_id, name)
    names = sorted([*videos.values(), *segments.values()])
    if len(names) > 1:
        kinds = " and ".join(kind for kind, found in (("videos", videos), ("segments", segments)) if found)
        raise AmbiguousNameError(
            f"{name!r} is the beginning of names of {len(names)} {kinds}, such as "
            f"{' and '.join(map(repr, names[:3]))}; give more of the name"
        )
    for identifier in videos:
        return session.get(Video, identifier)
    for identifier in segments:
        return session.get(Segment, identifier)
    return None


def _owners_of_beginning(session: Session, model: Any, aliases: Any, owner: Any, begin: str) -> dict[str, str]:
    """Return the IDs of what has a name that begins so, and that name of each: its ID, else the first alias."""
    found: dict[str, str] = {}
    for column, identifier in ((model.id, model.id), (aliases.alias, owner)):
        begins = sa.func.substr(column, 1, len(begin)) == begin
        for name, of in session.execute(sa.select(column, identifier).where(begins).order_by(column)):
            found.setdefault(of, name)
    return found


def _may_be_name(name: object) -> bool:
    return isinstance(name, str) and is_storable(name)


def similar_ids(session: Session, name: str) -> str:
    """Return the sentence that names IDs and aliases of videos, else of segments, which begin as `name`; or nothing."""
    return _begins_alike(session, Video, VideoAlias, name) or _begins_alike(session, Segment, SegmentAlias, name)


def _begins_alike(session: Session, model: Any, aliases: Any, name: str) -> str:
    """Return the sentence that names IDs and aliases which begin as `name` does, or nothing."""
    if not _may_be_name(name) or not name.strip() or len(name) > LONGEST_ID:
        return ""
    # The longest beginning that something shares; long IDs are often cut short, and typed wrong near their end.
    for length in range(len(name), max(3, len(name) // 2) - 1, -1):
        begin = name[:length]
        found: list[str] = []
        for column in (model.id, aliases.alias):
            alike = sa.select(column).where(sa.func.substr(column, 1, length) == begin).order_by(column).limit(3)
            found += session.scalars(alike)
        if found:
            return f"Did you mean {' or '.join(repr(word) for word in found[:3])}? "
    return ""


def find_recording(session: Session, name: str) -> Recording:
    """Return the recording of that name; a part of the name will do where only one recording has it."""
    if _may_be_name(name):
        # Loops over trials ask by the whole name, which one look at an index finds.
        whole = session.scalar(sa.select(Recording).where(Recording.name == recording_name(name)))
        if whole is not None:
            return whole
    names = session.scalars(sa.select(Recording.name).order_by(Recording.name)).all()
    found = _name_among(names, name)
    return session.scalars(sa.select(Recording).where(Recording.name == found)).one()


def find_name_in_problems(session: Session, name: str) -> str:
    """Return the name of a recording that is in the catalog, or that a problem names which kept it out; or a part."""
    known = sa.union(sa.select(Recording.name), sa.select(IngestProblem.recording)).subquery()
    names = sa.select(known.c.name).where(known.c.name.is_not(None)).order_by(known.c.name)
    return _name_among(session.scalars(names).all(), name)


def _name_among(names: Sequence[str], name: str) -> str:
    if not _may_be_name(name):
        raise NotFoundError(f"no recording is called {name!r}; expected its name, or a part of it")
    if recording_name(name) in names:
        return recording_name(name)
    matching = [known for known in names if name and name in known]
    if len(matching) > 1:
        raise AmbiguousNameError(
            f"{name!r} may be any of these recordings: {', '.join(matching[:5])}; give more of the name"
        )
    if not matching:
        hint = nearest(name, names) if names else "The catalog is empty."
        raise NotFoundError(f"no recording is called {name!r}. {hint}")
    return matching[0]


def find_trial(session: Session, recording: str, trial: int | str) -> Trial:
    """Return a trial by its recording's name (or a part of it) and its number."""
    owner = find_recording(session, recording)
    text = str(trial)
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_TRIAL)) else -1
    found = None
    if 0 <= number <= LARGEST_TRIAL:
        found = session.scalar(sa.select(Trial).where(Trial.recording_id == owner.id, Trial.trial == number))
    if found is None:
        raise NotFoundError(
            f"recording {owner.name} has no trial {trial!r}; "
            f'`catalog trials --where "recording={owner.name}"` lists its trials (the numbers have gaps)'
        )
    return found
