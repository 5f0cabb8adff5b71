"""Runs that take in zips and folders, disturbed where a test wants it, and what they leave."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from catalog.cli import main
from ingest import batches
from ingest.trial import TrialTask
from tests.ingesting.rows import canonical, problems
from tests.ingesting.worlds import World, replace_array


def ingest(database: str, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["--db", database, "ingest", *map(str, arguments), "--workers", "1"])


def rows(database: str) -> Any:
    """All rows but for problems."""
    tables = canonical(database, without=())
    del tables["ingest_problems"]
    return tables


def told(database: str) -> list[tuple[str, str | None]]:
    return [(row["kind"], row["recording"]) for row in problems(database)]


def changed(world: World) -> None:
    """Change every video, so that all trials have to be read again."""
    for path in world.folder.glob("*/data/*/*.npy"):
        replace_array(path, np.load(path)[..., :-3])


def reading(monkeypatch: pytest.MonkeyPatch, before: Callable[[TrialTask], object]) -> list[int]:
    """Do something each time before a trial is read; return the trials that are read."""
    read, found = batches.read_trial, []

    def late(task: TrialTask) -> Any:
        found.append(task.trial)
        before(task)
        return read(task)

    monkeypatch.setattr(batches, "read_trial", late)
    return found


def failing(monkeypatch: pytest.MonkeyPatch, pattern: str, number: int) -> None:
    """Let the system refuse, by that error number, to open the files whose paths match."""
    opened = Path.open

    def fails(path: Path, *arguments: Any, **options: Any) -> Any:
        if path.match(pattern):
            raise OSError(number, os.strerror(number), str(path))
        return opened(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", fails)
