"""Which index answers each documented question with two conditions, by the database's own account."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from catalog import Catalog
from catalog.database import connect
from catalog.models import (
    ArrayFile,
    Neuron,
    Recording,
    Segment,
    Trial,
    TrialSegment,
    Video,
    VideoSegment,
    VideoSignature,
)
from catalog.query import Query
from catalog.writing import writing
from ingest.writing.identities import VIDEOS, videos_of
from ingest.writing.rows import insert_rows, table_of
from ingest.writing.statistics import refresh_statistics
from tests.conftest import BACKENDS, MakeDatabase

RECORDINGS, TRIALS, VIDEOS_EACH, NEURONS = 40, 100, 60, 50
LABELS = ("NaturalVideo",) * 6 + ("Gabor", "PinkNoise")
TIERS = ("train",) * 7 + ("oracle", "live_test_main", "final_test_bonus")
FLAGS = {f"valid_{name}": True for name in ("trial", "video", "pupil", "gaze", "locomotion")}


def fill(connection: sa.Connection) -> None:
    """Write a catalog in which every condition leaves few of many rows."""
    dice = random.Random(0)
    labels = {f"v{number:04}": dice.choice(LABELS) for number in range(RECORDINGS // 2 * VIDEOS_EACH)}
    names = sorted(labels)
    trials = [
        (number, trial, dice.choice(names[number // 2 * VIDEOS_EACH : (number // 2 + 1) * VIDEOS_EACH]))
        for number in range(RECORDINGS)
        for trial in range(TRIALS)
    ]
    rows: dict[type[Any], list[dict[str, Any]]] = {
        Recording: [{"id": number + 1, "name": f"mouse{number:03}", "source": "raw"} for number in range(RECORDINGS)],
        Video: [{"id": name, "label": label, "n_segments": 2, "source": "raw"} for name, label in labels.items()],
        Segment: [{"id": f"s{number:03}", "label": "Gabor", "source": "raw"} for number in range(300)],
        VideoSegment: [
            {"video_id": name, "segment_index": part, "frame_start": 9 * part, "frame_end": 9 * part + 9,
             "bad_properties": False, "segment_id": f"s{(2 * number + part) % 300:03}"}
            for number, name in enumerate(names) for part in range(2)
        ],
        VideoSignature: [
            {"video_id": name, "content_hash": name, "projection": b"", "signature": b""} for name in names
        ],
        Trial: [
            {"id": number * TRIALS + trial + 1, "recording_id": number + 1, "trial": trial, "label": labels[video],
             "trial_type": dice.choice(TIERS), "video_id": video, "valid_frames": dice.choice((240, 300, 324)),
             "valid_response": dice.random() < 0.8, **FLAGS}
            for number, trial, video in trials
        ],
        Neuron: [
            {"recording_id": number + 1, "row": row, "unit_id": row, "coord_z": dice.choice((200, 225, 250))}
            for number in range(RECORDINGS) for row in range(NEURONS)
        ],
        ArrayFile: [
            {"trial_id": trial + 1, "signal": signal, "path": "0.npy", "bytes": 1, "modified_ns": 0, "digest": "",
             "dtype": "float32", "shape": [1]}
            for trial in range(len(trials)) for signal in ("video", "response")
        ],
        TrialSegment: [
            {**dict.fromkeys(TrialSegment.__table__.columns.keys(), 0), "trial_id": trial + 1, "segment_index": part,
             "frame_start": 9 * part, "frame_end": 9 * part + 9, "is_static": True, "is_uniform": False,
             "bad_properties": False}
            for trial in range(len(trials)) for part in range(2)
        ],
    }  # fmt: skip
    for model, some in rows.items():
        insert_rows(connection, table_of(model), some)


@pytest.fixture(scope="module", params=BACKENDS)
def catalog(request: pytest.FixtureRequest, make_lasting_database: MakeDatabase) -> Iterator[Catalog]:
    """A catalog whose databases know how its values are spread."""
    database = make_lasting_database(request.param)
    engine = connect(database, pooled=False)
    with writing(engine) as connection:
        fill(connection)
        refresh_statistics(connection)
    if request.param == "postgresql":
        # Indexes alone can answer where the server knows that all may see the rows.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("VACUUM trials"))
    with Catalog(database) as cat:
        yield cat


def seen_on_the_way(catalog: Catalog, work: Any) -> list[str]:
    """Return the plan of every SELECT that some work runs."""
    plans: list[str] = []
    engine = catalog.engine

    def explain(connection: sa.Connection, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.startswith("SELECT"):
            word = "EXPLAIN QUERY PLAN " if connection.dialect.name == "sqlite" else "EXPLAIN "
            rows = connection.exec_driver_sql(word + statement, parameters)
            plans.append("\n".join(str(row[-1]) for row in rows))

    sa.event.listen(engine, "before_cursor_execute", explain)
    try:
        work()
    finally:
        sa.event.remove(engine, "before_cursor_execute", explain)
    return plans


OF_NEURONS = (
    *("sqlite_autoindex_neurons_1", "pk_neurons"),
    *("sqlite_autoindex_neurons_2", "uq_neurons_recording_id_unit_id"),
)
LABEL, TIER, VIDEO = "ix_trials_label_trial_type", "ix_trials_trial_type_valid_response", "ix_trials_video_id"
OF_RECORDING = ("sqlite_autoindex_trials_1", "uq_trials_recording_id_trial")
COUNTED: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "label and tier": ({"label": "Gabor", "trial_type": "oracle"}, (LABEL,)),
    "label and length": ({"label": "Gabor", "valid_frames__ge": 300}, (LABEL,)),
    "label and response": ({"label": "Gabor", "valid_response": False}, (LABEL, TIER)),
    "tier and response": ({"trial_type": "oracle", "valid_response": False}, (TIER,)),
    "tier and length": ({"trial_type": "oracle", "valid_frames__ge": 300}, (TIER,)),
    "video and response": ({"video_id": "v0007", "valid_response": True}, (VIDEO,)),
    "recording and label": ({"recording": "mouse007", "label": "Gabor"}, (*OF_RECORDING, LABEL)),
    "recording and tier": ({"recording": "mouse007", "trial_type": "oracle"}, (*OF_RECORDING, TIER, LABEL)),
    "part of a name and tier": ({"recording__contains": "007", "trial_type": "oracle"}, (*OF_RECORDING, TIER, LABEL)),
    "part of a name and label": ({"recording__contains": "007", "label": "Gabor"}, (*OF_RECORDING, LABEL)),
}


def assert_answered_by(plans: list[str], *indexes: str) -> None:
    (one,) = plans
    assert any(index in one for index in indexes), one
    for whole in ("SCAN trials\n", "Seq Scan on trials", "SCAN neurons\n", "Seq Scan on neurons"):
        assert whole not in f"{one}\n", one


@pytest.mark.parametrize("question", COUNTED)
def test_counting_is_answered_by(catalog: Catalog, question: str) -> None:
    filters, indexes = COUNTED[question]
    assert_answered_by(seen_on_the_way(catalog, catalog.trials.filter(**filters).count), *indexes)


@pytest.mark.parametrize("question", COUNTED)
def test_the_first_rows_are_found_by(catalog: Catalog, question: str) -> None:
    filters, indexes = COUNTED[question]
    query = catalog.trials.filter(**filters).limit(10)
    assert_answered_by(seen_on_the_way(catalog, lambda: query.rows(["recording", "trial"])), *indexes, *OF_RECORDING)


def test_counts_of_a_class_and_tier_come_from_the_index_alone(catalog: Catalog) -> None:
    (one,) = seen_on_the_way(catalog, catalog.trials.filter(label="Gabor", trial_type="oracle").count)
    assert "COVERING INDEX" in one or "Index Only Scan" in one, one
    assert "recordings" not in one


def other(catalog: Catalog) -> dict[str, tuple[Query[Any], tuple[str, ...]]]:
    return {
        "neurons of a recording": (
            catalog.neurons.filter(recording="mouse007", coord_z__lt=225),
            OF_NEURONS,
        ),
        "presentations of a segment": (
            catalog.segment_presentations.filter(segment_id="s007", trial_type="oracle"),
            ("ix_video_segments_segment_id",),
        ),
        "videos of a recording": (catalog.videos.filter(label="Gabor", recording="mouse007"), (VIDEO, *OF_RECORDING)),
    }


@pytest.mark.parametrize("question", ["neurons of a recording", "presentations of a segment", "videos of a recording"])
def test_other_questions_are_answered_by(catalog: Catalog, question: str) -> None:
    query, indexes = other(catalog)[question]
    assert_answered_by(seen_on_the_way(catalog, lambda: query.rows()), *indexes)


PARTS: dict[str, tuple[sa.Select[Any], tuple[str, ...]]] = {
    "files of a trial": (
        sa.select(ArrayFile.path).where(ArrayFile.trial_id == 7, ArrayFile.signal == "video"),
        ("sqlite_autoindex_array_files_1", "pk_array_files"),
    ),
    "segments of a trial": (
        sa.select(TrialSegment.duration).where(TrialSegment.trial_id == 7),
        ("sqlite_autoindex_trial_segments_1", "pk_trial_segments"),
    ),
    "segments of a video": (
        sa.select(VideoSegment.segment_id).where(VideoSegment.video_id == "v0007"),
        ("sqlite_autoindex_video_segments_1", "pk_video_segments"),
    ),
}


@pytest.mark.parametrize("question", PARTS)
def test_parts_of_one_thing_are_found_by(catalog: Catalog, question: str) -> None:
    statement, indexes = PARTS[question]

    def ask() -> None:
        with catalog.engine.connect() as connection:
            connection.execute(statement).all()

    assert_answered_by(seen_on_the_way(catalog, ask), *indexes)


def test_what_an_ingest_asks_of_one_recording_looks_at_no_other(catalog: Catalog) -> None:
    def ask() -> None:
        with catalog.engine.connect() as connection:
            assert videos_of(connection, "mouse007")

    assert_answered_by(seen_on_the_way(catalog, ask), *OF_RECORDING)


def test_signatures_are_read_by_their_numbers(catalog: Catalog) -> None:
    def ask() -> None:
        with catalog.engine.connect() as connection:
            assert len(list(VIDEOS.stored_signatures(connection, [3, 5, 7]))) == 3

    assert_answered_by(seen_on_the_way(catalog, ask), "INTEGER PRIMARY KEY", "pk_video_signatures")
