"""Finding one thing by any name it goes by."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.errors import NotFoundError, nearest
from catalog.models import Recording, Segment, SegmentAlias, Trial, Video, VideoAlias


def find_video(session: Session, name: str) -> Video:
    """Return the video whose ID, alias or presentation's content hash is `name`; NotFoundError if there is none."""
    video = session.get(Video, name) or session.scalar(
        sa.select(Video).join(Video.aliases).where(VideoAlias.alias == name)
    )
    if video is None:
        raise NotFoundError(f"no video has the ID, alias or content hash {name!r}; `catalog videos` lists them")
    return video


def find_segment(session: Session, name: str) -> Segment:
    """Return the segment whose ID, alias or content hash is `name`; NotFoundError if there is none."""
    segment = session.get(Segment, name) or session.scalar(
        sa.select(Segment).join(Segment.aliases).where(SegmentAlias.alias == name)
    )
    if segment is None:
        raise NotFoundError(f"no segment has the ID, alias or content hash {name!r}; `catalog segments` lists them")
    return segment


def find_recording(session: Session, name: str) -> Recording:
    """Return the recording of that name; a part of the name will do where only one recording has it."""
    exact = session.scalar(sa.select(Recording).where(Recording.name == name))
    if exact is not None:
        return exact
    names = session.scalars(sa.select(Recording.name).order_by(Recording.name)).all()
    matching = [known for known in names if name and name in known]
    if len(matching) > 1:
        raise NotFoundError(
            f"{name!r} may be any of these recordings: {', '.join(matching[:5])}; give more of the name"
        )
    if not matching:
        hint = nearest(name, names) if names else "The catalog is empty."
        raise NotFoundError(f"no recording is called {name!r}. {hint}")
    return session.scalars(sa.select(Recording).where(Recording.name == matching[0])).one()


def find_trial(session: Session, recording: str, trial: int | str) -> Trial:
    """Return a trial by its recording's name (or a part of it) and its number."""
    owner = find_recording(session, recording)
    number = int(trial) if str(trial).isascii() and str(trial).isdigit() else -1
    found = session.scalar(sa.select(Trial).where(Trial.recording_id == owner.id, Trial.trial == number))
    if found is None:
        raise NotFoundError(
            f"recording {owner.name} has no trial {trial!r}; "
            f'`catalog trials --where "recording={owner.name}"` lists its trials (the numbers have gaps)'
        )
    return found
