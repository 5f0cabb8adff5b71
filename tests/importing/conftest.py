"""What the tests of importing share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importing.builder import PublishedFolder


@pytest.fixture
def folder(tmp_path: Path) -> PublishedFolder:
    """A small consistent folder of published metadata, of this test's own."""
    return PublishedFolder(tmp_path / "metadata").write()
