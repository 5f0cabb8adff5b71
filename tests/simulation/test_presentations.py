"""What a presentation does to a stimulus: drift, faults, padding, withheld responses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ingest.simulation.drift import resample, wander
from ingest.simulation.faults import Fault, frames_after, frames_shown
from ingest.simulation.options import SimulationOptions
from ingest.simulation.sessions import WITHHELD_TIERS, plan
from ingest.simulation.stimuli import render
from tests.simulation.conftest import World


def test_arrays_are_nan_past_the_trial_and_only_there(world: World) -> None:
    for name, recording, number, trial in world.trials():
        valid = trial["valid_frames"]
        for signal in ("videos", "responses", recording["behavior_folder"], "pupil_center"):
            array = world.array(name, signal, number)
            if signal == "responses" and not trial["valid"]["response"]:
                assert not array.any()  # NaN counts as something
                continue
            assert np.isfinite(array[..., :valid]).all()
            assert np.isnan(array[..., valid:]).all()


def test_length_is_that_of_the_longest_trial(world: World) -> None:
    for _, recording in world.recordings():
        assert recording["T"] == max(trial["valid_frames"] for trial in recording["trials"].values())


def test_responses_of_the_second_release_are_withheld(world: World) -> None:
    for name, _, _, trial in world.trials():
        assert trial["valid"]["response"] == ("-8744" in name or trial["tier"] not in WITHHELD_TIERS)


def test_running_is_missing_in_some_trials(world: World) -> None:
    missing = 0
    for name, recording, number, trial in world.trials():
        pupil, running = np.nansum(world.array(name, recording["behavior_folder"], number), axis=1)
        assert pupil > 0
        assert (running > 0) == trial["valid"]["locomotion"]
        missing += not trial["valid"]["locomotion"]
    assert missing == 4


def test_recorded_frames_follow_the_drift_formula(world: World) -> None:
    options = SimulationOptions(**world.truth["options"])
    checked = set()
    for recording in plan(options):
        for trial in recording.trials:
            if (trial.stimulus.label, bool(trial.faults)) in checked:
                continue
            checked.add((trial.stimulus.label, bool(trial.faults)))
            shown = render(trial.stimulus, options.seed)[frames_shown(trial.stimulus.frames, trial.faults)]
            lag = (trial.drift_rate * np.arange(len(shown)))[:, None, None]
            before = np.concatenate([shown[:1], shown[:-1]])
            expected = (1 - lag) * shown.astype(np.float64) + lag * before
            recorded = world.array(recording.name, "videos", str(trial.trial)).transpose(2, 0, 1)
            np.testing.assert_allclose(recorded[: trial.frames], expected, rtol=0, atol=1e-4)
            np.testing.assert_allclose(recorded[0], shown[0], rtol=0, atol=1e-12)
    assert len(checked) == 7


def test_repeats_drift_apart_by_three_thousandths_of_a_frame_at_most(world: World) -> None:
    rates = defaultdict(list)
    for *_, trial in world.trials():
        rates[trial["stimulus"]].append(trial["drift_rate"])
    repeated = [name for name in rates if len(rates[name]) > 1]
    for name in repeated:
        low, high = min(rates[name]), max(rates[name])
        assert 0 < (high - low) * 326 <= 0.003
        assert low == pytest.approx(0.0002 if "NaturalImages" in name else 0.0011, rel=0.005)
    assert repeated


def test_still_pixels_stay_as_they_are() -> None:
    frames = np.full((300, 36, 64), 77.3, np.float32)
    assert np.array_equal(resample(frames, 0.0011), frames)


def test_wander_is_one_unit_in_the_last_place_of_still_pixels() -> None:
    rng = np.random.default_rng(0)
    still = rng.uniform(0, 255, (36, 64)).astype(np.float32)
    frames = np.stack([still] * 200 + [still + np.float32(1)])
    recorded = resample(frames, 0.0011)
    wandering = wander(recorded, frames, 0.0011)
    difference = np.abs(wandering - recorded)
    assert 0 < np.count_nonzero(difference[:-1]) < difference.size
    assert np.all(difference <= np.spacing(recorded.astype(np.float64)))
    assert not difference[-1].any()


@pytest.mark.parametrize(
    ("fault", "shown"),
    [
        (Fault("dropped", 2, 1), [0, 1, 3, 4]),
        (Fault("dropped", 1, 2), [0, 3, 4]),
        (Fault("doubled", 2, 1), [0, 1, 2, 2, 3, 4]),
        (Fault("stalled", 0, 3), [0, 0, 0, 0, 1, 2, 3, 4]),
    ],
)
def test_faults(fault: Fault, shown: list[int]) -> None:
    assert list(frames_shown(5, [fault])) == shown
    assert frames_after(5, [fault]) == len(shown)


def test_faults_of_image_videos(world_of: Callable[..., World]) -> None:
    starts: dict[str, list[list[int]]] = defaultdict(list)
    kinds = set()
    options = SimulationOptions(recordings=4, parametric_videos=12, parametric_repeats=10, train_videos=0)
    for recording in plan(options):
        for trial in recording.trials:
            kinds |= {fault.kind for fault in trial.faults}
            if trial.stimulus.label == "NaturalImages":
                shown = frames_shown(trial.stimulus.frames, trial.faults)
                first = np.searchsorted(shown, [segment.start for segment in trial.stimulus.segments])
                starts[trial.stimulus.name].append([*first, trial.frames])
            else:
                assert not trial.faults
    assert kinds == {"dropped", "doubled"}
    shifted = 0
    for repeats in starts.values():
        spread = np.array(repeats) - repeats[0]
        assert np.abs(spread).max() <= 2
        shifted += bool(spread.any())
    assert 2 <= shifted < len(starts)


def test_the_stall_holds_the_third_segment(world: World) -> None:
    (stalled,) = [trial for *_, trial in world.trials() if not trial["valid"]["video"]]
    name, recording, number, _ = next(entry for entry in world.trials() if entry[3] is stalled)
    assert stalled["label"] == "NaturalImages"
    assert recording["T"] == stalled["valid_frames"] == world.truth["stimuli"][stalled["stimulus"]]["frames"] + 97
    start, end = stalled["segment_starts"][2], stalled["segment_ends"][2]
    assert 107 < end - start < 120
    middle = world.array(name, "videos", number)[..., start + 10 : start + 100]
    assert np.abs(np.diff(middle)).max() < 1e-9


def test_repeats_are_answered_alike(world_of: Callable[..., World]) -> None:
    world = world_of(recordings=1, train_videos=0, test_videos=2, parametric_videos=0, n_neurons=40)
    ((name, recording),) = world.recordings()
    responses: dict[str, list[np.ndarray]] = defaultdict(list)
    for number, trial in recording["trials"].items():
        responses[trial["stimulus"]].append(world.array(name, "responses", number)[:, : trial["valid_frames"]])
    one, other = (responses[stimulus] for stimulus in sorted(responses)[:2])
    assert _correlation(one[0], one[1]) > 0.05 > abs(_correlation(one[0], other[0]))


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.mean([np.corrcoef(x, y)[0, 1] for x, y in zip(a, b, strict=True)]))


def test_responses_are_sparse_and_hardly_negative(world: World) -> None:
    name, recording = next(iter(world.recordings()))
    number = next(iter(recording["trials"]))
    responses: Any = world.array(name, "responses", number)
    responses = responses[np.isfinite(responses)]
    assert -1e-6 < responses.min() < 0
    assert 0.05 < (responses > 1e-6).mean() < 0.5
