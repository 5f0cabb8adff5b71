"""What a user sees while an ingest runs: a line on a terminal, a line a recording elsewhere, or JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from catalog.cli import main
from catalog.cli.progress import status_line
from ingest.ingesting import ingest_recordings
from ingest.progress import Progress
from tests.ingesting.worlds import World, replace_file


def run(database: str, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["--db", database, "ingest", *map(str, arguments), "--workers", "1"])


def events(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_events_tell_a_run_from_its_start_to_its_end(films: World, database: str) -> None:
    result = run(database, films.folder, "--json")
    found = events(result)
    assert [event["event"] for event in found] == ["started", *["recording"] * 3, "finished"]
    assert {event["recording"] for event in found[1:-1]} == set(films.names)
    n_bytes = sum(path.stat().st_size for path in films.folder.glob("*/data/*/*.npy"))
    assert found[0]["bytes"] == {"done": 0, "total": n_bytes}
    for name, total in {"recordings": 3, "trials": 6, "bytes": n_bytes}.items():
        assert found[-1][name] == {"done": total, "total": total}
    assert [event["trials"] for event in found[1:-1]] == [{"done": done, "total": 6} for done in (2, 4, 6)]
    # No line a recording beside it: only what was done in all.
    assert len(result.stderr.splitlines()) == 1


def test_events_tell_what_is_unchanged_and_what_is_wrong(films: World, database: str, scratch: Path) -> None:
    copy = films.copy(scratch / "data")
    run(database, copy.folder)
    bad = next((copy.folder / films.names[0] / "data" / "behavior").iterdir())
    replace_file(bad, b"nothing")
    result = run(database, copy.folder, "--json")
    started, recording, finished = events(result)
    assert (started["unchanged"], started["trials"]) == (2, {"done": 0, "total": 1})
    assert recording["problems"] == finished["problems"] == {"error": 1}
    assert result.exit_code == 1
    again = run(database, copy.folder, "--json")
    assert [event["event"] for event in events(again)] == ["started", "finished"]
    assert events(again)[-1]["problems"] == {"error": 1}
    assert "nothing to do: 3 recordings" in again.stderr


def test_elsewhere_there_is_a_line_a_recording(films: World, database: str) -> None:
    result = run(database, films.folder)
    assert result.stdout == ""
    assert {line.split(":")[0] for line in result.stderr.splitlines()[:-1]} == set(films.names)
    assert "\r" not in result.stderr
    assert result.stderr.splitlines()[-1].startswith("ingested 3 recordings: 6 trials")


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there are no terminals to be had")
def test_on_a_terminal_a_line_is_written_anew(films: World, database: str) -> None:
    ours, theirs = os.openpty()
    program = "from catalog.cli import main; main(prog_name='catalog')"
    arguments = ["--db", database, "ingest", str(films.folder), "--workers", "1"]
    process = subprocess.Popen([sys.executable, "-c", program, *arguments], stderr=theirs, stdout=subprocess.PIPE)
    os.close(theirs)
    shown = b""
    # A terminal that nobody writes to any more is an error to read, or empty.
    while part := _read(ours):
        shown += part
    os.close(ours)
    assert process.communicate()[0] == b""
    assert process.returncode == 0
    text = shown.decode()
    assert "\r\x1b[K0/3 recordings, 1/6 trials, " in text
    for name in films.names:
        assert f"{name}: 2 trials" in text
    # Nothing of the line stays.
    last = text.rstrip().rpartition("\n")[2].rpartition("\x1b[K")[2]
    assert last.startswith("ingested 3 recordings")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def test_the_line_tells_speed_and_what_is_left() -> None:
    progress = Progress(
        "trial",
        recordings=(2, 10),
        trials=(300, 1500),
        bytes=(6 * 10**9, 30 * 10**9),
        problems={"error": 1, "warning": 2},
        seconds=1000.0,
    )
    assert status_line(progress) == "2/10 recordings, 300/1,500 trials, 0.3 trials/s, 6 MB/s, 1:06:40 left, 3 problems"


def test_a_listener_hears_of_every_trial(films: World, database: str) -> None:
    heard: list[Progress] = []
    ingest_recordings(database, films.folder, workers=1, progress=heard.append)
    assert [one.trials[0] for one in heard if one.event == "trial"] == [1, 2, 3, 4, 5, 6]


def test_a_dry_run_refuses_what_it_cannot_do(films: World, database: str) -> None:
    for option in ("--recheck", "--json"):
        result = run(database, films.folder, "--dry-run", option)
        assert result.exit_code == 2
        assert "leave out --recheck and --json" in result.stderr
