"""Plain ORM sessions, what reading may hold up, and what a read-only catalog refuses."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from catalog import Catalog, Recording, Segment, Trial, Video, VideoAlias, VideoSegment
from catalog.database import connect
from tests.conftest import MakeDatabase
from tests.queries.world import WORLD


def _new_recording(**more: Any) -> Recording:
    return Recording(name="new", source="raw", **more)


def test_objects_go_round(own_database: str) -> None:
    with Catalog(own_database) as cat:
        with cat.session() as session:
            video = Video(id="v-new", label="Gabor", n_segments=1, source="raw")
            video.segments.append(
                VideoSegment(
                    segment_index=0,
                    frame_start=0,
                    frame_end=25,
                    bad_properties=False,
                    segment=Segment(id="s-new", label="Gabor", source="raw"),
                )
            )
            video.aliases.append(VideoAlias(alias="v999999", source="published"))
            session.add(_new_recording(trials=[Trial(trial=7, video=video, label="Gabor", peaks=[1, 2], **_flags())]))
            session.commit()
        trial = cat.trial("new", 7)
        assert trial.video is cat.video("v999999") is cat.videos.filter(recording="new").one()
        assert trial.peaks == [1, 2]
        assert [segment.id for segment in cat.segments.filter(video_id="v-new")] == ["s-new"]
        with cat.session() as session:
            recording = session.scalars(sa.select(Recording).where(Recording.name == "new")).one()
            recording.trials[0].label = "RandomDots"
            session.commit()
        assert cat.trial("new", 7).label == "RandomDots"
        with cat.session() as session:
            session.delete(session.scalars(sa.select(Recording).where(Recording.name == "new")).one())
            session.commit()
        assert cat.trials.filter(recording="new").count() == 0
        assert cat.trials.count() == len(WORLD.trials)


def test_a_session_that_is_not_committed_changes_nothing(own_database: str) -> None:
    with Catalog(own_database) as cat:
        with cat.session() as session:
            session.add(_new_recording())
            session.flush()
            session.execute(sa.delete(Trial))
            session.rollback()
        with cat.session() as session:
            with session.begin_nested():
                session.add(_new_recording())
            session.execute(sa.text("UPDATE trials SET label = 'none'"))
        assert cat.recordings.filter(name="new").count() == 0
        assert cat.trials.filter(label="none").count() == 0
        assert cat.trials.count() == len(WORLD.trials)


def test_a_failed_write_leaves_the_rest_of_its_transaction_out(own_database: str) -> None:
    with Catalog(own_database) as cat:
        with cat.session() as session:
            session.add(_new_recording())
            session.flush()
            with pytest.raises(IntegrityError):
                session.execute(sa.insert(Trial).values(recording_id=999, trial=1, **_flags()))
        assert cat.recordings.filter(name="new").count() == 0


def _flags() -> dict[str, bool]:
    return {f"valid_{signal}": True for signal in ("trial", "video", "response", "pupil", "gaze", "locomotion")}


def _write(database: str) -> None:
    """Change a row as another program would, which does not wait for a lock."""
    if "://" in database:
        engine = connect(database, pooled=False)
        with engine.begin() as connection:
            connection.execute(sa.text("SET lock_timeout = '100ms'"))
            connection.execute(sa.text("UPDATE recordings SET data_url = 'changed'"))
        return
    with closing(sqlite3.connect(database, timeout=0)) as driver_connection, driver_connection:
        driver_connection.execute("UPDATE recordings SET data_url = 'changed'")


def test_reading_holds_up_no_writer(own_database: str) -> None:
    with Catalog(own_database) as cat:
        questions: tuple[Any, ...] = (cat.trials, cat.segment_presentations, cat.neurons.limit(3))
        open_iterations = [iter(question) for question in questions]
        for iteration in open_iterations:
            next(iteration)
        assert cat.trials.first().recording.trials  # type: ignore[union-attr]
        _write(own_database)
        assert cat.recordings.values("data_url")[0] == "changed"
        first = cat.recordings.first()
        assert first is not None
        assert first.data_url == "changed"
        for iteration, question in zip(open_iterations, questions, strict=True):
            assert len(list(iteration)) == question.count() - 1


@pytest.mark.parametrize("read_only", [False, True])
def test_a_session_that_only_reads_holds_up_no_writer(own_database: str, read_only: bool) -> None:
    with Catalog(own_database, read_only=read_only) as cat, cat.session() as session:
        reading = iter(session.scalars(sa.select(Trial)))
        next(reading)
        session.scalars(cat.trials.statement).first()
        list(reading)
        _write(own_database)
        assert session.scalars(sa.select(Recording.data_url)).all() == ["changed"] * len(WORLD.recordings)


QUESTIONS = (
    "WITH one AS (SELECT id FROM trials) SELECT COUNT(*) FROM one",
    "with recursive one(id) as (select id from trials) select count(replace('a', 'a', 'b')) from one",
)


@pytest.mark.parametrize("statement", QUESTIONS)
@pytest.mark.parametrize("read_only", [False, True])
def test_with_select_is_reading(own_database: str, read_only: bool, statement: str) -> None:
    with Catalog(own_database, read_only=read_only) as cat, cat.session() as session:
        assert session.scalar(sa.text(statement)) == len(WORLD.trials)
        _write(own_database)


WITH_WRITES = (
    "WITH one AS (SELECT 1) DELETE FROM trials",
    "WITH one AS (SELECT 'seen' AS label) UPDATE trials SET label = (SELECT label FROM one)",
    "WITH one AS (SELECT 'new' AS name) INSERT INTO recordings (name, source) SELECT name, 'raw' FROM one",
)


@pytest.mark.parametrize("statement", WITH_WRITES)
def test_with_can_begin_a_write(own_database: str, statement: str) -> None:
    with Catalog(own_database) as cat:
        with cat.session() as session:
            session.execute(sa.text(statement))
        assert cat.trials.count() == len(WORLD.trials), "what was not committed is not there"
        assert cat.trials.filter(label="seen").count() == cat.recordings.filter(name="new").count() == 0
    with (
        Catalog(own_database, read_only=True) as cat,
        cat.session() as session,
        pytest.raises(DBAPIError, match=r"read-?only"),
    ):
        session.execute(sa.text(statement))


def test_replace_after_with_is_a_write(make_database: MakeDatabase) -> None:
    database = make_database("sqlite")
    with Catalog(database) as cat:
        with cat.session() as session:
            session.execute(
                sa.text("WITH one AS (SELECT 1) REPLACE INTO recordings (id, name, source) SELECT 1, 'a', 'raw'")
            )
        assert cat.recordings.count() == 0


def test_what_one_catalog_writes_another_sees(own_database: str) -> None:
    with Catalog(own_database) as one, Catalog(own_database) as other:
        trial = other.trials.first()
        assert trial is not None
        with one.session() as session:
            session.execute(sa.update(Trial).values(label="seen"))
            session.commit()
        again = other.trials.first()
        assert again is trial
        assert trial.label == "seen"


def test_a_read_only_catalog_cannot_be_written(own_database: str) -> None:
    with Catalog(own_database, read_only=True) as cat:
        assert cat.trials.count() == len(WORLD.trials)

        def add(session: Session) -> None:
            session.add(_new_recording())
            session.commit()

        def delete(session: Session) -> None:
            session.execute(sa.delete(Trial))
            session.commit()

        def alter(session: Session) -> None:
            session.execute(sa.text("DROP VIEW trial_overview"))
            session.commit()

        for write in (add, delete, alter):
            with cat.session() as session, pytest.raises(DBAPIError, match=r"read-?only"):
                write(session)
        with cat.engine.connect() as connection, pytest.raises(DBAPIError, match=r"read-?only"):
            connection.execute(sa.text("DELETE FROM trials"))
    with Catalog(own_database) as cat:
        assert cat.trials.count() == len(WORLD.trials)
        assert cat.recordings.filter(name="new").count() == 0


def test_options_of_a_url_are_kept(make_database: MakeDatabase) -> None:
    database = make_database("postgresql")
    url = database + ("&" if "?" in database else "?") + "options=-c%20application_name%3Dlab&connect_timeout=3"
    with Catalog(url, read_only=True) as cat, cat.session() as session:
        assert session.scalar(sa.text("SHOW application_name")) == "lab"
        assert session.scalar(sa.text("SHOW transaction_read_only")) == "on"


def test_foreign_keys_hold_on_each_connection(own_database: str) -> None:
    with Catalog(own_database) as cat:
        connections = [cat.engine.connect() for _ in range(3)]
        for connection in connections:
            with pytest.raises(IntegrityError), connection.begin():
                connection.execute(sa.update(Trial).values(video_id="v-none").where(Trial.id == 1))
            with pytest.raises(IntegrityError), connection.begin():
                connection.execute(sa.delete(Video).where(Video.id == WORLD.trials[0]["video_id"]))
            connection.close()


def test_the_catalog_of_the_environment_is_the_default(
    own_database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CATALOG_DB", own_database)
    with Catalog() as cat:
        assert cat.trials.count() == len(WORLD.trials)
        assert ":***@" in repr(cat) or "://" not in repr(cat)
