"""When two presentations show the same video, and two segments the same stimulus."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from ingest.analysis import SegmentSignature, VideoSignature, analyse_video, same_segment, same_video
from ingest.analysis.signatures import sign_segments, sign_video
from tests.analysis.worlds import (
    blob,
    drifting,
    gabors,
    gaussian_dots,
    good_segment,
    natural_images,
    natural_video,
    pink_noise,
    random_dots,
    texture,
)

WORLDS = {
    "GaussianDot": gaussian_dots,
    "NaturalImages": natural_images,
    "Gabor": gabors,
    "PinkNoise": pink_noise,
    "RandomDots": random_dots,
    "NaturalVideo": natural_video,
}


def sign(frames):
    return analyse_video(frames).signature


def both_ways(a, b):
    assert same_video(a, b) is same_video(b, a)
    return same_video(a, b)


def made_up(label, starts, valid_frames, level=100, per_segment=1):
    """A signature with uniform key frames; ``level`` may be one per key frame."""
    n = len(starts) * per_segment
    segments = np.repeat(np.arange(len(starts)), per_segment).astype(np.int32)
    key_frames = np.broadcast_to(np.asarray(level).reshape(-1, 1, 1), (n, 3, 4)).astype(np.uint8)
    starts = np.array(starts, dtype=np.int32)
    ends = np.append(starts[1:], valid_frames).astype(np.int32)
    positions = starts[segments] + np.tile(np.arange(per_segment, dtype=np.int32), len(starts))
    return VideoSignature(label, valid_frames, starts, ends, key_frames, positions, segments, np.zeros((0, 3, 4), "u1"))


@pytest.mark.parametrize("label", WORLDS)
def test_repeats_under_different_clocks_are_the_same(label):
    frames = WORLDS[label]()
    first = sign(drifting(frames, 0.0011))
    assert both_ways(first, first)
    assert both_ways(first, sign(drifting(frames, 0.00112)))


@pytest.mark.parametrize("label", WORLDS)
def test_other_videos_of_the_class_are_different(label):
    other = gaussian_dots(range(5, 40)) if label == "GaussianDot" else WORLDS[label](seed=1)
    assert not both_ways(sign(WORLDS[label]()), sign(other))


def test_the_label_counts():
    a = made_up("Gabor", range(0, 300, 25), 300)
    assert both_ways(a, a)
    assert not both_ways(a, replace(a, label="PinkNoise"))


@pytest.mark.parametrize(("shift", "expected"), [(1, True), (2, True), (3, False)])
def test_bounds_within_two_frames(shift, expected):
    starts = np.arange(0, 300, 25)
    moved = starts.copy()
    moved[5] += shift
    assert both_ways(made_up("Gabor", starts, 300), made_up("Gabor", moved, 300)) is expected
    assert both_ways(made_up("Gabor", starts, 300), made_up("Gabor", starts, 300 + shift)) is expected


def test_the_number_of_segments_counts():
    a, b = made_up("Gabor", range(0, 300, 25), 300), made_up("Gabor", range(0, 275, 25), 300)
    assert not both_ways(a, b)


def test_the_mean_over_key_frames_is_below_five():
    starts = range(0, 300, 25)
    level = np.full(36, 100)
    a = made_up("Gabor", starts, 300, level, 3)
    level[:3] += 7  # 3 · 49 / 36 = 4.1
    assert both_ways(a, made_up("Gabor", starts, 300, level, 3))
    level[0] += 1  # (64 + 49 + 49) / 36 = 4.5
    level[3] += 4  # + 16 / 36
    assert both_ways(a, made_up("Gabor", starts, 300, level, 3))
    level[4] += 1
    level[5] += 1  # 180 / 36
    assert not both_ways(a, made_up("Gabor", starts, 300, level, 3))


def test_key_frames_are_paired_within_segments_as_far_as_both_have_them():
    starts = range(0, 300, 25)
    a = made_up("Gabor", starts, 300, np.arange(36), 3)
    drop = np.arange(36) != 5
    b = replace(
        a, key_frames=a.key_frames[drop], key_positions=a.key_positions[drop], key_segments=a.key_segments[drop]
    )
    assert both_ways(a, b)
    shifted = replace(b, key_frames=np.roll(b.key_frames, 1, axis=0) * 2)
    assert not both_ways(a, shifted)


@pytest.mark.parametrize("label", ["GaussianDot", "NaturalImages"])
@pytest.mark.parametrize(("difference", "expected"), [(4, True), (5, False)])
def test_one_still_segment_that_differs_makes_another_video(label, difference, expected):
    n = 35 if label == "GaussianDot" else 20
    level = np.full(n, 100)
    a = made_up(label, range(0, 10 * n, 10), 10 * n, level)
    level[7] += difference
    assert both_ways(a, made_up(label, range(0, 10 * n, 10), 10 * n, level)) is expected


def test_images_of_which_a_frame_was_dropped_or_doubled_are_the_same():
    frames = natural_images()
    shorter = np.delete(frames, [155, 156], axis=0)
    longer = np.insert(frames, 97, frames[97], axis=0)
    assert both_ways(sign(frames), sign(shorter))
    assert both_ways(sign(frames), sign(longer))
    assert not both_ways(sign(shorter), sign(np.insert(longer, 200, longer[200], axis=0)))  # five frames apart


def test_a_stalled_presentation_is_a_video_of_its_own():
    stalled = natural_images(grays=(15, 112, *(15,) * 8))
    assert not both_ways(sign(natural_images()), sign(stalled))


class TestNaturalVideos:
    frames = natural_video()

    def test_lengths_within_two_frames(self):
        assert both_ways(sign(self.frames), sign(self.frames[:-2]))
        assert not both_ways(sign(self.frames), sign(self.frames[:-3]))

    def test_another_number_of_segments_does_not_matter(self):
        whole = good_segment(frame_start=0, frame_end=300, duration=300)
        parts = [replace(whole, frame_end=147), replace(whole, frame_start=147)]
        a = sign_video(self.frames, "NaturalVideo", [whole])
        assert both_ways(a, sign_video(self.frames, "NaturalVideo", parts))

    def test_the_middle_of_a_short_scene_is_compared(self):
        scenes = self.frames.copy()
        scenes[26:34] = texture(8, 5)
        other = scenes.copy()
        y, x = np.mgrid[:18, :32]
        other[26:34] = np.clip(scenes[26:34] + 30.0 * ((x + y) % 2 - 0.5) * 2, 0, 255)  # unseen by block means
        a, b = sign(scenes), sign(other)
        assert 30 in a.key_positions
        assert not both_ways(a, b)

    @pytest.mark.parametrize("length", [1, 4, 9])
    def test_a_scene_between_key_frames_is_seen_without_a_cut(self, length):
        other = self.frames.copy()
        other[206 : 206 + length] = texture(length, 77)
        one = [good_segment(frame_start=0, frame_end=300, duration=300)]
        assert not both_ways(sign_video(self.frames, "NaturalVideo", one), sign_video(other, "NaturalVideo", one))

    def test_a_mild_difference_in_one_scene_is_seen(self):
        other = self.frames.copy()
        other[100:110] = np.clip(other[100:110] + 10, 0, 255)  # 100 / 30 over key frames
        assert not both_ways(sign(self.frames), sign(other))

    def test_the_same_first_frames_are_not_enough(self):
        other = natural_video(seed=3)
        other[:290] = self.frames[:290]
        assert not both_ways(sign(self.frames), sign(other))

    def test_unknown_videos_are_compared_alike(self):
        one = [good_segment(frame_start=0, frame_end=300, duration=300)]
        a = sign_video(self.frames, "unknown", one)
        assert both_ways(a, sign_video(drifting(self.frames, 1e-5), "unknown", one))
        assert not both_ways(a, sign_video(natural_video(seed=2), "unknown", one))
        assert not both_ways(a, sign_video(self.frames, "NaturalVideo", one))


def test_frame_sizes_are_compared_first():
    assert not both_ways(sign(natural_video()), sign(natural_video()[:, :, :-1]))


def segment(label="GaussianDot", level=100, shifted=(), shape=(1, 3, 4), n=9):
    key_frames = np.broadcast_to(np.asarray(level, dtype=np.uint8).reshape(-1, 1, 1), shape)
    moved = [np.broadcast_to(np.asarray(one, dtype=np.uint8).reshape(-1, 1, 1), shape) for one in shifted]
    return SegmentSignature(label, n, key_frames, np.stack(moved) if moved else key_frames[None][:0])


class TestSegments:
    @pytest.mark.parametrize(("level", "expected"), [(104, True), (105, False)])
    def test_distance_at_most_twenty(self, level, expected):
        assert same_segment(segment(), segment(level=level)) is expected

    def test_exactly_twenty_is_the_same(self):
        b = segment(level=104)
        key_frames = b.key_frames.copy()
        key_frames[0, 0] = 104, 104, 104, 104
        key_frames.reshape(-1)[:3] = 108, 100, 104
        key_frames.reshape(-1)[3:5] = 108, 104
        distance = ((key_frames.astype(float) - 100) ** 2).mean()
        assert distance == pytest.approx((64 * 2 + 16 * 9) / 12)
        exact = np.full((1, 3, 4), 100, np.uint8)
        exact.reshape(-1)[:12] = [104] * 10 + [100 + 8, 100 + 4]
        assert ((exact.astype(float) - 100) ** 2).mean() == 20
        assert same_segment(segment(), replace(b, key_frames=exact))
        exact[0, 0, 0] += 1
        assert not same_segment(segment(), replace(b, key_frames=exact))

    def test_labels_and_sizes_count_but_durations_do_not(self):
        assert not same_segment(segment("GaussianDot"), segment("NaturalImages"))
        assert not same_segment(segment(), segment(shape=(1, 4, 3)))
        assert same_segment(segment(n=8), segment(n=10))

    def test_key_frames_are_paired_as_far_as_both_have_them(self):
        a = segment("Gabor", [50, 60, 70], shape=(3, 3, 4))
        assert same_segment(a, segment("Gabor", [50, 60], shape=(2, 3, 4)))
        assert not same_segment(a, segment("Gabor", [60, 70], shape=(2, 3, 4)))

    def test_the_best_shift_counts_whichever_has_it(self):
        a = segment("Gabor", 100, shifted=(110, 120))
        assert same_segment(a, segment("Gabor", 122))
        assert same_segment(segment("Gabor", 122), a)
        assert not same_segment(a, segment("Gabor", 130))

    @pytest.mark.parametrize("label", ["Gabor", "PinkNoise", "RandomDots"])
    @pytest.mark.parametrize(("late", "expected"), [(0, True), (2, True), (3, False)])
    def test_segments_that_begin_late(self, label, late, expected):
        moving = texture(40, 1, speed=2)
        a, b = (
            sign_segments(moving, label, [good_segment(frame_start=start, frame_end=start + 27, duration=27)])[0]
            for start in (0, late)
        )
        assert same_segment(a, b) is same_segment(b, a) is expected
        stored = SegmentSignature.from_bytes(a.to_bytes())
        assert same_segment(stored, b) is expected

    def test_still_segments_are_not_shifted(self):
        frames = np.concatenate([blob(9, 3), blob(9, 4)])
        segments = [good_segment(frame_start=0, frame_end=9, duration=9)]
        assert sign_segments(frames, "GaussianDot", segments)[0].shifted.size == 0

    def test_natural_videos_have_no_segment_identity(self):
        assert sign_segments(natural_video(), "NaturalVideo", [good_segment()]) == ()
