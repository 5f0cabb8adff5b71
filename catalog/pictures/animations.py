"""Animated pictures: PNG and WebP that keep every frame, its gray levels and its time."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.pictures.picture import missing_extra

WEBP_ANIMATED = 0x02
WEBP_REPLACES = 0x02
"""Bits of the WebP container: the file is animated; a frame replaces what was there instead of blending with it."""


def durations(n_frames: int, sampling_freq: float) -> list[int]:
    """Return how long each frame stays, in whole milliseconds.

    At 30 Hz they are 33 or 34: rounding each alone would lose a third of a second in a thousand frames.
    """
    ends = np.rint(np.arange(n_frames + 1) * 1000 / sampling_freq).astype(int)
    return [int(length) for length in np.diff(ends)]


def as_png(frames: NDArray[np.uint8], sampling_freq: float) -> bytes:
    """Return an animated PNG of (frames, height, width)."""
    pictures = _pictures(frames)
    content = io.BytesIO()
    # Two ways to lay a frame over the last come to the same where all is opaque, and taking turns keeps frames that
    # are equal apart: Pillow would make them one.
    turns = [index % 2 for index in range(len(pictures))]
    pictures[0].save(
        content, format="PNG", save_all=True, append_images=pictures[1:], loop=0, blend=turns,
        duration=durations(len(pictures), sampling_freq), default_image=False,
    )  # fmt: skip
    return content.getvalue()


def as_webp(frames: NDArray[np.uint8], sampling_freq: float) -> bytes:
    """Return an animated lossless WebP of (frames, height, width).

    Pillow compresses each frame and the container is put together here, as its specification says
    (https://developers.google.com/speed/webp/docs/riff_container): the encoder for animations would make equal frames
    one, and is slower.
    """
    height, width = frames.shape[1:]
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunks = [
        _chunk(b"VP8X", WEBP_ANIMATED.to_bytes(4, "little") + size),
        _chunk(b"ANIM", bytes(6)),
    ]
    for picture, duration in zip(_pictures(frames), durations(len(frames), sampling_freq), strict=True):
        still = io.BytesIO()
        picture.convert("RGB").save(still, format="WEBP", lossless=True, method=4)
        # After `RIFF`, size and `WEBP` comes the one chunk that holds the pixels.
        head = bytes(6) + size + duration.to_bytes(3, "little") + bytes([WEBP_REPLACES])
        chunks.append(_chunk(b"ANMF", head + still.getvalue()[12:]))
    return _chunk(b"RIFF", b"WEBP" + b"".join(chunks))


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)


def _pictures(frames: NDArray[np.uint8]) -> list[Any]:
    try:
        from PIL import Image
    except ModuleNotFoundError as error:
        raise missing_extra("animated pictures", "Pillow", "analysis") from error
    return [Image.fromarray(frame) for frame in frames]
