"""Random number streams: one generator per thing that is drawn.

Each stream is named by what it draws ("drift of the third repeat of this video in this recording"), never by its place
in a sequence of draws. So a longer recording, one more repeat or an option changes nothing of what was there before.
"""

from __future__ import annotations

import hashlib

import numpy as np

__all__ = ["stream"]


def stream(seed: int, *names: object) -> np.random.Generator:
    """The generator of the thing called `names`, the same on any machine for the same seed and names."""
    text = "\x1f".join([str(seed), *map(str, names)])
    entropy = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "little")
    return np.random.default_rng(entropy)
