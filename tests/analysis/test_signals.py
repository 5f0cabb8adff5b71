"""Valid frames, validity, and what is odd about a signal."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.analysis import SignalSummary, summarise_signal

NAN = np.nan


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, 2.0, 3.0], SignalSummary(3, True, False, False)),
        ([1.0, 2.0, NAN], SignalSummary(2, True, False, False)),
        ([NAN, NAN], SignalSummary(0, False, False, False)),
        ([0.0, 0.0], SignalSummary(2, False, False, False)),
        ([1.0, -1.0, NAN], SignalSummary(2, False, False, False)),
        ([NAN, 1.0, NAN, 2.0, NAN], SignalSummary(2, True, True, False)),
        ([], SignalSummary(0, False, False, False)),
    ],
)
def test_one_dimensional_signals(values, expected, dtype):
    assert summarise_signal(np.array(values, dtype=dtype)) == expected


def test_a_frame_with_one_value_left_is_valid_but_partial():
    responses = np.ones((50, 6), dtype=np.float32)
    responses[:, 4:] = NAN
    assert summarise_signal(responses) == SignalSummary(4, True, False, False)
    responses[0, 2] = NAN
    assert summarise_signal(responses) == SignalSummary(4, True, False, True)
    responses[17, 4] = 1
    assert summarise_signal(responses) == SignalSummary(5, True, False, True)


def test_partial_frames_add_up_without_their_missing_values():
    gaze = np.array([[1.0, NAN, 2.0], [-1.0, -2.0, 0.0]])
    assert not summarise_signal(gaze).valid
    gaze[1, 1] = 5
    assert summarise_signal(gaze).valid


def test_a_frame_missing_in_the_middle_is_a_gap():
    video = np.ones((3, 4, 8))
    video[..., 6:] = NAN
    assert not summarise_signal(video).gap
    video[..., 2] = NAN
    assert summarise_signal(video) == SignalSummary(5, True, True, False)


def test_withheld_responses_are_invalid_in_all_their_frames():
    assert summarise_signal(np.zeros((20, 30), dtype=np.float32)) == SignalSummary(30, False, False, False)


def test_memory_order_does_not_matter():
    video = np.random.default_rng(0).random((5, 6, 9))
    video[..., 7:] = NAN
    assert summarise_signal(np.asfortranarray(video)) == summarise_signal(video) == SignalSummary(7, True, False, False)


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 0)])
def test_nothing_is_not_valid(shape):
    assert summarise_signal(np.ones(shape)) == SignalSummary(0, False, False, False)
