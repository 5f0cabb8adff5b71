"""Hashes of what the pixels show: the same for every file type, padding and memory order."""

from hashlib import blake2b
from struct import pack

import numpy as np
from numpy.typing import NDArray

_DIGEST_BYTES = 8
_CHUNK = 16


def video_hash(frames: NDArray[np.float32]) -> str:
    """Return the content hash of a video's valid frames (T, height, width): ``v`` and 16 hexadecimal digits."""
    return "v" + _digest(frames)


def segment_hash(frames: NDArray[np.float32]) -> str:
    """Return the content hash of a segment's frames (T, height, width): ``s`` and 16 hexadecimal digits."""
    return "s" + _digest(frames)


def _digest(frames: NDArray[np.float32]) -> str:
    digest = blake2b(pack("<3q", *frames.shape), digest_size=_DIGEST_BYTES)
    for start in range(0, len(frames), _CHUNK):
        # Adding zero turns -0.0, which equals 0.0 but has other bytes, into 0.0.
        canonical = np.add(frames[start : start + _CHUNK], np.float32(0), dtype=np.float32, order="C")
        digest.update(canonical.astype("<f4", copy=False).data)
    return digest.hexdigest()
