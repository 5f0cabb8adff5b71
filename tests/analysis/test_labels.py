"""Labels: each class's criteria at their boundaries."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ingest.analysis.labels import bad_segments, classify
from ingest.analysis.stimulus_classes import PARAMETRIC_CLASSES
from tests.analysis.worlds import good_segment

COUNTS = {
    "GaussianDot": (35, 2),
    "NaturalImages": (20, 2),
    "Gabor": (12, 2),
    "PinkNoise": (12, 2),
    "RandomDots": (4, 1),
}
ALLOWED_BAD = {"GaussianDot": 2, "NaturalImages": 4, "Gabor": 2, "PinkNoise": 2, "RandomDots": 1}
FULL_FRAME = {"margin_left": 0, "margin_right": 0, "margin_top": 0, "margin_bottom": 0}


def good(label, index=0):
    """A segment that is good for its class and, where there is a choice, for no other."""
    if label == "GaussianDot":
        return good_segment(duration=9)
    if label == "NaturalImages":
        if index % 2 == 0:
            return good_segment(duration=16, is_uniform=True, background_proportion=0.99)
        return good_segment(duration=15, background_proportion=0.02, **FULL_FRAME)
    if label == "Gabor":
        return good_segment(duration=25, is_static=False)
    if label == "PinkNoise":
        return good_segment(duration=27, is_static=False, background_proportion=0.1, **FULL_FRAME)
    return good_segment(duration=60, is_static=False, **FULL_FRAME)


def video(label, count=None):
    return [good(label, index) for index in range(count or COUNTS[label][0])]


@pytest.mark.parametrize("label", COUNTS)
def test_a_video_of_good_segments_has_the_label(label):
    segments = video(label)
    assert classify(segments) == (label, (False,) * len(segments))


@pytest.mark.parametrize("label", COUNTS)
@pytest.mark.parametrize("off", [-3, -2, -1, 1, 2, 3])
def test_the_number_of_segments(label, off):
    count, tolerance = COUNTS[label]
    assert (classify(video(label, count + off))[0] == label) is (abs(off) <= tolerance)


BAD = {
    "GaussianDot": [
        ({"is_static": False}, {"is_static": True}),
        ({"duration": 7}, {"duration": 8}),
        ({"duration": 11}, {"duration": 10}),
        ({"background_proportion": 0.4999}, {"background_proportion": 0.5}),
        ({}, FULL_FRAME),
    ],
    "NaturalImages": [
        ({"is_static": False}, {"is_static": True}),
        ({"duration": 12}, {"duration": 13}),
        ({"duration": 18}, {"duration": 17}),
    ],
    "Gabor": [
        ({"duration": 22}, {"duration": 23}),
        ({"duration": 28}, {"duration": 27}),
        ({"margin_left": 4}, {"margin_left": 5}),
        ({"margin_right": 4}, {"margin_right": 5}),
        ({"background_proportion": 0.4999}, {"background_proportion": 0.5}),
        ({}, {"margin_top": 0, "margin_bottom": 0, "is_static": True}),
    ],
    "PinkNoise": [
        ({"duration": 24}, {"duration": 25}),
        ({"duration": 30}, {"duration": 29}),
        (
            {"margin_left": 5, "margin_right": 5, "margin_top": 5, "margin_bottom": 5},
            {"margin_left": 9, "margin_right": 9, "margin_top": 9, "margin_bottom": 4},
        ),
        ({}, {"background_proportion": 0.0, "is_static": True}),
    ],
    "RandomDots": [
        ({"duration": 57}, {"duration": 58}),
        ({"duration": 63}, {"duration": 62}),
        ({"background_proportion": 0.4999}, {"background_proportion": 0.5}),
        ({}, {"is_static": True, "margin_left": 9}),
    ],
}


@pytest.mark.parametrize(("label", "bad", "fine"), [(label, *case) for label in BAD for case in BAD[label]])
def test_each_criterion_at_its_boundary(label, bad, fine):
    criteria = replace(PARAMETRIC_CLASSES[label].criteria, alternating=False)
    index = 1 if label == "NaturalImages" else 0
    assert bad_segments([replace(good(label, index), **fine)], criteria) == (False,)
    if bad:
        assert bad_segments([replace(good(label, index), **bad)], criteria) == (True,)


@pytest.mark.parametrize(("duration", "bad"), [(9, True), (10, False), (20, False), (21, True)])
def test_uniform_segments_of_image_videos_may_last_longer(duration, bad):
    segments = video("NaturalImages")
    segments[4] = replace(segments[4], duration=duration)
    assert classify(segments) == ("NaturalImages", tuple(index == 4 and bad for index in range(20)))


def test_neighbours_of_the_same_kind_are_both_bad():
    segments = video("NaturalImages")
    segments[6] = replace(segments[7])
    label, bad = classify(segments)
    assert label == "NaturalImages"
    assert [index for index, is_bad in enumerate(bad) if is_bad] == [5, 6, 7]


def test_image_videos_have_a_uniform_segment():
    segments = video("NaturalImages")
    segments[0] = replace(segments[0], duration=14)
    assert classify(segments)[0] == "NaturalImages"
    none_uniform = [replace(segment, is_uniform=False) for segment in segments]
    loose = replace(PARAMETRIC_CLASSES["NaturalImages"], bad_at_most=20)
    assert classify(none_uniform)[0] != "NaturalImages"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PARAMETRIC_CLASSES, "NaturalImages", loose)
        assert classify(segments)[0] == "NaturalImages"
        assert classify(none_uniform)[0] != "NaturalImages"


@pytest.mark.parametrize("label", COUNTS)
def test_how_many_segments_may_be_bad(label):
    spoilt = {"duration": 40}
    allowed = ALLOWED_BAD[label]
    segments = video(label)
    for index in range(allowed):
        segments[index] = replace(segments[index], **spoilt)
    found, bad = classify(segments)
    assert found == label
    assert bad == tuple(index < allowed for index in range(len(segments)))
    segments[allowed] = replace(segments[allowed], **spoilt)
    assert classify(segments)[0] != label


def test_two_classes_at_once_are_none():
    # margins at the sides as of Gabors, none above and below as in pink noise, and a duration between the two
    segments = [good_segment(duration=26, is_static=False, margin_top=0) for _ in range(12)]
    assert classify(segments) == ("unknown", (False,) * 12)
    segments[3] = replace(segments[3], duration=32)
    assert classify(segments) == ("NaturalVideo", (False,) * 12)


def test_natural_video_has_at_most_one_uniform_segment_and_that_is_bad():
    segments = [good_segment(duration=n) for n in (70, 100, 130)]
    assert classify(segments) == ("NaturalVideo", (False, False, False))
    segments[1] = replace(segments[1], is_uniform=True)
    assert classify(segments) == ("NaturalVideo", (False, True, False))
    segments[2] = replace(segments[2], is_uniform=True)
    assert classify(segments) == ("unknown", (False, False, False))


@pytest.mark.parametrize(
    ("durations", "label"),
    [
        ((100, 100, 100), "NaturalVideo"),
        ((75, 75, 75, 75), "unknown"),
        ((75, 76, 75, 74), "unknown"),
        ((74, 76, 74, 76), "NaturalVideo"),
    ],
)
def test_many_segments_of_a_natural_video_differ_in_duration(durations, label):
    assert classify([good_segment(duration=n) for n in durations])[0] == label


def test_nothing_is_unknown():
    assert classify([]) == ("unknown", ())
