"""What a row says of itself: enough to tell it from others, and without a question to the database."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, load_only

from catalog import ArrayFile, Catalog, IngestProblem, IngestRun, Recording, Trial, Video, VideoSegment
from catalog.models import Selection, TrialChange
from tests.queries.conftest import CountStatements
from tests.queries.world import RECORDINGS, WORLD


def test_what_a_query_gives_tells_which_it_is(cat: Catalog, statements: CountStatements) -> None:
    trial = cat.trials.filter(recording=RECORDINGS[0]).all()[1]
    row = next(row for row in WORLD.trials if row["recording_id"] == 1 and row["trial"] == 2)
    video, segment, neuron = cat.video("v03"), cat.segment("s01"), cat.neurons.filter(recording="alpha").all()[3]
    unit = next(row["unit_id"] for row in WORLD.neurons if row["recording_id"] == 4 and row["row"] == 3)
    alias = video.aliases[-1]
    with statements() as sent:
        found = [repr(one) for one in (trial, trial.recording, video, segment, alias, neuron)]
    assert sent == []
    assert found == [
        f"<Trial recording='{RECORDINGS[0]}', trial=2, trial_type={row['trial_type']!r}, label={row['label']!r}>",
        f"<Recording name='{RECORDINGS[0]}'>",
        "<Video id='v03', label='gabor'>",
        "<Segment id='s01', label='NaturalVideo'>",
        "<VideoAlias alias='v657203', video_id='v03'>",
        f"<Neuron recording='alpha', row=3, unit_id={unit}>",
    ]


def test_only_what_is_loaded_is_told(cat: Catalog, statements: CountStatements) -> None:
    with cat.session() as session:
        trial, partial = session.get_one(Trial, 2), _partial(session)
        run, problem = session.get_one(IngestRun, 1), session.get_one(IngestProblem, 2)
        file = session.get_one(ArrayFile, (1, "pupil"))
        with statements() as sent:
            assert repr(trial).startswith("<Trial recording_id=2, trial=0, ")
            assert repr(partial) == "<Trial trial=2>"
            session.expire(trial)
            assert repr(trial) == "<Trial (2,)>"
            assert repr(run) == "<IngestRun id=1, command='import', status='done'>"
            assert repr(problem).startswith(
                f"<IngestProblem severity='warning', kind='kind-1', recording='{RECORDINGS[1]}'"
            )
            assert repr(file) == "<ArrayFile signal='pupil', path='data/pupil/0.npy'>"
        assert sent == []
        recording = trial.recording
        assert repr(trial).startswith(f"<Trial recording='{RECORDINGS[1]}', trial=0, ")
        session.expire(recording)
        with statements() as sent:
            assert repr(trial).startswith("<Trial recording_id=2, trial=0, ")
        assert sent == []
    assert repr(trial).startswith("<Trial recording_id=2, trial=0, "), "out of its session"


def _partial(session: Session) -> Trial:
    return session.scalars(sa.select(Trial).where(Trial.id == 5).options(load_only(Trial.trial))).one()


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (Trial(trial=7), "<Trial trial=7, not stored>"),
        (Trial(trial=7, recording=Recording(name="new")), "<Trial recording='new', trial=7, not stored>"),
        (Recording(), "<Recording not stored>"),
        (Video(id="v1", label="Gabor"), "<Video id='v1', label='Gabor', not stored>"),
        (VideoSegment(video_id="v1", segment_index=2), "<VideoSegment video_id='v1', segment_index=2, not stored>"),
        (Selection(name="fig2", n_trials=0), "<Selection name='fig2', n_trials=0, not stored>"),
        (TrialChange(), "<TrialChange not stored>"),
    ],
    ids=str,
)
def test_what_is_not_stored_says_so(row: object, told: str) -> None:
    assert repr(row) == told
