"""What takes several questions is of one state of the catalog, whoever writes between two of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import sqlalchemy as sa
from sqlalchemy import Engine

from catalog import Catalog
from catalog.models import Recording, Trial
from catalog.upkeep import remove
from ingest.ingesting import ingest_recordings
from tests.signals.conftest import Shown


def after_the_next_question(engine: Engine, happens: Callable[[], object]) -> list[str]:
    """Let something happen once a question to these tables is answered; return the list that will hold the question."""
    asked: list[str] = []

    def interrupt(*args: object) -> None:
        if "FROM" in (statement := str(args[2])) and not asked:
            asked.append(statement)
            happens()

    sa.event.listen(engine, "after_cursor_execute", interrupt)
    return asked


def test_windows_of_presentations_that_are_removed_between_two_questions(database: str, shown: Shown) -> None:
    ingest_recordings(database, shown.folder, workers=1)
    with Catalog(database) as cat, Catalog(database) as other:
        query = cat.segment_presentations.filter(recording=shown.open)
        shown_at = query.rows(["trial", "segment_index"])
        asked = after_the_next_question(cat.engine, lambda: remove(other, shown.open))
        windows = list(query.pupil(window=(0, 4)))
        assert [(one.signal.trial, one.row["segment_index"]) for one in windows] == shown_at
        assert len(asked) == 1
        assert query.count() == 0


def test_segments_of_a_session_of_ones_own(database: str, shown: Shown) -> None:
    ingest_recordings(database, shown.folder, workers=1)
    trial = shown.trials_of(shown.open, "RandomDots")[0]
    of_trial = sa.select(Trial).join(Recording).where(Recording.name == shown.open, Trial.trial == trial)
    with Catalog(database) as cat, Catalog(database) as other, cat.session() as session:
        frames = session.scalars(of_trial).one().frames
        asked = after_the_next_question(cat.engine, lambda: remove(other, shown.open))
        assert [span.frame_start for span in frames.segments] == [0, 60, 120, 180]
        assert len(asked) == 1
        assert other.trials.filter(recording=shown.open).count() == 0


def test_signals_asked_in_a_snapshot_are_of_its_moment(database: str, shown: Shown) -> None:
    ingest_recordings(database, shown.folder, workers=1)
    trial = shown.trials_of(shown.open, "RandomDots")[0]
    of_trial = sa.select(Trial).join(Recording).where(Recording.name == shown.open, Trial.trial == trial)
    with Catalog(database) as cat, Catalog(database) as other:
        with cat.snapshot() as session:
            found = session.scalars(of_trial).one()
            remove(other, shown.open)
            stored = shown.stored(shown.open, trial, "response")
            np.testing.assert_array_equal(found.responses.get_data(), stored)
            assert len(found.responses.neurons) == len(stored)
            assert [span.frame_start for span in found.frames.segments] == [0, 60, 120, 180]
        assert cat.trials.filter(recording=shown.open).count() == 0


def test_windows_asked_in_a_snapshot_are_of_its_moment(database: str, shown: Shown) -> None:
    ingest_recordings(database, shown.folder, workers=1)
    with Catalog(database) as cat, Catalog(database) as other:
        with cat.snapshot() as session:
            query = replace(cat.segment_presentations, session=session).filter(recording=shown.open)
            shown_at = query.rows(["trial", "segment_index"])
            remove(other, shown.open)
            windows = list(query.pupil(window=(0, 4)))
            assert [(one.signal.trial, one.row["segment_index"]) for one in windows] == shown_at
        assert cat.segment_presentations.filter(recording=shown.open).count() == 0
