"""Which frames are compared."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.analysis.key_frames import grid_positions, natural_positions, segment_positions, shifted_positions
from ingest.analysis.stimulus_classes import PARAMETRIC_CLASSES


@pytest.mark.parametrize("label", ["GaussianDot", "NaturalImages"])
@pytest.mark.parametrize(("bounds", "middle"), [((0, 9), 4), ((18, 33), 25), ((7, 8), 7), ((10, 12), 11)])
def test_the_middle_of_still_segments(label, bounds, middle):
    assert segment_positions(bounds, PARAMETRIC_CLASSES[label].key_frames) == (middle,)


@pytest.mark.parametrize("label", ["Gabor", "PinkNoise", "RandomDots"])
def test_every_eighth_frame_of_moving_segments(label):
    rule = PARAMETRIC_CLASSES[label].key_frames
    assert segment_positions((100, 125), rule) == (102, 110, 118)
    assert segment_positions((0, 60), rule) == (2, 10, 18, 26, 34, 42, 50)
    assert segment_positions((0, 4), rule) == (2,)
    assert segment_positions((5, 6), rule) == (5,)


def test_shifted_key_frames_lie_in_the_segment():
    rule = PARAMETRIC_CLASSES["Gabor"].key_frames
    assert rule.shifts == (-2, -1, 0, 1, 2)
    for start, end in ((0, 25), (50, 53), (7, 8), (10, 22)):
        for shift in rule.shifts:
            frames = shifted_positions(segment_positions((start, end), rule), shift, (start, end))
            assert frames.min() >= start
            assert frames.max() < end
    np.testing.assert_array_equal(shifted_positions((102, 110), -2, (100, 125)), [100, 108])


def test_natural_videos_have_a_grid_and_a_frame_in_each_short_scene():
    assert grid_positions(300) == tuple(range(5, 300, 10))
    assert natural_positions([(0, 300)], 300) == tuple(range(5, 300, 10))
    assert natural_positions([(0, 26), (26, 33), (33, 40)], 40) == (5, 15, 25, 29, 35)
    assert natural_positions([(0, 3)], 3) == (1,)
    assert natural_positions([], 0) == ()
