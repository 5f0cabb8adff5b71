"""Tables on a terminal: as many columns as there is room for, and the others told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from catalog import Catalog

pty = pytest.importorskip("pty", reason="this system has no terminals of this kind")

Shown = Callable[..., tuple[list[str], str]]


@pytest.fixture
def shown(world: str) -> Shown:
    """Run `catalog` with standard output on a terminal that wide; return its lines, and what went to standard error."""

    def call(width: int, *arguments: str) -> tuple[list[str], str]:
        ours, theirs = pty.openpty()
        command = [sys.executable, "-c", "from catalog.cli import main; main()", "--db", world, *arguments]
        environment = {**os.environ, "COLUMNS": str(width)}
        with subprocess.Popen(command, stdout=theirs, stderr=subprocess.PIPE, env=environment) as process:
            os.close(theirs)
            written = b""
            # Linux ends a terminal whose other side is closed with an error, other systems with nothing.
            try:
                while some := os.read(ours, 1 << 16):
                    written += some
            except OSError:
                pass
            assert process.stderr is not None
            told = process.stderr.read().decode()
        os.close(ours)
        assert process.returncode == 0, told
        return written.decode().splitlines(), told

    return call


@pytest.mark.parametrize("width", [1, 60, 100, 500])
def test_columns_that_fit_are_shown_and_the_others_told(shown: Shown, world: str, width: int) -> None:
    with Catalog(world) as cat:
        fields, n_rows = cat.trials.fields, cat.trials.count()
    lines, told = shown(width, "trials")
    names = lines[0].split()
    assert names == fields[: len(names)]
    assert len(lines) == 2 + n_rows
    assert len(names) == 1 or max(map(len, lines)) <= width
    left_out = fields[len(names) :]
    if not left_out:
        assert (told, width) == ("", 500)
        return
    assert told.startswith(
        f"{len(left_out)} more columns do not fit: {', '.join(left_out)}. Choose some with --columns"
    )
    # One more would not have fitted.
    wider, _ = shown(500, "trials", "--columns", ",".join(fields[: len(names) + 1]))
    assert max(map(len, wider)) > width


@pytest.mark.parametrize(
    "arguments",
    [("trials", "--columns", "recording,trial,valid_frames_video,label"), ("trials", "--by", "recording,label")],
)
def test_what_was_asked_for_is_shown_whole(shown: Shown, arguments: tuple[str, ...]) -> None:
    narrow, told = shown(10, *arguments)
    assert (narrow, told) == shown(500, *arguments)
    assert told == ""


def test_runs_fit_too(shown: Shown) -> None:
    lines, told = shown(60, "runs")
    assert max(map(len, lines)) <= 60
    assert "more columns do not fit" in told
    assert "--columns" not in told


def test_how_runs_ended_is_shown_first(shown: Shown) -> None:
    lines, told = shown(80, "runs")
    assert lines[0].split() == ["id", "command", "status", "problems", "started_at", "finished_at", "version"]
    assert lines[2].split()[4:6] == ["2024-05-17", "12:30:00Z"]
    everything, _ = shown(500, "runs")
    assert len(everything[0].split()) == 7 + int(told.split()[0])


def test_other_formats_hold_everything(shown: Shown, world: str) -> None:
    with Catalog(world) as cat:
        fields = cat.trials.fields
    lines, told = shown(20, "trials", "--format", "csv", "--limit", "1")
    assert (lines[0], told) == (",".join(fields), "")
