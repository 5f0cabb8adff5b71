"""Cutting at peaks, and splitting segments that hide a missed cut."""

from __future__ import annotations

import pytest

from ingest.analysis.segments import cut_at_peaks, split_missed_cuts
from ingest.analysis.stimulus_classes import PARAMETRIC_CLASSES


def durations(bounds):
    return [end - start for start, end in bounds]


def test_the_frame_after_a_peak_begins_a_segment():
    assert cut_at_peaks((8, 17), 30) == [(0, 9), (9, 18), (18, 30)]
    assert cut_at_peaks((), 30) == [(0, 30)]
    assert cut_at_peaks((), 0) == []


@pytest.mark.parametrize(
    ("duration", "nominal", "pieces"),
    [
        (54, 27, [27, 27]),
        (33, 15, [16, 17]),
        (33, 16, [16, 17]),
        (51, 27, [26, 25]),
        (57, 27, [28, 29]),
        (50, 27, [50]),
        (58, 27, [58]),
        (27, 27, [27]),
        (30, 27, [30]),
        (80, 27, [27, 27, 26]),
        (180, 60, [60, 60, 60]),
        (111, 15, [111]),
        (5, 15, [5]),
    ],
)
def test_about_a_multiple_of_the_nominal_duration_is_split(duration, nominal, pieces):
    assert durations(split_missed_cuts([(10, 10 + duration)], nominal)) == pieces


@pytest.mark.parametrize(
    ("label", "nominal"),
    [("RandomDots", 60), ("NaturalImages", 15), ("Gabor", 25), ("PinkNoise", 27), ("GaussianDot", 9)],
)
def test_each_class_has_its_nominal_duration(label, nominal):
    assert PARAMETRIC_CLASSES[label].nominal_duration == nominal


def test_only_long_segments_are_split_and_all_of_them():
    bounds = split_missed_cuts([(0, 27), (27, 81), (81, 108), (108, 162)], 27)
    assert bounds == [(0, 27), (27, 54), (54, 81), (81, 108), (108, 135), (135, 162)]
