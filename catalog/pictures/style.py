"""How pictures look: colours that colour-blind people tell apart, and no grid where numbers speak."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BLACK = "#000000"
BLUE = "#0072B2"
VERMILION = "#D55E00"
"""Of the palette of Okabe and Ito, Color Universal Design (https://jfly.uni-koeln.de/color/)."""

PALE = "#ECEFF3"
"""Of every second segment, and of what is empty."""

MISSING = "#F2D5C4"
"""Of values that are NaN, so that they are not taken for small ones."""

SEQUENTIAL = "cividis"
"""The colour map for quantities: even in brightness, made for red-green blind and normal sight alike."""

GRAYS = "gray"
INK = "gray_r"


def in_lines(label: str) -> str:
    """Break a label that is too long for the short side of a picture."""
    return textwrap.fill(label, 28, break_long_words=False)


def open_frame(ax: Axes) -> None:
    """Leave the left and the bottom line of the frame alone."""
    ax.spines[["top", "right"]].set_visible(False)
