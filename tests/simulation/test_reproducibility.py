"""The same seed gives the same data, whatever else is asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from ingest.simulation import SimulationOptions, simulate
from ingest.simulation.sessions import Presentation, plan
from ingest.simulation.stimuli import render
from tests.simulation.conftest import World

SMALL: dict[str, Any] = {"recordings": 2, "train_videos": 1, "test_videos": 1, "parametric_videos": 0}


def _same_files(one: Path, other: Path) -> bool:
    files = sorted(path.relative_to(one) for path in one.rglob("*.npy"))
    assert files == sorted(path.relative_to(other) for path in other.rglob("*.npy"))
    return all((one / file).read_bytes() == (other / file).read_bytes() for file in files)


def test_same_seed_same_bytes(tmp_path: Path, world_of: Callable[..., World]) -> None:
    world = world_of(**SMALL)
    again = simulate(tmp_path / "again", SimulationOptions(n_neurons=4, **SMALL))
    assert again == world.truth
    assert _same_files(world.folder, tmp_path / "again")


def test_another_seed_is_another_world(world_of: Callable[..., World]) -> None:
    one, other = world_of(**SMALL), world_of(seed=1, **SMALL)
    assert not set(one.truth["recordings"]) & set(other.truth["recordings"])


def _presentations(options: SimulationOptions) -> dict[tuple[int, str, int], Presentation]:
    return {
        (index, trial.stimulus.name, trial.repeat): trial
        for index, recording in enumerate(plan(options))
        for trial in recording.trials
    }


def test_more_of_everything_changes_nothing_of_what_was_there() -> None:
    few = _presentations(SimulationOptions())
    more = SimulationOptions(
        recordings=6, train_videos=5, test_videos=3, test_repeats=3, parametric_videos=3, parametric_repeats=4,
        look_alikes=1, stalled=True,
    )  # fmt: skip
    many = _presentations(more)
    assert few.keys() < many.keys()
    for key, presentation in few.items():
        assert many[key].stimulus == presentation.stimulus
        assert many[key].drift_rate == presentation.drift_rate


def test_the_mice_of_a_pair_see_the_same_stimuli() -> None:
    recordings = plan(SimulationOptions(train_videos=3, test_videos=2))
    names = [{trial.stimulus.name for trial in recording.trials} for recording in recordings]
    assert names[0] == names[1]
    assert names[2] == names[3]
    assert not names[0] & names[2]


def test_trial_numbers_do_not_follow_the_stimuli() -> None:
    orders = [[trial.stimulus.name for trial in recording.trials] for recording in plan(SimulationOptions())]
    assert all(order != sorted(order) for order in orders)
    assert orders[0] != orders[1]


def test_float64_holds_the_float32_values(world_of: Callable[..., World]) -> None:
    narrow, wide = world_of(dtype="float32", **SMALL), world_of(dtype="float64", **SMALL)
    for name, recording, number, _ in narrow.trials():
        for signal in ("videos", "responses", recording["behavior_folder"], "pupil_center"):
            one, other = narrow.array(name, signal, number), wide.array(name, signal, number)
            assert (one.dtype, other.dtype) == (np.float32, np.float64)
            assert np.array_equal(one.astype(np.float64), other, equal_nan=True)


def test_float64_of_its_release_wanders(world_of: Callable[..., World]) -> None:
    options = {**SMALL, "train_videos": 0, "test_videos": 0, "parametric_videos": 1, "parametric_repeats": 1}
    own, exact = world_of(**options), world_of(ulp_wander=False, **options)
    name, recording = list(own.recordings())[1]
    number = next(number for number, trial in recording["trials"].items() if trial["label"] == "GaussianDot")
    one, other = own.array(name, "videos", number), exact.array(name, "videos", number)
    assert one.dtype == other.dtype == np.float64
    difference = np.abs(one - other)
    assert 0 < np.nanmax(difference) <= np.spacing(255.0)


def test_a_stimulus_is_drawn_the_same_alone_and_among_others() -> None:
    stimuli = {trial.stimulus.name: trial.stimulus for trial in plan(SimulationOptions())[2].trials}
    alone = {name: render(stimulus, 0) for name, stimulus in stimuli.items()}
    for name in reversed(stimuli):
        assert np.array_equal(render(stimuli[name], 0), alone[name])
