"""The truth is consistent with itself and with the files."""

from __future__ import annotations

import numpy as np

from tests.simulation.conftest import World


def test_trials_agree_with_their_stimuli(world: World) -> None:
    for _, recording, number, trial in world.trials():
        stimulus = world.truth["stimuli"][trial["stimulus"]]
        assert trial["label"] == stimulus["label"]
        assert recording["tiers"][number] == trial["tier"]
        assert len(trial["segments"]) == len(stimulus["segments"])
        names = [segment["name"] for segment in stimulus["segments"]]
        assert trial["segments"] == ([None] * len(names) if trial["label"] == "NaturalVideo" else names)


def test_segments_tile_the_valid_frames(world: World) -> None:
    for *_, trial in world.trials():
        starts, ends = trial["segment_starts"], trial["segment_ends"]
        assert starts[0] == 0
        assert starts[1:] == ends[:-1]
        assert ends[-1] == trial["valid_frames"]
        assert all(start < end for start, end in zip(starts, ends, strict=True))


def test_valid_frames_are_those_of_the_files(world: World) -> None:
    for name, _, number, trial in world.trials():
        video = world.array(name, "videos", number)
        assert np.count_nonzero(~np.isnan(video).all(axis=(0, 1))) == trial["valid_frames"]


def test_faults_account_for_the_length(world: World) -> None:
    faulty = 0
    for *_, trial in world.trials():
        change = sum(fault["count"] * (-1 if fault["kind"] == "dropped" else 1) for fault in trial["faults"])
        assert trial["valid_frames"] == world.truth["stimuli"][trial["stimulus"]]["frames"] + change
        faulty += bool(trial["faults"])
    assert faulty >= 2


def test_the_picture_changes_most_where_a_parametric_segment_starts(world: World) -> None:
    for name, _, number, trial in world.trials():
        if trial["label"] in ("GaussianDot", "NaturalImages", "PinkNoise", "RandomDots"):
            video = world.array(name, "videos", number)[..., : trial["valid_frames"]]
            change = np.square(np.diff(video)).mean(axis=(0, 1))
            for start in trial["segment_starts"][1:]:
                near = change[start - 4 : start + 4]
                assert near.argmax() == 3


def test_options_are_on_record(world: World) -> None:
    assert world.truth["version"] == 1
    assert world.truth["seed"] == world.truth["options"]["seed"] == 7
