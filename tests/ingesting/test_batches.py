"""Batches of trials: as many results as trials, and statistics that do not depend on which trials are read."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ingest.batches import BATCH, in_batches, read_batch
from ingest.trial import TrialTask


def write(root: Path, trial: int, n_neurons: int) -> TrialTask:
    rng = np.random.default_rng([trial, n_neurons])
    path = root / "data" / "responses" / f"{trial}.npy"
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, rng.gamma(0.3, 9, (n_neurons, 30)).astype(np.float32))
    return TrialTask("recording", root, trial, {"response": f"data/responses/{trial}.npy"})


def test_the_first_trial_holds_what_all_of_them_add_up_to(tmp_path: Path) -> None:
    tasks = [write(tmp_path, trial, 5 if trial == 2 else 9) for trial in range(4)]
    results = read_batch(tasks)
    assert [result.facts.trial for result in results] == [0, 1, 2, 3]
    assert [result.n_neurons for result in results] == [9, 9, 5, 9]
    assert [result.activity is None for result in results] == [False, True, False, True]
    whole = np.concatenate([np.load(tmp_path / tasks[trial].files["response"]) for trial in (0, 1, 3)], axis=1)
    activity = results[0].activity
    assert activity is not None
    assert (activity.count == 90).all()
    np.testing.assert_allclose(activity.mean, whole.mean(axis=1, dtype=np.float64), rtol=1e-12)
    np.testing.assert_allclose(activity.squares / 90, whole.var(axis=1, dtype=np.float64), rtol=1e-9)
    np.testing.assert_array_equal(activity.maximum, whole.max(axis=1))


@pytest.mark.parametrize("left_out", [0, 3, 11, 29])
def test_a_trial_is_in_the_batch_it_is_always_in(left_out: int) -> None:
    trials = range(0, 60, 2)
    tasks = {trial: TrialTask("recording", Path(), trial, {}) for trial in trials}
    whole = in_batches(trials, tasks)
    assert [task for batch in whole for task in batch] == list(tasks.values())
    assert {len(batch) for batch in whole[:-1]} == {BATCH}
    missing = tasks.pop(2 * left_out)
    expected = [tuple(task for task in batch if task is not missing) for batch in whole]
    assert in_batches(trials, tasks) == expected


def test_nothing_to_read_makes_no_batch() -> None:
    tasks = {9: TrialTask("recording", Path(), 9, {})}
    assert in_batches(range(30), tasks) == [(tasks[9],)]
    assert in_batches(range(30), {}) == []
