"""Signatures and their stored form."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.analysis import Projection, SegmentSignature, VideoSignature, analyse_video
from ingest.analysis.packing import pack, unpack
from tests.analysis.worlds import drifting, gabors, gaussian_dots, natural_images, natural_video

VIDEOS = {"Gabor": gabors, "GaussianDot": gaussian_dots, "NaturalImages": natural_images, "NaturalVideo": natural_video}


def equal(a, b):
    assert vars(a).keys() == vars(b).keys()
    for name, value in vars(a).items():
        if isinstance(value, np.ndarray):
            assert value.dtype == getattr(b, name).dtype
            np.testing.assert_array_equal(value, getattr(b, name))
        else:
            assert value == getattr(b, name)


@pytest.mark.parametrize("label", VIDEOS)
def test_signatures_survive_storing(label):
    signature = analyse_video(drifting(VIDEOS[label]())).signature
    stored = signature.to_bytes()
    equal(VideoSignature.from_bytes(stored), signature)
    assert len(stored) < signature.key_frames.nbytes + 10_000
    equal(Projection.from_bytes(signature.projection().to_bytes()), signature.projection())


def test_segment_signatures_lose_only_their_shifts():
    for signature in analyse_video(gabors()).segment_signatures:
        restored = SegmentSignature.from_bytes(signature.to_bytes())
        assert signature.shifted.shape[:2] == (4, 3)
        assert len(restored.shifted) == 0
        equal(
            restored,
            SegmentSignature(signature.label, signature.valid_frames, signature.key_frames, restored.shifted),
        )


@pytest.mark.parametrize("n_frames", [0, 1, 4, 6])
def test_signatures_of_tiny_videos(n_frames):
    signature = analyse_video(natural_video()[:n_frames]).signature
    equal(VideoSignature.from_bytes(signature.to_bytes()), signature)
    assert len(signature.thumbnails) == n_frames
    assert len(signature.projection().coarse) == (n_frames == 6)


def test_key_frames_belong_to_their_segments():
    signature = analyse_video(gabors()).signature
    for position, segment in zip(signature.key_positions, signature.key_segments, strict=True):
        assert signature.starts[segment] <= position < signature.ends[segment]
    assert len(signature.projection().coarse) == 12


@pytest.mark.parametrize("data", [b"", b"VS", b"NOPE\1\0rest", pack(b"PROJ", {}, [])])
def test_other_bytes_are_refused(data):
    with pytest.raises(ValueError, match="expected b'VSIG' version 1"):
        VideoSignature.from_bytes(data)


def test_packing_keeps_types_shapes_and_fields():
    arrays = [np.arange(6, dtype=">i4").reshape(2, 3), np.zeros((0, 3), np.uint8), np.float64(3.5).reshape(())]
    fields, restored = unpack(b"ABCD", pack(b"ABCD", {"label": "ö", "n": 3}, arrays))
    assert fields == {"label": "ö", "n": 3}
    for array, back in zip(arrays, restored, strict=True):
        np.testing.assert_array_equal(array, back)
        assert array.dtype == back.dtype.newbyteorder(array.dtype.byteorder)
