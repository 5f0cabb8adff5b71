"""docs/machine-learning.md, carried out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.batches.conftest import Recorded

torch = pytest.importorskip("torch", reason="PyTorch is not installed; `make test-torch` installs it")
torch.set_num_threads(1)

DOCUMENT = (Path(__file__).parents[2] / "docs" / "machine-learning.md").read_text()


def test_what_the_documentation_says_runs(recorded: Recorded) -> None:
    names: dict[str, Any] = {}
    blocks = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        exec(
            block.replace('"catalog.db"', repr(recorded.databases["sqlite"])).replace("num_workers=2", "num_workers=0"),
            names,
        )
    assert 0 < names["loss"].item() < 100
    assert names["report"].ok
    assert names["batch"]["behavior"].shape[1:] == (2, 60)
