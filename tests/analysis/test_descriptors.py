"""The published descriptors of segments."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.analysis.descriptors import SegmentDescriber, transition_frames
from tests.analysis.worlds import GRAY, dots, grating, gray, natural_images, slow_describe, texture

BIN = 256 / 255


def describe(frames, start=0, end=None):
    return SegmentDescriber(frames).describe((start, len(frames) if end is None else end))


def still(n=12, value=GRAY):
    return np.full((n, 6, 8), value, dtype=np.float32)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ([0, 0, 0, 0, 0, 0, 0, 0, 0], 0),
        ([60, 0, 0, 0, 0, 0, 0, 0, 0], 1),
        ([0, 60, 0, 0, 0, 0, 0, 0, 0], 2),
        ([60, 60, 60, 0, 0, 0, 0, 0, 0], 3),
        ([0, 0, 60, 0, 0, 0, 0, 0, 0], 3),
        ([60, 0, 0, 60, 0, 0, 0, 0, 0], 0),
        ([60, 0, 0, 0, 0, 50, 0, 0, 0], 0),
        ([60, 0, 0, 0, 0, 0, 60, 60, 60], 1),
        ([50, 0, 0, 0, 0, 0, 0, 0, 0], 1),
        ([49.999, 0, 0, 0, 0, 0, 0, 0, 0], 0),
        ([60, 0, 0, 0, 0, 0, 0], 1),
        ([60, 0, 0, 0, 0, 0], 0),
        ([60], 0),
        ([], 0),
    ],
)
def test_up_to_three_samples_belong_to_the_cut(change, expected):
    assert transition_frames(np.array(change, dtype=float)) == expected


def test_transitions_at_both_ends_are_left_out():
    frames = still()
    frames[0] += 20
    frames[-2:] += 60
    segment = describe(frames)
    assert (segment.transition_start, segment.transition_end) == (1, 2)
    assert (segment.max_change, segment.intensity_range) == (0, 0)
    assert segment.is_static
    assert segment.is_uniform
    assert segment.background_proportion == pytest.approx(1 / BIN)


def test_a_segment_of_seven_frames_has_no_transitions():
    frames = still(7)
    frames[0] += 20
    assert describe(frames).transition_start == 0
    assert not describe(frames).is_static
    frames = still(8)
    frames[0] += 20
    assert describe(frames).transition_start == 1
    assert describe(frames).is_static


@pytest.mark.parametrize(("step", "is_static"), [(np.sqrt(50) - 1e-5, True), (np.sqrt(50) + 1e-5, False)])
def test_static_up_to_a_change_of_fifty(step, is_static):
    frames = still()
    frames[6:] += np.float32(step)
    assert describe(frames).is_static is is_static


def test_the_change_into_the_next_segment_does_not_count():
    frames = still()
    frames[6:] += 100
    assert describe(frames, 0, 6).max_change == 0
    assert describe(frames, 6, 12).max_change == 0


def test_margins_hold_over_all_frames_and_lines_together():
    frames = np.full((9, 6, 8), 100, dtype=np.float32)
    frames[:, 2:4, 3:6] = 200
    segment = describe(frames)
    assert (segment.margin_left, segment.margin_right) == (3, 2)
    assert (segment.margin_top, segment.margin_bottom) == (2, 2)
    frames[4, 0, 7] = 160
    assert describe(frames).margin_right == 0
    frames[4, 0, 7] = 135
    assert describe(frames).margin_right == 2
    # each column alone stays within 35, the first two together do not
    frames[:, :, 0], frames[:, :, 1] = 80, 116
    assert describe(frames).margin_left == 1


def test_margins_include_transition_frames_unless_the_rest_is_uniform():
    frames = still()
    frames[0, 0, 0] = 255
    segment = describe(frames)
    assert segment.transition_start == 1
    assert (segment.margin_left, segment.margin_top) == (8, 6)
    frames[:, 3, 4] = 200
    segment = describe(frames)
    assert (segment.margin_left, segment.margin_top) == (0, 0)
    assert (segment.margin_right, segment.margin_bottom) == (3, 2)


def test_a_range_of_exactly_35_counts_as_uniform_whatever_the_transitions_show():
    frames = still(12, 100)
    frames[:, :, 4:] = 135
    frames[0, 0, 0] = 255
    assert describe(frames).transition_start == 1
    assert describe(frames).margin_left == 8


@pytest.mark.parametrize(("high", "margin"), [(135, 8), (135.001, 4)])
def test_within_a_range_of_35_the_margin_is_everything(high, margin):
    frames = np.full((9, 6, 8), 100, dtype=np.float32)
    frames[:, :, 4:] = high
    assert describe(frames).margin_left == margin


def test_background_is_the_fullest_bin():
    frames = still(10, 100)
    frames[:, :, :3] = 30
    segment = describe(frames)
    assert segment.background_color == pytest.approx((np.floor(100 / BIN) + 0.5) * BIN)
    assert segment.background_proportion == pytest.approx(5 / 8 / BIN)


def test_of_equally_full_bins_the_darkest_counts():
    frames = still(10, 200)
    frames[:, :, :4] = 50
    assert describe(frames).background_color == pytest.approx((np.floor(50 / BIN) + 0.5) * BIN)


@pytest.mark.parametrize("index", range(1, 255))
def test_pixels_beside_a_bin_edge_fall_on_their_side(index):
    edge = np.float32(index * BIN)
    below = edge if float(edge) < index * 256 / 255 else np.nextafter(edge, np.float32(0))
    above = np.nextafter(below, np.float32(999))
    assert describe(still(9, below)).background_color == pytest.approx((index - 0.5) * BIN)
    assert describe(still(9, above)).background_color == pytest.approx((index + 0.5) * BIN)


def test_pixels_out_of_range_belong_to_no_bin():
    frames = still(10, 100)
    frames[:, :, :2] = -20
    frames[:, :, 2:4] = 256
    segment = describe(frames)
    assert segment.background_proportion == pytest.approx(0.5 / BIN)
    assert segment.background_color == pytest.approx(100, abs=1)


@pytest.mark.parametrize(
    ("change", "uniform"), [(None, True), ("range", False), ("proportion", False), ("moving", False)]
)
def test_uniform_needs_background_range_and_stillness(change, uniform):
    frames = np.full((20, 10, 10), 100, dtype=np.float32)
    if change == "range":
        frames[:, 0, 0] = 136
    if change == "proportion":
        frames[:, :2, :] = 110
    if change == "moving":
        frames[10] += 8
    assert describe(frames).is_uniform is uniform


def test_pixels_must_be_finite():
    frames = still()
    frames[3, 2, 1] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        SegmentDescriber(frames)


@pytest.mark.parametrize("frames", [gray(1), gray(2), texture(3, 0, speed=1), np.ones((4, 1, 1), np.float32)])
def test_the_smallest_segments(frames):
    compare(describe(frames), slow_describe(frames, 0, len(frames)))


def compare(segment, expected):
    actual = asdict(segment)
    assert actual.pop("bad_properties") is False
    assert actual == pytest.approx(expected, rel=1e-9, abs=1e-9)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["natural", "still", "grating", "dots"]), st.integers(1, 40))
def test_agrees_with_the_literal_rules(seed, kind, n):
    rng = np.random.default_rng(seed)
    frames = {
        "natural": lambda: texture(45, seed, speed=int(rng.integers(0, 3))),
        "still": lambda: natural_images(seed, (15,), (15,)),
        "grating": lambda: grating(45, seed),
        "dots": lambda: dots(45, seed),
    }[kind]()
    frames = np.clip(frames + rng.normal(0, rng.choice([0, 2]), frames.shape), 0, 255).astype(np.float32)
    start = int(rng.integers(0, len(frames) - 1))
    end = min(start + n, len(frames))
    describer = SegmentDescriber(frames)
    compare(describer.describe((start, end)), slow_describe(frames, start, end))
