"""docs/exports.md: its commands and its code run on the demo's catalog, and read the trials that it has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from catalog import Catalog
from tests.docs.consoles import blocks, run_console
from tests.exports.table_catalogs import refuse_network

# rdflib, which mlcroissant uses, warns of itself.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")


def test_commands_and_python(own_demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_network(monkeypatch)
    found = blocks("exports.md", "console")
    assert len(found) == 2
    for block in found:
        run_console(block)
    (block,) = blocks("exports.md", "python")
    names: dict[str, Any] = {}
    exec(block.replace("frictionless.validate(", "report = frictionless.validate("), names)
    with Catalog(own_demo / "catalog.db") as cat:
        shown = sorted(cat.trials.values("video_id"))
    for table in (names["trials"], names["same"]):
        assert sorted(table.video_id) == shown
    assert sorted(record["trials/video_id"].decode() for record in names["records"]) == shown
    assert names["report"] is True
    with Catalog(own_demo / "again.db") as again:
        assert sorted(again.trials.values("video_id")) == shown
