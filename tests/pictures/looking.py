"""What a reader sees of a picture: it is drawn as for a file, and nothing is cut off by the edge of the page."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from catalog.pictures import Picture


def drawn(picture: Picture) -> np.ndarray:
    """Draw a picture; return its pixels, (height, width, 4). Fails if a label or a line ends beyond the page."""
    figure = picture.figure
    content = io.BytesIO()
    figure.savefig(content, format="png")
    box = figure.get_tightbbox()
    width, height = figure.get_size_inches()
    inside = box.x0 >= -0.01 and box.y0 >= -0.01 and box.x1 <= width + 0.01 and box.y1 <= height + 0.01
    assert inside, f"something is cut off: it takes {box}, the page is {width} x {height} inches"
    return np.asarray(Image.open(content))
