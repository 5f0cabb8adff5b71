"""The published metadata of six real recordings, derived once more from what they say themselves."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ingest.analysis.descriptors import STATIC_CHANGE, UNIFORM_PROPORTION, UNIFORM_RANGE
from ingest.analysis.identity import FRAME_TOLERANCE
from ingest.analysis.labels import classify
from ingest.analysis.segments import Segment, cut_at_peaks, split_missed_cuts
from ingest.analysis.stimulus_classes import PARAMETRIC_CLASSES


@cache
def load(folder: Path) -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(path.read_text()) for path in sorted(folder.glob("dynamic*/videos/*.json")))


@pytest.fixture(scope="module")
def trials(published_metadata):
    return load(published_metadata)


def segments_of(trial):
    described = trial["segments"]
    names = [name for name in described if name != "bad_properties"]
    return [
        Segment(**dict(zip(names, values, strict=True)))
        for values in zip(*(described[name] for name in names), strict=True)
    ]


def test_labels_and_bad_segments_follow_from_the_descriptors(trials):
    assert len(trials) == 4267
    for trial in trials:
        assert classify(segments_of(trial)) == (trial["label"], tuple(trial["segments"]["bad_properties"])), trial


def test_segments_follow_from_the_peaks(trials):
    split = Counter()
    for trial in trials:
        bounds = cut_at_peaks(trial["peaks"], trial["valid_frames"])
        assert len(bounds) == trial["segments_n_peaks"]
        if trial["label"] in PARAMETRIC_CLASSES:
            pieces = split_missed_cuts(bounds, PARAMETRIC_CLASSES[trial["label"]].nominal_duration)
            split[trial["label"]] += len(pieces) - len(bounds)
            bounds = pieces
        described = trial["segments"]
        assert bounds == list(zip(described["frame_start"], described["frame_end"], strict=True)), trial
    assert +split == {"PinkNoise": 118, "Gabor": 10, "NaturalImages": 1}


def test_summaries_follow_from_the_segments(trials):
    for trial in trials:
        segments = segments_of(trial)
        assert trial["segments_bad_n"] == sum(trial["segments"]["bad_properties"])
        assert trial["segments_avg_duration"] == pytest.approx(trial["valid_frames"] / len(segments))


def test_static_and_uniform_follow_from_the_other_descriptors(trials):
    for trial in trials:
        for segment in segments_of(trial):
            assert segment.is_static == (segment.max_change <= STATIC_CHANGE)
            assert segment.is_uniform == (
                segment.background_proportion >= UNIFORM_PROPORTION
                and segment.intensity_range <= UNIFORM_RANGE
                and segment.is_static
            )
            margins = (segment.margin_left, segment.margin_right, segment.margin_top, segment.margin_bottom)
            assert (margins == (64, 64, 36, 36)) == (segment.intensity_range <= UNIFORM_RANGE)
            assert segment.background_color == pytest.approx((segment.background_color * 255 // 256 + 0.5) * 256 / 255)


def test_segments_with_nothing_inside_have_no_transitions(trials):
    """Evidence for how short segments are read: of seven frames, moving or not, none has a transition."""
    transitions = defaultdict(Counter)
    for trial in trials:
        for segment in segments_of(trial):
            transitions[min(segment.duration, 8)][segment.transition_start + segment.transition_end > 0] += 1
    assert transitions[7] == {False: 28}
    assert transitions[8][True] > 0


def test_presentations_of_a_video_agree_in_segmentation_but_for_one(trials, published_metadata):
    """Why the segmentation of natural videos does not decide on their identity."""
    described = {(trial["recording"], int(trial["trial"])): trial["segments"] for trial in trials}
    videos = defaultdict(list)
    for path in published_metadata.glob("dynamic*/trials/*.csv"):
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                videos[row["video_ID"], row["label"]].append(described[row["recording"], int(row["trial"])])
    disagreeing = []
    for (video, label), presentations in videos.items():
        first = presentations[0]
        for other in presentations[1:]:
            same_count = len(other["frame_start"]) == len(first["frame_start"])
            if not same_count:
                disagreeing.append((video, label))
                continue
            for name in ("frame_start", "frame_end"):
                shifts = [abs(a - b) for a, b in zip(first[name], other[name], strict=True)]
                assert max(shifts) <= (FRAME_TOLERANCE if label == "NaturalImages" else 0)
    assert disagreeing == [("v212774", "NaturalVideo")]
