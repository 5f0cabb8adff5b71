"""Measures of reliability: on responses of known signal and noise variance, and against one neuron at a time."""

from __future__ import annotations

import numpy as np
import pytest

from catalog import QueryError
from catalog.signals.reliability import (
    noise_power,
    odd_even_correlation,
    oracle_correlation,
    signal_power,
    signal_to_noise,
    spearman_brown,
)

SIGNAL = np.array([4.0, 1.0, 0.25, 1.0])
NOISE = np.array([1.0, 1.0, 1.0, 4.0])
REPEATS, FRAMES = 10, 40_000
MEASURES = (signal_to_noise, signal_power, noise_power, odd_even_correlation, oracle_correlation)


@pytest.fixture(scope="module")
def responses() -> np.ndarray:
    """(repeat, neuron, frame): what repeats share has variance SIGNAL, and the rest NOISE."""
    dice = np.random.default_rng(3)
    shared = dice.normal(size=(4, FRAMES)) * np.sqrt(SIGNAL)[:, None]
    own = dice.normal(size=(REPEATS, 4, FRAMES)) * np.sqrt(NOISE)[:, None]
    return np.asarray(7 + shared + own)


S, N, R = SIGNAL, NOISE, REPEATS
EXPECTED = [
    (signal_to_noise, (S + N / R) / N),
    (signal_power, S),
    (noise_power, N),
    (odd_even_correlation, S / (S + 2 * N / R)),
    (lambda x: odd_even_correlation(x, corrected=True), S / (S + N / R)),
    (oracle_correlation, S / np.sqrt((S + N) * (S + N / (R - 1)))),
]


@pytest.mark.parametrize(("measure", "expected"), EXPECTED)
def test_known_signal_and_noise(responses: np.ndarray, measure, expected: np.ndarray) -> None:
    # The standard error of a variance over 40,000 frames is 0.7 %.
    np.testing.assert_allclose(measure(responses), expected, rtol=0.03)


def test_pure_noise(responses: np.ndarray) -> None:
    noise = np.random.default_rng(4).normal(size=(10, 3, 20_000))
    np.testing.assert_allclose(signal_to_noise(noise), 0.1, rtol=0.05)
    np.testing.assert_allclose(signal_power(noise), 0, atol=0.005)
    np.testing.assert_allclose(odd_even_correlation(noise), 0, atol=0.03)


def test_against_numpy_one_neuron_at_a_time(responses: np.ndarray) -> None:
    some = responses[:5, :, :200]
    for n in range(4):
        x = some[:, n]
        assert signal_to_noise(some)[n] == pytest.approx(x.mean(0).var(ddof=1) / x.var(axis=0, ddof=1).mean())
        odd, even = (x[0] + x[2] + x[4]) / 3, (x[1] + x[3]) / 2
        assert odd_even_correlation(some)[n] == pytest.approx(np.corrcoef(odd, even)[0, 1])
        each = [np.corrcoef(x[r], np.delete(x, r, axis=0).mean(0))[0, 1] for r in range(5)]
        assert oracle_correlation(some)[n] == pytest.approx(np.mean(each))
        covariance = np.cov(x)
        # What two repeats share is the mean covariance of all pairs.
        shared = covariance[~np.eye(5, dtype=bool)].mean()
        assert signal_power(some)[n] == pytest.approx(shared)
        assert noise_power(some)[n] == pytest.approx(np.diag(covariance).mean() - shared)


@pytest.mark.parametrize("measure", MEASURES)
def test_what_is_missing_is_left_out(responses: np.ndarray, measure) -> None:
    some = responses[:6, :, :300]
    expected = measure(some[:4, :, :250])
    expected[2] = measure(np.delete(some[:4, :, :250], [10, 11], axis=2))[2]
    mask = np.zeros(some.shape, bool)
    mask[4:] = True
    mask[1, :, 250:] = True
    mask[3, 2, 10:12] = True
    np.testing.assert_allclose(measure(some, mask), expected)
    np.testing.assert_allclose(measure(np.ma.MaskedArray(some, mask)), expected)
    np.testing.assert_allclose(measure(np.where(mask, np.nan, some)), expected)


@pytest.mark.parametrize("measure", MEASURES[:1] + MEASURES[3:])
def test_a_neuron_that_never_varies_has_no_reliability(measure) -> None:
    silent = np.full((4, 2, 70), 0.1)
    silent[:, 1] = 0
    assert np.isnan(measure(silent)).all()


@pytest.mark.parametrize("measure", MEASURES)
def test_what_is_not_enough(measure) -> None:
    with pytest.raises(QueryError, match="1 repeat with responses: reliability needs 2 or more"):
        measure(np.ones((1, 3, 50)))
    with pytest.raises(QueryError, match=r"shape \(3, 50\): expected \(repeat, neuron, frame\)"):
        measure(np.ones((3, 50)))
    with pytest.raises(QueryError, match="the mask has the shape"):
        measure(np.ones((2, 3, 50)), np.ones((3, 50), bool))
    assert np.isnan(measure(np.random.default_rng(0).random((3, 2, 1)))).all()


def test_spearman_brown() -> None:
    np.testing.assert_allclose(spearman_brown([0.5, 0.0, 1.0]), [2 / 3, 0, 1])
    np.testing.assert_allclose(spearman_brown(0.2, factor=5), 5 * 0.2 / 1.8)
