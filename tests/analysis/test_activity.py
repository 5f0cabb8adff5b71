"""One-pass activity statistics against two passes over everything."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.analysis import activity_statistics, trial_activity


def two_pass(trials):
    whole = np.concatenate(trials, axis=1).astype(np.float64)
    with np.errstate(invalid="ignore"):
        return (np.nanmean(whole, axis=1), np.nanstd(whole, axis=1), np.nanmin(whole, axis=1), np.nanmax(whole, axis=1))


def check(trials, rel=1e-9):
    result = activity_statistics(trial_activity(trial) for trial in trials)
    for actual, expected in zip(
        (result.mean, result.std, result.minimum, result.maximum), two_pass(trials), strict=True
    ):
        np.testing.assert_allclose(actual, expected, rtol=rel, atol=1e-300)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_trials_of_different_length(dtype):
    rng = np.random.default_rng(0)
    check([rng.gamma(0.3, 9, (300, n)).astype(dtype) for n in (1, 2, 57, 300, 324)])


@pytest.mark.parametrize("mean", [1e3, -1e6, 1e8])
def test_a_mean_far_above_the_spread(mean):
    rng = np.random.default_rng(1)
    check([mean + rng.normal(0, 1, (5, n)) for n in (300, 1, 250, 300)], rel=1e-7 if abs(mean) > 1e7 else 1e-9)


def test_trials_on_different_levels():
    rng = np.random.default_rng(2)
    check([level + rng.normal(0, 1e-3, (5, 100)) for level in (0, 1e4, -1e4, 5)])


def test_a_sum_of_squares_would_fail_here():
    values = 1e6 + np.tile([[0.0, 1.0]], (3, 400))
    naive = np.sqrt(np.maximum((values.astype(np.float32) ** 2).mean(axis=1) - values.mean(axis=1) ** 2, 0))
    assert np.abs(naive - 0.5).max() > 0.1
    check([values[:, :300], values[:, 300:]])


def test_constant_neurons_have_no_spread():
    result = activity_statistics([trial_activity(np.full((4, 50), 0.1)), trial_activity(np.full((4, 7), 0.1))])
    assert (result.std == 0).all()


def test_missing_entries_do_not_count_and_neither_do_neurons_without_any():
    rng = np.random.default_rng(3)
    trials = [rng.normal(5, 2, (300, 40)) for _ in range(3)]
    trials[1][:, 30:] = np.nan
    trials[2][7, :] = np.nan
    trials[0][11, ::3] = np.nan
    check(trials)
    for trial in trials:
        trial[200] = np.nan
    result = activity_statistics(map(trial_activity, trials))
    assert np.isnan([result.mean[200], result.std[200], result.minimum[200], result.maximum[200]]).all()
    assert np.isfinite(np.delete(result.mean, 200)).all()


def test_empty_trials_add_nothing():
    values = np.random.default_rng(4).random((3, 10))
    empty = trial_activity(values[:, :0])
    assert (empty.count == 0).all()
    merged = empty.merge(trial_activity(values)).merge(empty)
    np.testing.assert_array_equal(merged.mean, trial_activity(values).mean)
    assert np.isnan(activity_statistics([empty]).mean).all()


def test_recordings_do_not_mix():
    with pytest.raises(ValueError, match="3 and 4 neurons"):
        trial_activity(np.ones((3, 2))).merge(trial_activity(np.ones((4, 2))))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 12), min_size=1, max_size=6), st.integers(0, 1000), st.sampled_from([0, 10.0, 1e5]))
def test_any_split_gives_the_same(lengths, seed, level):
    rng = np.random.default_rng(seed)
    check([level + rng.normal(0, 1, (3, n)) * rng.choice([1, 100]) for n in lengths] + [level + rng.random((3, 2))])
