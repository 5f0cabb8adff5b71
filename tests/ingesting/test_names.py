"""A published name follows what most raw trials that bear it show, and published-only trials follow the name."""

from contextlib import contextmanager
from datetime import UTC, datetime

import sqlalchemy as sa

from catalog import IngestRun, Recording, Trial, Video, VideoAlias
from catalog.database import connect
from catalog.writing import writing
from ingest.writing.names import adopt_published_names
from tests.importing.reading import query

SIGNALS = ("video", "response", "pupil", "gaze", "locomotion")


def add_recording(connection, name, source, videos, names=("v000001",)):
    """Insert a recording whose trials bear published names and show these videos."""
    key = connection.execute(sa.insert(Recording).values(name=name, source=source)).inserted_primary_key[0]
    flags = {f"valid_{signal}": True for signal in (*SIGNALS, "trial")}
    rows = [
        {
            "recording_id": key,
            "trial": trial,
            "video_id": video,
            "published_video_id": names[trial % len(names)],
            **flags,
        }
        for trial, video in enumerate(videos)
    ]
    connection.execute(sa.insert(Trial), rows)


@contextmanager
def small_world(database):
    """Yield a connection to a catalog with a run and two raw videos."""
    engine = connect(database)
    with writing(engine) as connection:
        run = {"command": "ingest", "status": "done", "started_at": datetime.now(UTC), "version": "0"}
        connection.execute(sa.insert(IngestRun).values(id=1, analysis_version="1", parameters={}, **run))
        for video in ("vx", "vy"):
            connection.execute(sa.insert(Video).values(id=video, label="Gabor", n_segments=0, source="raw"))
        yield connection
    engine.dispose()


def test_exchanged_names_stand_for_one_video_each(database):
    names = ("v000001", "v000002")
    with small_world(database) as connection:
        add_recording(connection, "first", "raw", ["vx", "vy"], names)
        add_recording(connection, "second", "raw", ["vy", "vx"], names)
        told = adopt_published_names(connection, 1)
    found = query(database, "SELECT alias, video_id FROM video_aliases ORDER BY alias")
    assert [tuple(row.values()) for row in found] == [("v000001", "vx"), ("v000002", "vy")]
    assert [(one.kind, one.recording, one.trial) for one in told] == [
        ("published_split", "second", 0),
        ("published_split", "second", 1),
    ]


def test_trials_of_published_metadata_follow_their_name(database):
    with small_world(database) as connection:
        add_recording(connection, "first", "raw", ["vx"])
        add_recording(connection, "published", "published", ["vx"])
        adopt_published_names(connection, 1)
        assert connection.scalar(sa.select(VideoAlias.video_id)) == "vx"
        add_recording(connection, "second", "raw", ["vy", "vy"])
        adopt_published_names(connection, 1)
    assert query(database, "SELECT alias, video_id FROM video_aliases") == [{"alias": "v000001", "video_id": "vy"}]
    shown = query(database, "SELECT recording, video_id FROM trial_overview ORDER BY recording, trial")
    assert [tuple(row.values()) for row in shown] == [
        ("first", "vx"),
        ("published", "vy"),
        ("second", "vy"),
        ("second", "vy"),
    ]
    told = query(database, "SELECT kind, recording, trial FROM ingest_problems")
    assert [tuple(row.values()) for row in told] == [("published_split", "first", 0)]
