"""Options that make no sense are refused with the reason."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ingest.simulation import SimulationOptions


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seed": -1}, "seed=-1: expected a whole number of at least 0"),
        ({"recordings": 0}, "recordings=0: expected a whole number of at least 1"),
        ({"train_videos": 1.5}, "train_videos=1.5"),
        ({"n_neurons": True}, "n_neurons=True"),
        ({"dtype": "int8"}, "dtype='int8': expected 'float32', 'float64' or None"),
        ({"dtype": "float32", "ulp_wander": True}, "ulp_wander=True"),
        ({"name_suffix": "/.."}, "name_suffix='/..'"),
        ({"stalled": True, "recordings": 2}, "stalled=True with recordings=2"),
        ({"stalled": True, "parametric_videos": 0}, "parametric_videos=0"),
        ({"train_videos": 0, "test_videos": 0, "parametric_videos": 0}, "something to show"),
    ],
)
def test_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        SimulationOptions(**options)


def test_defaults_are_valid() -> None:
    assert SimulationOptions() == SimulationOptions(seed=0, recordings=4)
