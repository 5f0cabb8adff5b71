"""What a notebook shows of signals and stacks: a line that says of what they are, and how large."""

from __future__ import annotations

from typing import Any

import pytest

from catalog import Catalog
from tests.signals.conftest import Shown


@pytest.fixture
def dots(cat: Catalog, shown: Shown) -> Any:
    """The first random-dot kinematogram of the recording that nothing is withheld of, as a query."""
    return cat.trials.filter(recording=shown.open, trial=shown.trials_of(shown.open, "RandomDots")[0])


@pytest.mark.parametrize(
    ("name", "size", "unit"),
    [
        ("video", "36 x 64 x {} frames", "gray level (0-255)"),
        ("response", "12 neurons x {} frames", "deconvolved calcium activity (a.u.)"),
        ("gaze", "2 x {} frames", "pupil centre (a.u.)"),
        ("pupil", "{} frames", "pupil dilation (a.u.)"),
        ("locomotion", "{} frames", "running speed (a.u.)"),
    ],
)
def test_a_signal(dots: Any, shown: Shown, name: str, size: str, unit: str) -> None:
    trial = dots.first()
    signal = trial.frames if name == "video" else getattr(trial, "responses" if name == "response" else name)
    stored = shown.stored(shown.open, trial.trial, name)
    valid = shown.truth_of(shown.open, trial.trial)["valid_frames"]
    assert repr(signal) == (
        f"<{type(signal).__name__} of trial {trial.trial} of {shown.open}, RandomDots, {trial.video_id}: "
        f"{size.format(stored.shape[-1])} ({valid} valid), 30 Hz, {unit}>"
    )
    assert type(signal).__name__.lower() in (name, "responses")


def test_a_signal_that_cannot_be_used(cat: Catalog, shown: Shown) -> None:
    withheld = cat.trials.filter(recording=shown.withheld, valid_response=False).first()
    neurons, frames = shown.stored(shown.withheld, withheld.trial, "response").shape
    assert f": {neurons} neurons x {frames} frames (not valid), 30 Hz, " in repr(withheld.responses)


def test_chosen_neurons(dots: Any, shown: Shown) -> None:
    (responses,) = dots.responses(neurons=[3, 5])
    frames = shown.stored(shown.open, responses.trial, "response").shape[1]
    # What would have to be asked for is not: a notebook may show it after the catalog was closed.
    assert f": chosen neurons x {frames} frames (240 valid)" in repr(responses)
    assert repr(responses.chosen) == f"<ChosenNeurons of {shown.open}: some, not yet read>"
    depths = sorted(responses.neurons.coords[:, 2])
    assert repr(responses.neurons) == (f"<Neurons of {shown.open}: 2 neurons, z = {depths[0]:g} to {depths[1]:g} µm>")
    assert f": 2 neurons x {frames} frames (240 valid)" in repr(responses)
    assert repr(responses.chosen) == f"<ChosenNeurons of {shown.open}: 2 neurons>"


def test_a_segment(dots: Any, shown: Shown) -> None:
    segment = dots.first().frames.segment(2)
    starts = shown.truth_of(shown.open, segment.trial)["segment_starts"]
    n_frames = starts[3] - starts[2]
    assert repr(segment) == (
        f"<VideoSegment 2 of trial {segment.trial} of {shown.open}, RandomDots, {segment.segment_id}: "
        f"frames {starts[2]} to {starts[3] - 1}, 36 x 64 x {n_frames} frames, 30 Hz, gray level (0-255)>"
    )


def test_stacks(cat: Catalog, shown: Shown) -> None:
    numbers = shown.trials_of(shown.open, "RandomDots")
    trials = cat.trials.filter(recording=shown.open, label="RandomDots")
    size = f"{len(numbers)} trials x {{}}240 frames, 30 Hz, float32; values, mask, trials>"
    assert repr(trials.pupil().stack()) == "<Stack of pupil: " + size.format("")
    assert repr(trials.gaze().stack()) == "<Stack of gaze: " + size.format("2 x ")
    assert repr(trials.responses().stack()) == "<Stack of response: " + size.format("12 neurons x ")
    assert repr(trials.videos().stack()) == "<Stack of video: " + size.format("36 x 64 x ")
    assert repr(trials.limit(1).pupil().stack()).startswith("<Stack of pupil: 1 trial x 240 frames")


def test_windows(cat: Catalog, shown: Shown) -> None:
    trial = shown.trials_of(shown.open, "RandomDots")[0]
    shows = cat.segment_presentations.filter(recording=shown.open, trial=trial)
    start = shown.truth_of(shown.open, trial)["segment_starts"][1]
    windows = shows.responses(window=(-5, 30))
    assert repr(windows[1]) == (
        f"<Window on response of trial {trial} of {shown.open}, segment 1, RandomDots: "
        f"frames {start - 5} to {start + 29}>"
    )
    assert repr(windows.stack()) == (
        "<Stack of response: 4 presentations x 12 neurons x 35 frames, 30 Hz, float32; values, mask, trials>"
    )


def test_repeats(cat: Catalog, shown: Shown) -> None:
    repeats = cat.repeats(min_repeats=2, recordings=[shown.open], signal="pupil")
    one = next(iter(repeats))
    assert repr(one) == f"<VideoRepeats of {one.video_id} ({one.label}) in {shown.open}: pupil of 2 trials>"
    stack = repeats.stack()
    assert repr(stack) == (
        f"<RepeatStack of {shown.open}, pupil: {len(repeats)} videos x 2 repeats x {stack.shape[2]} frames, "
        "30 Hz, float32; values, mask, videos, trials>"
    )
