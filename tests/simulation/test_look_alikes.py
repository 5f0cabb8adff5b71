"""Look-alikes differ from their model as they say, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.simulation.look_alikes import LABELS
from ingest.simulation.options import SimulationOptions
from ingest.simulation.sessions import plan
from ingest.simulation.stimuli import Stimulus, render

SETS = 2
MIXED = 1  # frames next to an edge that may hold a mixture with the neighbour


@pytest.fixture(scope="module")
def stimuli() -> dict[str, Stimulus]:
    options = SimulationOptions(look_alikes=SETS, parametric_repeats=1, train_videos=0, test_videos=0)
    return {trial.stimulus.name: trial.stimulus for recording in plan(options) for trial in recording.trials}


def _pairs(stimuli: dict[str, Stimulus]) -> list[tuple[Stimulus, Stimulus]]:
    return [(video, stimuli[video.look_alike.of]) for video in stimuli.values() if video.look_alike]


def test_every_kind_is_there(stimuli: dict[str, Stimulus]) -> None:
    kinds = {(video.label, video.look_alike.difference) for video in stimuli.values() if video.look_alike}
    assert kinds == {
        *((label, kind) for label in LABELS for kind in ("one segment", "two segments swapped")),
        *(("NaturalVideo", kind) for kind in ("one segment", "two segments swapped", "all but the first frames")),
    }
    assert len(_pairs(stimuli)) == SETS * (2 * 3 + 3 * 2)


def test_they_differ_where_they_say_and_only_there(stimuli: dict[str, Stimulus]) -> None:
    for video, model in _pairs(stimuli):
        assert video.look_alike is not None
        assert [(s.start, s.end) for s in video.segments] == [(s.start, s.end) for s in model.segments]
        difference = np.square(render(video, 0) - render(model, 0)).mean(axis=(1, 2))
        for index, segment in enumerate(video.segments):
            inside = difference[segment.start + MIXED : segment.end - MIXED]
            if index in video.look_alike.segments:
                assert inside.mean() > 20
            else:
                assert not inside.any()


def test_swapped_segments_are_those_of_the_model(stimuli: dict[str, Stimulus]) -> None:
    for video, model in _pairs(stimuli):
        names, of_model = ([segment.name for segment in one.segments] for one in (video, model))
        if video.look_alike and video.look_alike.difference == "two segments swapped":
            first, second = video.look_alike.segments
            of_model[first], of_model[second] = of_model[second], of_model[first]
            assert names == of_model
        else:
            assert names != of_model


def test_first_frames_are_shared(stimuli: dict[str, Stimulus]) -> None:
    for video, model in _pairs(stimuli):
        if video.look_alike and video.look_alike.difference == "all but the first frames":
            assert np.array_equal(render(video, 0)[:70], render(model, 0)[:70])
