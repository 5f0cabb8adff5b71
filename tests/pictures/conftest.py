"""Arrays to draw, and a figure of the caller's."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.figure import Figure


@pytest.fixture
def rng() -> np.random.Generator:
    """The same numbers each time."""
    return np.random.default_rng(7)


@pytest.fixture
def figure() -> Figure:
    """An empty figure."""
    return Figure(layout="constrained")
