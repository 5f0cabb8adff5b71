"""Canonical frames and coarse pictures."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.analysis.frames import canonical_frames, coarse_gain, coarse_pictures, to_uint8


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint8, np.int16])
@pytest.mark.parametrize("order", ["C", "F"])
def test_frames_come_first_in_whatever_way_the_file_holds_them(dtype, order):
    video = np.arange(3 * 4 * 7).reshape(3, 4, 7)
    frames, gap = canonical_frames(np.array(video, dtype=dtype, order=order))
    assert frames.dtype == np.float32
    assert not gap
    np.testing.assert_array_equal(frames, video.transpose(2, 0, 1))


def test_padding_and_missing_frames_are_left_out():
    video = np.ones((3, 4, 7))
    video[..., 5:] = np.nan
    frames, gap = canonical_frames(video)
    assert (frames.shape, gap) == ((5, 3, 4), False)
    video[..., 1] = np.nan
    frames, gap = canonical_frames(video)
    assert (frames.shape, gap) == ((4, 3, 4), True)
    assert np.isfinite(frames).all()


@pytest.mark.parametrize("n_frames", [0, 1, 2])
def test_short_videos(n_frames):
    assert canonical_frames(np.ones((3, 4, n_frames)))[0].shape == (n_frames, 3, 4)
    assert canonical_frames(np.full((3, 4, n_frames), np.nan))[0].shape == (0, 3, 4)


def test_rounding_stays_within_gray_levels():
    np.testing.assert_array_equal(to_uint8(np.array([-3, -0.2, 0.4, 0.6, 254.6, 300])), [0, 0, 0, 1, 255, 255])


def test_coarse_pictures_are_block_means():
    frames = np.random.default_rng(0).uniform(0, 255, (5, 36, 64)).astype(np.float32)
    means = frames.reshape(5, 3, 12, 4, 16).mean(axis=(2, 4), dtype=np.float64)
    assert np.abs(coarse_pictures(frames) - means).max() <= 0.5001
    assert coarse_gain(36, 64) == pytest.approx(1)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 1000))
def test_coarse_pictures_never_differ_by_more_than_the_gain_allows(height, width, seed):
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 256, (2, 1, height, width)) * (rng.random((2, 1, height, width)) < 0.4)
    difference = np.abs(coarse_pictures(a).astype(int) - coarse_pictures(b).astype(int)) - 1
    coarse = (np.maximum(difference, 0) ** 2).mean()
    assert coarse <= coarse_gain(height, width) * ((a - b) ** 2).mean() + 1e-9
