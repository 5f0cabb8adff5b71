"""Films: MP4 for slides and web pages, where PyAV is installed (extra `video`)."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.pictures.picture import missing_extra

QUALITY = "14"
"""Constant rate factor of x264: 0 loses nothing and few players show it; 18 is hard to tell from the original."""


def as_mp4(frames: NDArray[np.uint8], sampling_freq: float) -> bytes:
    """Return an MP4 (H.264, 4:2:0, which every player knows) of (frames, height, width).

    Odd heights and widths get one more row or column, a copy of the last: the format has none.

    Raises
    ------
    PictureError
        PyAV is not installed.
    """
    try:
        import av
    except ModuleNotFoundError as error:
        raise missing_extra("films", "PyAV", "video") from error
    even = np.pad(frames, [(0, 0), (0, frames.shape[1] % 2), (0, frames.shape[2] % 2)], mode="edge")
    content = io.BytesIO()
    with av.open(content, mode="w", format="mp4") as container:
        rate = Fraction(sampling_freq).limit_denominator(1_000_000)
        stream: Any = container.add_stream("libx264", rate=rate, options={"crf": QUALITY})
        stream.height, stream.width = even.shape[1:]
        stream.pix_fmt = "yuv420p"
        for frame in even:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="gray")))
        container.mux(stream.encode())
    return content.getvalue()
