"""What ingest finds out is what was simulated."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from ingest.ingesting import ingest_recordings
from ingest.report import RunReport
from ingest.simulation import SimulationOptions, simulate
from tests.conftest import MakeDatabase
from tests.importing.reading import query
from tests.ingesting.rows import Group, segment_groups, trials_of, video_groups
from tests.ingesting.worlds import World

PARAMETRIC = {"GaussianDot", "NaturalImages", "Gabor", "PinkNoise", "RandomDots"}
HARD: dict[str, Any] = {"look_alikes": 1, "stalled": True, "name_suffix": "_30hz", "misspelled_behavior": True}
DATA_SETS: dict[str, dict[str, Any]] = {
    "look-alikes": {"seed": 11, **HARD},
    "other look-alikes": {"seed": 12, **HARD, "look_alikes": 2, "parametric_repeats": 1, "test_videos": 0},
    "many repeats": {"seed": 13, "train_videos": 0, "test_videos": 0, "parametric_repeats": 4, "stalled": True},
    "six recordings": {"seed": 14, "recordings": 6, "test_repeats": 1, "parametric_videos": 2, "parametric_repeats": 1},
}


@dataclass(frozen=True)
class Ingested:
    world: World
    database: str
    report: RunReport


@pytest.fixture(scope="module", params=DATA_SETS)
def ingested(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, make_lasting_database: MakeDatabase
) -> Iterator[Ingested]:
    """A simulated data set in a catalog; the data itself is gone by then."""
    options = {"n_neurons": 4, "train_videos": 1, **DATA_SETS[request.param]}
    folder = tmp_path_factory.mktemp("truth") / "data"
    world = World(folder, simulate(folder, SimulationOptions(**options)))
    database = make_lasting_database("sqlite", migrated=False)
    try:
        yield Ingested(world, database, ingest_recordings(database, folder, workers=1))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_stalled(trial: dict[str, Any]) -> bool:
    return any(fault["kind"] == "stalled" for fault in trial["faults"])


def test_sound_data_has_no_problems(ingested: Ingested) -> None:
    assert ingested.report.problems == []
    assert query(ingested.database, "SELECT * FROM ingest_problems") == []


def test_every_trial_has_its_label(ingested: Ingested) -> None:
    expected = {(name, number): trial["label"] for name, _, number, trial in ingested.world.trials()}
    assert {key: row["label"] for key, row in trials_of(ingested.database).items()} == expected


def test_presentations_of_one_stimulus_are_one_video(ingested: Ingested) -> None:
    groups = defaultdict(set)
    for name, _, number, trial in ingested.world.trials():
        # By the published rule, a stalled presentation is a video of its own.
        groups[trial["stimulus"], is_stalled(trial)].add((name, number))
    assert video_groups(ingested.database) == {frozenset(group) for group in groups.values()}


def test_videos_have_the_stimulus_label_and_segments(ingested: Ingested) -> None:
    rows = query(
        ingested.database,
        "SELECT t.recording, t.trial, v.label, v.n_segments, v.source FROM trial_overview t "
        "JOIN videos v ON v.id = t.video_id",
    )
    found = {(row["recording"], row["trial"]): row for row in rows}
    for name, _, number, trial in ingested.world.trials():
        row = found[name, number]
        assert (row["label"], row["source"]) == (trial["label"], "raw")
        if trial["label"] in PARAMETRIC:
            assert row["n_segments"] == len(trial["segments"])


def test_segments_start_and_end_where_they_were_shown(ingested: Ingested) -> None:
    rows = query(
        ingested.database,
        "SELECT r.name, t.trial, s.segment_index, s.frame_start, s.frame_end FROM trial_segments s "
        "JOIN trials t ON t.id = s.trial_id JOIN recordings r ON r.id = t.recording_id ORDER BY s.segment_index",
    )
    found = defaultdict(list)
    for row in rows:
        found[row["name"], row["trial"]].append((row["frame_start"], row["frame_end"]))
    far, total = 0, 0
    for name, _, number, trial in ingested.world.trials():
        if trial["label"] not in PARAMETRIC:
            continue
        expected = list(zip(trial["segment_starts"], trial["segment_ends"], strict=True))
        assert len(found[name, number]) == len(expected)
        for ours, theirs in zip(found[name, number], expected, strict=True):
            total += 2
            far += sum(abs(a - b) > 2 for a, b in zip(ours, theirs, strict=True))
    assert total > 0
    assert far / total <= 0.001


def test_equal_segments_have_one_id(ingested: Ingested) -> None:
    groups: dict[str, set[tuple[str, int, int]]] = defaultdict(set)
    for name, _, number, trial in ingested.world.trials():
        for index, segment in enumerate(trial["segments"]):
            if segment is not None:
                groups[segment].add((name, number, index))
    assert segment_groups(ingested.database) == {Group(group) for group in groups.values()}


def test_gray_between_photographs_is_background(ingested: Ingested) -> None:
    rows = query(
        ingested.database,
        "SELECT recording, trial, segment_index, segment_label, video_label FROM segment_overview",
    )
    labels = {(row["recording"], row["trial"], row["segment_index"]): row["segment_label"] for row in rows}
    for name, _, number, trial in ingested.world.trials():
        for index, segment in enumerate(trial["segments"]):
            expected = "Background" if segment == "Background" else trial["label"] if segment else None
            assert labels[name, number, index] == expected if segment else True


def test_validity_and_valid_frames_of_every_signal(ingested: Ingested) -> None:
    found = trials_of(ingested.database)
    for name, recording, number, trial in ingested.world.trials():
        row, frames = found[name, number], trial["valid_frames"]
        assert {signal: row[f"valid_{signal}"] for signal in trial["valid"]} == trial["valid"]
        assert row["valid_trial"] == trial["valid"]["video"]
        # Withheld responses are zeros in all columns, padding included.
        expected = dict.fromkeys(trial["valid"], frames)
        expected["response"] = frames if trial["valid"]["response"] else recording["T"]
        assert {signal: row[f"valid_frames_{signal}"] for signal in expected} == expected
        assert row["valid_frames"] == frames


def test_tiers(ingested: Ingested) -> None:
    expected = {(name, number): trial["tier"] for name, _, number, trial in ingested.world.trials()}
    assert {key: row["trial_type"] for key, row in trials_of(ingested.database).items()} == expected


def test_recordings(ingested: Ingested) -> None:
    rows = {row["name"]: row for row in query(ingested.database, "SELECT * FROM recordings")}
    assert rows.keys() == set(ingested.world.names)
    for folder, recording in ingested.world.truth["recordings"].items():
        row = rows[ingested.world.catalog_name(folder)]
        animal, session, scan = folder.removeprefix("dynamic").split("-Video-")[0].split("-")
        assert (row["animal_id"], row["session"], row["scan_idx"]) == (animal, session, scan)
        assert row["n_trials"] == len(recording["trials"])
        assert row["n_neurons"] == recording["n_neurons"]
        assert row["samples_per_trial"] == recording["T"]
        assert (row["sampling_freq"], row["source"]) == (30.0, "raw")


def test_a_file_row_for_every_signal(ingested: Ingested) -> None:
    rows = query(
        ingested.database,
        "SELECT r.name, t.trial, f.signal, f.path, f.array_row, f.dtype, f.shape FROM array_files f "
        "JOIN trials t ON t.id = f.trial_id JOIN recordings r ON r.id = t.recording_id",
    )
    found = {(row["name"], row["trial"], row["signal"]): row for row in rows}
    for name, recording, number, _ in ingested.world.trials():
        assert found[name, number, "video"]["path"] == f"data/videos/{number}.npy"
        behavior = f"data/{recording['behavior_folder']}/{number}.npy"
        for row, signal in enumerate(("pupil", "locomotion")):
            assert (found[name, number, signal]["path"], found[name, number, signal]["array_row"]) == (behavior, row)
        assert {found[name, number, signal]["dtype"] for signal in ("video", "response")} == {recording["dtype"]}
    assert len(found) == 5 * sum(1 for _ in ingested.world.trials())
