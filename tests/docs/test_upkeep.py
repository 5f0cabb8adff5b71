"""docs/upkeep.md: its commands and its code run on the demo's catalog, one after the other, as the page says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from catalog import Catalog
from tests.docs.consoles import blocks, run_console


def test_commands_and_python(own_demo: Path) -> None:
    commands = blocks("upkeep.md", "console")
    assert len(commands) == 5
    for block in commands:
        run_console(block)
    assert (own_demo / "moved").exists()
    (block,) = blocks("upkeep.md", "python")
    names: dict[str, Any] = {}
    exec(block, names)
    report, removal = names["report"], names["removal"]
    assert (report.ok, report.findings, report.unread) == (True, [], 0)
    assert report.bytes == sum(path.stat().st_size for path in (own_demo / "data").glob("*/data/*/*.npy"))
    assert {one.new for one in names["roots"]} == {str(path.parent) for path in (own_demo / "data").glob("*/data")}
    assert (removal.videos, len(removal.kept_videos)) == ([], 8)
    for copy in ("2026-05-17.db", "2026-05-18.db"):
        with Catalog(own_demo / copy) as cat:
            assert removal.recording in cat.recordings.values("name")
            assert len(names["added"]) == cat.trials.count()
