"""Content hashes."""

from __future__ import annotations

import numpy as np

from ingest.analysis import segment_hash, video_hash
from tests.analysis.worlds import natural_video

FRAMES = natural_video(scenes=(10, 10))


def test_text_form():
    assert video_hash(FRAMES)[0] == "v"
    assert segment_hash(FRAMES)[0] == "s"
    assert video_hash(FRAMES)[1:] == segment_hash(FRAMES)[1:]
    assert len(bytes.fromhex(video_hash(FRAMES)[1:])) == 8


def test_the_hash_of_known_frames_never_changes():
    assert video_hash(np.arange(24, dtype=np.float32).reshape(2, 3, 4)) == "vdbaa4804fbd19bdc"


def test_values_shape_and_order_count():
    hashes = {
        video_hash(frames)
        for frames in (
            FRAMES,
            FRAMES[:-1],
            FRAMES[::-1],
            FRAMES.transpose(0, 2, 1),
            FRAMES.reshape(40, 9, 32),
            FRAMES + np.float32(0.001) * (np.arange(20) == 19)[:, None, None].astype(np.float32),
            FRAMES[:0],
        )
    }
    assert len(hashes) == 7


def test_memory_layout_and_the_sign_of_zero_do_not():
    zeros = np.zeros((40, 3, 4), dtype=np.float32)
    assert video_hash(zeros) == video_hash(-zeros)
    assert video_hash(np.asfortranarray(FRAMES)) == video_hash(FRAMES) == video_hash(FRAMES.astype(">f4"))
