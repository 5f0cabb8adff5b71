"""`show`, `sql`, `info` and `problems` on both databases."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from catalog.models import SCHEMA_REVISION
from tests.cli.conftest import Run
from tests.queries.world import RECORDINGS, WORLD


def _shown(run: Run, database: str, name: str) -> dict[str, Any]:
    ran = run("--db", database, "show", name, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    found: dict[str, Any] = json.loads(ran.out)
    return found


@pytest.mark.parametrize("name", ["v03", "v657203", "c0ffee" * 8])
def test_a_video_is_shown_whole(run: Run, world: str, name: str) -> None:
    found = _shown(run, world, name)
    assert found["video"] == WORLD.videos[3]
    assert found["aliases"] == [
        {"alias": "c0ffee" * 8, "source": "content"},
        {"alias": "v657203", "source": "published"},
    ]
    parts = [part for part in WORLD.video_segments if part["video_id"] == "v03"]
    assert [{"video_id": "v03", **part} for part in found["segments"]] == parts != []
    shown = {(row["recording"], row["trial"]) for row in WORLD.overview() if row["video_id"] == "v03"}
    assert {(row["recording"], row["trial"]) for row in found["trials"]} == shown
    assert len(found["trials"]) == len(shown) > 1


def test_a_segment_is_shown_whole(run: Run, world: str) -> None:
    segment = next(row["segment_id"] for row in WORLD.presentations())
    found = _shown(run, world, segment)
    assert found["segment"]["id"] == segment
    assert sum(row["times_shown"] for row in found["recordings"]) == sum(
        row["segment_id"] == segment for row in WORLD.presentations()
    )
    assert [{**part, "segment_id": segment} for part in found["videos"]] == [
        {name: part[name] for name in (*found["videos"][0], "segment_id")}
        for part in WORLD.video_segments
        if part["segment_id"] == segment
    ]


@pytest.mark.parametrize("name", [RECORDINGS[0], "29513", RECORDINGS[0] + "_30hz"])
def test_a_recording_is_shown_whole(run: Run, world: str, name: str) -> None:
    found = _shown(run, world, name)
    assert found["recording"]["name"] == RECORDINGS[0]
    assert found["roots"] == [{"path": "/data/one"}]
    assert sum(row["trials"] for row in found["tiers"]) == 40
    assert found["problems"] == 1


def test_a_trial_is_shown_whole(run: Run, world: str) -> None:
    found = _shown(run, world, f"{RECORDINGS[0]}/0")
    expected = {key: value for key, value in WORLD.overview()[0].items() if key not in ("id", "recording_id")}
    assert found["trial"] == json.loads(json.dumps(expected).replace("Infinity", '"inf"'))
    assert [file["signal"] for file in found["files"]] == ["pupil", "video"]
    assert found["files"][0]["bytes"] == 2**40
    assert _shown(run, world, "29514/2")["problems"][0]["message"] == 'it is,\n"odd"'


@pytest.mark.parametrize(
    ("beginning", "kind", "identifier", "whole"),
    [
        ("c0ff", "video", "v03", "c0ffee" * 8),
        ("c0ffee" * 7, "video", "v03", "c0ffee" * 8),
        ("v13t", "video", "v13true", "v13true"),
        ("s065", "segment", "s0650%_off", "s0650%_off"),
    ],
)
def test_the_beginning_of_a_name_will_do(
    run: Run, world: str, beginning: str, kind: str, identifier: str, whole: str
) -> None:
    ran = run("--db", world, "show", beginning, "--format", "json")
    assert (ran.code, json.loads(ran.out)[kind]["id"]) == (0, identifier)
    assert ran.err == f"'{beginning}' is taken as the beginning of '{whole}'\n"


def test_a_whole_name_is_no_beginning_of_longer_ones(run: Run, world: str) -> None:
    assert _shown(run, world, "v657201")["video"]["id"] == "v01"
    assert _shown(run, world, "v6572010")["video"]["id"] == "v10a"


@pytest.mark.parametrize("name", ["v03", "s00", RECORDINGS[0], "alpha/0", RECORDINGS[2]])
def test_it_is_shown_as_text_too(run: Run, world: str, name: str) -> None:
    ran = run("--db", world, "show", name)
    assert (ran.code, ran.err) == (0, "")
    assert name.split("/")[0] in ran.out


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("v99", "nothing is called 'v99'"),
        ("v13", "nothing is called 'v13'"),
        ("c0f", "nothing is called 'c0f'"),
        ("v657204x", "A trial is RECORDING/TRIAL. Did you mean 'v657204'?\n"),
        ("v657", "'v657' is the beginning of names of 14 videos, such as 'v657200' and 'v657201' and 'v6572010'; give"),
        ("s00428", "'s00428' is the beginning of names of 10 segments, such as 's004280' and "),
        ("s06%", "nothing is called 's06%'"),
        ("S065", "nothing is called 'S065'"),
        ("V13T", "nothing is called 'V13T'"),
        ("dynamic", "may be any of these recordings"),
        ("alpha/1", "recording alpha has no trial '1'"),
        ("alpha/99999999999999999999", "recording alpha has no trial"),
        ("alpha/x", "recording alpha has no trial 'x'"),
        ("nobody/1", "no recording is called 'nobody'"),
        ("", "nothing is called ''"),
        ("a\udcff", "nothing is called"),
    ],
)
def test_what_is_not_there_is_told(run: Run, world: str, name: str, message: str) -> None:
    ran = run("--db", world, "show", name)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_sql_answers_in_each_format(run: Run, world: str) -> None:
    statement = "SELECT trial, label, segments_avg_duration FROM trial_overview ORDER BY id"
    expected = [(row["trial"], row["label"], row["segments_avg_duration"]) for row in WORLD.overview()]
    ran = run("--db", world, "sql", statement, "--format", "jsonl")
    assert (ran.code, ran.err) == (0, "")
    found = [json.loads(line, parse_constant=pytest.fail) for line in ran.out.splitlines()]
    assert [(row["trial"], row["label"]) for row in found] == [row[:2] for row in expected]
    assert [None if row["segments_avg_duration"] is None else float(row["segments_avg_duration"]) for row in found] == [
        row[2] for row in expected
    ]
    ran = run("--db", world, "sql", statement, "--format", "csv")
    assert [row["label"] or None for row in csv.DictReader(io.StringIO(ran.out))] == [row[1] for row in expected]
    assert len(run("--db", world, "sql", statement).out.splitlines()) == len(expected) + 2


def test_sql_comes_from_standard_input(run: Run, world: str) -> None:
    ran = run("--db", world, "sql", "-", "--format", "csv", given="SELECT COUNT(*) AS n\nFROM trials -- all\n;\n")
    assert ran.out == f"n\n{len(WORLD.trials)}\n"


def test_sums_and_means_are_numbers(run: Run, world: str) -> None:
    ran = run(
        "--db", world, "sql", "SELECT SUM(id) AS s, AVG(trial) AS a, COUNT(*) AS c FROM trials", "--format", "json"
    )
    (row,) = json.loads(ran.out)
    assert row["s"] == sum(trial["id"] for trial in WORLD.trials)
    assert row["a"] == pytest.approx(39.0)
    assert all(isinstance(value, (int, float)) for value in row.values())


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_columns_of_one_name_are_refused_where_one_would_be_lost(run: Run, world: str, form: str) -> None:
    ran = run("--db", world, "sql", "SELECT 1 AS n, 2 AS n", "--format", form)
    assert (ran.code, ran.out) == (2, "")
    assert "two columns are called 'n'" in ran.err
    assert run("--db", world, "sql", "SELECT 1 AS n, 2 AS n", "--format", "csv").out == "n,n\n1,2\n"


def test_sql_refuses_to_change_anything(run: Run, world: str) -> None:
    ran = run("--db", world, "sql", "DELETE FROM trials")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("Error: only questions are answered here")
    assert run("--db", world, "sql", "SELECT COUNT(*) FROM trials", "--format", "csv").out.endswith("160\n")


def test_info_counts(run: Run, world: str) -> None:
    ran = run("--db", world, "info", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    found = json.loads(ran.out)
    assert found["schema"] == SCHEMA_REVISION
    assert found["counts"]["trials"] == len(WORLD.trials)
    assert found["counts"]["neurons"] == len(WORLD.neurons)
    assert [(row["severity"], row["kind"], row["count"]) for row in found["problems"]] == [
        ("error", "kind-0", 1),
        ("notice", "kind-2", 1),
        ("warning", "kind-1", 1),
    ]
    assert found["runs"][0]["started_at"] == "2024-05-17T12:30:00+00:00"
    text = run("--db", world, "info").out
    for word in ("trials", str(len(WORLD.trials)), SCHEMA_REVISION, "labels", "runs", "problems"):
        assert word in text


def test_info_on_an_empty_catalog(run: Run, database: str) -> None:
    ran = run("--db", database, "info")
    assert (ran.code, ran.err) == (0, "")
    assert "problems: none" in ran.out


def test_problems(run: Run, world: str, database: str) -> None:
    ran = run("--db", world, "problems", "--format", "json")
    found = json.loads(ran.out)
    assert [row["severity"] for row in found] == ["error", "warning", "notice"]
    assert found[0]["message"] == 'it is,\n"odd"'
    assert found[0]["trial"] is None
    ran = run("--db", world, "problems", "--severity", "warning", "--recording", "29514", "--format", "csv")
    assert len(list(csv.reader(io.StringIO(ran.out)))) == 2
    assert "no recording is called" in run("--db", world, "problems", "--recording", "nobody").err
    ran = run("--db", database, "problems")
    assert (ran.code, ran.out, ran.err) == (0, "", "No problems recorded.\n")
    assert run("--db", database, "problems", "--format", "json").out == "[]\n"
