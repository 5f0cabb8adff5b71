"""Change signal and peaks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.analysis.change_signal import change_signal
from ingest.analysis.peaks import find_peaks
from ingest.analysis.stimulus_classes import FIRST_PASS, NATURAL_PEAKS, PARAMETRIC_CLASSES, peak_parameters
from tests.analysis.worlds import natural_video, slow_change, slow_peaks

ALL_PARAMETERS = [FIRST_PASS, NATURAL_PEAKS, *(stimulus.peaks for stimulus in PARAMETRIC_CLASSES.values())]
PLAIN = replace(FIRST_PASS, window=5, distance=1)


def signal(n=60, **values):
    """A flat signal of 100 with the given values, as t12=500."""
    c = np.full(n, 100.0)
    for at, value in values.items():
        c[int(at[1:])] = value
    return c


def test_change_is_the_mean_squared_difference_of_successive_frames():
    frames = natural_video()[:150:7]
    np.testing.assert_allclose(change_signal(frames), slow_change(frames), rtol=1e-12)


@pytest.mark.parametrize("n_frames", [0, 1])
def test_no_change_without_two_frames(n_frames):
    assert len(change_signal(np.ones((n_frames, 3, 4), dtype=np.float32))) == 0


def test_a_peak_stands_out_on_both_sides():
    assert find_peaks(signal(t30=200), PLAIN) == (30,)
    step = signal()
    step[30:] = 200
    assert find_peaks(step, PLAIN) == ()
    step[30] = 300
    assert find_peaks(step, PLAIN) == (30,)


def test_the_signs_of_the_two_steps_need_not_agree():
    assert find_peaks(signal(t30=20), PLAIN) == (30,)
    stairs = signal(t30=150)
    stairs[31:] = 200
    assert find_peaks(stairs, PLAIN) == (30,)


def test_the_floor_is_a_strict_limit():
    assert find_peaks(signal(t30=110), PLAIN) == ()
    assert find_peaks(signal(t30=110.001), PLAIN) == (30,)


def test_a_variable_side_raises_the_threshold():
    c = signal(t30=200)
    c[20:30:2] += 39
    assert 5 * np.std(c[25:30]) < 100
    assert 30 in find_peaks(c, PLAIN)
    c[20:30:2] += 3
    assert 3 * np.std(c[25:30]) < 100 < 5 * np.std(c[25:30])
    assert 30 not in find_peaks(c, PLAIN)
    assert 30 in find_peaks(c, replace(PLAIN, factor=3))


def test_outliers_are_dropped_only_where_a_cut_is_set():
    c = signal(t30=300, t22=900)
    wide = replace(PLAIN, window=10)
    assert find_peaks(c, wide) == (22, 30)
    assert find_peaks(c, replace(wide, outlier_cut=None)) == (22,)


def test_one_deviant_of_five_is_two_deviations_away_and_no_further():
    # whatever the rounding of its mean and standard deviation
    for value in np.linspace(150, 190, 41):
        c = signal(t30=210.0)
        c[27] = value
        expected = () if 5 * np.std(c[25:30]) >= 110 else (30,)
        assert tuple(p for p in find_peaks(c, PLAIN) if p == 30) == expected


@pytest.mark.parametrize(("at", "found"), [(2, False), (3, True), (56, True), (57, False)])
def test_fewer_than_three_samples_on_a_side_never_pass(at, found):
    c = signal()
    c[at] = 500
    assert find_peaks(c, PLAIN) == ((at,) if found else ())


def test_samples_count_after_outliers_are_dropped():
    tight = replace(PLAIN, outlier_cut=1.0)
    c = signal(n=10, t6=500)
    assert find_peaks(c, tight) == (6,)
    c[9] = 400
    assert find_peaks(c, replace(tight, outlier_cut=None)) == ()
    assert find_peaks(c, tight) == ()


@pytest.mark.parametrize("n", range(8))
def test_short_signals(n):
    assert find_peaks(np.arange(n) % 2 * 900.0, PLAIN) == tuple(slow_peaks((np.arange(n) % 2 * 900.0).tolist(), PLAIN))


@pytest.mark.parametrize(("gap", "expected"), [(6, (36,)), (7, (30, 37))])
def test_peaks_closer_than_the_distance_are_thinned(gap, expected):
    c = signal(**{"t30": 500.0, f"t{30 + gap}": 600.0})
    assert find_peaks(c, replace(PLAIN, distance=7)) == expected


def test_the_most_prominent_is_kept_first():
    # 30 is higher, 34 stands out more
    c = signal(t29=850, t30=1000, t31=850, t34=600)
    parameters = replace(PLAIN, window=3, distance=7, factor=0)
    assert 34 in find_peaks(c, parameters)
    assert 30 not in find_peaks(c, parameters)


def test_a_kept_peak_does_not_suppress_through_a_dropped_one():
    c = signal(t20=900, t25=700, t30=500)
    assert find_peaks(c, replace(PLAIN, distance=7, factor=0)) == (20, 30)


def test_a_dip_is_as_prominent_as_it_is_deep():
    c = signal(t30=10, t34=150)
    assert find_peaks(c, replace(PLAIN, factor=0, distance=7)) == (30,)


def test_of_equals_the_later_is_kept():
    assert find_peaks(signal(t30=500, t34=500), replace(PLAIN, factor=0, distance=7)) == (34,)


def test_labels_have_their_own_parameters():
    table = {
        None: (10, 7, 5, 10, 2),
        "unknown": (10, 7, 5, 10, 2),
        "NaturalVideo": (30, 7, 5, 10, None),
        "RandomDots": (20, 45, 5, 10, 2),
        "NaturalImages": (10, 10, 3, 10, 2),
        "Gabor": (10, 20, 3, 10, 2),
        "PinkNoise": (10, 20, 5, 10, 2),
        "GaussianDot": (5, 7, 3, 10, 2),
    }
    for label, expected in table.items():
        p = peak_parameters(label)
        assert (p.window, p.distance, p.factor, p.floor, p.outlier_cut) == expected


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 80), st.sampled_from(ALL_PARAMETERS))
def test_agrees_with_the_literal_rule(seed, n, parameters):
    rng = np.random.default_rng(seed)
    c = rng.exponential(rng.choice([1, 10, 60]), n) + (rng.random(n) < 0.15) * rng.exponential(400, n)
    assert find_peaks(c, parameters) == tuple(slow_peaks(c.tolist(), parameters))
