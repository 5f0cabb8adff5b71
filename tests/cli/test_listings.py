"""Listings give every row and value, in each format, on both databases."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from typing import Any

import pytest

from catalog import Catalog
from tests.cli.conftest import Run
from tests.queries.world import RECORDINGS, WORLD

LISTINGS = ("recordings", "trials", "videos", "segments", "neurons")


def _expected(database: str, listing: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    with Catalog(database) as cat:
        query = getattr(cat, listing)
        return query.fields, query.rows()


def _as_json(value: Any) -> Any:
    return str(value) if value in (float("inf"), float("-inf")) else value


@pytest.mark.parametrize("listing", LISTINGS)
def test_json_and_json_lines_hold_everything(run: Run, world: str, listing: str) -> None:
    fields, rows = _expected(world, listing)
    expected = [dict(zip(fields, map(_as_json, row), strict=True)) for row in rows]
    ran = run("--db", world, listing, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out, parse_constant=pytest.fail) == expected
    ran = run("--db", world, listing, "--format", "jsonl")
    assert [json.loads(line, parse_constant=pytest.fail) for line in ran.out.splitlines()] == expected


@pytest.mark.parametrize("listing", LISTINGS)
def test_csv_holds_everything(run: Run, world: str, listing: str) -> None:
    fields, rows = _expected(world, listing)
    ran = run("--db", world, listing, "--format", "csv")
    header, *lines = list(csv.reader(io.StringIO(ran.out, newline="")))
    assert header == fields
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        for cell, value in zip(line, row, strict=True):
            if value is None:
                assert cell == ""
            elif isinstance(value, bool):
                assert cell == str(value)
            elif isinstance(value, (int, float)):
                assert type(value)(cell) == value
            elif isinstance(value, list):
                assert json.loads(cell) == value
            else:
                assert cell == value


@pytest.mark.parametrize("listing", LISTINGS)
def test_a_table_has_a_line_for_each_row(run: Run, world: str, listing: str) -> None:
    fields, rows = _expected(world, listing)
    ran = run("--db", world, listing)
    header, rule, *lines = ran.out.split("\n")[:-1]
    assert header.split() == fields
    assert set(rule) == {"-", " "}
    assert len(lines) == len(rows)


@pytest.mark.parametrize("form", ["table", "csv", "json", "jsonl"])
def test_nothing_found_is_still_valid(run: Run, world: str, form: str) -> None:
    ran = run("--db", world, "trials", "--where", "trial=77", "--columns", "trial,label", "--format", form)
    assert ran.code == 0
    expected = {"table": ["trial  label", "-----  -----"], "csv": ["trial,label"], "json": ["[]"], "jsonl": []}
    assert ran.out.splitlines() == expected[form]


def test_columns_order_and_limit(run: Run, world: str) -> None:
    ran = run(
        "--db", world, "trials", "--columns", "trial, label ,recording", "--order-by", "-trial,recording",
        "--limit", "3", "--format", "csv",
    )  # fmt: skip
    header, *lines = csv.reader(io.StringIO(ran.out))
    assert header == ["trial", "label", "recording"]
    last = max(row["trial"] for row in WORLD.trials)
    assert [(line[0], line[2]) for line in lines] == [(str(last), name) for name in sorted(RECORDINGS)[:3]]
    assert run("--db", world, "trials", "--limit", "0", "--format", "json").out == "[]\n"


def test_counting_by_columns(run: Run, world: str) -> None:
    ran = run("--db", world, "trials", "--by", "recording,label", "--where", "label!=null", "--format", "json")
    found = {(row["recording"], row["label"]): row["count"] for row in json.loads(ran.out)}
    assert found == Counter((row["recording"], row["label"]) for row in WORLD.overview() if row["label"] is not None)
    counts = list(found.values())
    assert counts == sorted(counts, reverse=True)
    ran = run("--db", world, "trials", "--by", "label", "--limit", "2", "--format", "csv")
    assert len(ran.out.splitlines()) == 3


@pytest.mark.parametrize(
    ("conditions", "filters"),
    [
        (["label=Gabor"], {"label": "Gabor"}),
        (["label==Gabor"], {"label": "Gabor"}),
        ([" label = Gabor "], {"label": "Gabor"}),
        (["label=Gabor,gabor"], {"label": ["Gabor", "gabor"]}),
        (["label!=Gabor"], {"label__ne": "Gabor"}),
        (["label!=Gabor,null"], {"label__ne": ["Gabor", None]}),
        (["label=null"], {"label": None}),
        (["label!=null"], {"label__ne": None}),
        (['first_label="null"'], {"first_label": "null"}),
        (['first_label="x,y"'], {"first_label": "x,y"}),
        (['first_label=["x,y", null, ","]'], {"first_label": ["x,y", None, ","]}),
        (["first_label="], {"first_label": ""}),
        (["first_label=it's"], {"first_label": "it's"}),
        (["first_label=:name"], {"first_label": ":name"}),
        (["first_label~%"], {"first_label__contains": "%"}),
        (["first_label~x,y"], {"first_label__contains": "x,y"}),
        (["first_label__startswith=50%"], {"first_label__startswith": "50%"}),
        (["first_label__endswith=e"], {"first_label__endswith": "e"}),
        (["recording~29513"], {"recording__contains": "29513"}),
        (["valid_frames>=300"], {"valid_frames__ge": 300}),
        (["valid_frames<=300"], {"valid_frames__le": 300}),
        (["valid_frames>300"], {"valid_frames__gt": 300}),
        (["valid_frames<300"], {"valid_frames__lt": 300}),
        (["valid_frames<299.5"], {"valid_frames__lt": 299.5}),
        (["valid_frames__ge=300"], {"valid_frames__ge": 300}),
        (["valid_frames=300,301,null"], {"valid_frames": [300, 301, None]}),
        (["segments_avg_duration=-5.5"], {"segments_avg_duration": -5.5}),
        (["segments_avg_duration=inf"], {"segments_avg_duration": float("inf")}),
        (["valid_trial=true"], {"valid_trial": True}),
        (["valid_trial=No"], {"valid_trial": False}),
        (["valid_trial!=1"], {"valid_trial": False}),
        (["valid_trial=true,false"], {}),
        (
            ["label=Gabor", "valid_frames>=300", "valid_response=yes"],
            {"label": "Gabor", "valid_frames__ge": 300, "valid_response": True},
        ),
        (["valid_frames!=300", "valid_frames!=301"], {"valid_frames__ne": [300, 301]}),
    ],
    ids=str,
)  # fmt: skip
def test_conditions_are_filters(run: Run, world: str, conditions: list[str], filters: dict[str, Any]) -> None:
    options = [part for condition in conditions for part in ("--where", condition)]
    ran = run("--db", world, "trials", *options, "--columns", "id", "--format", "csv")
    assert ran.code == 0
    with Catalog(world) as cat:
        expected = cat.trials.filter(**filters).values("id")
    assert [int(line) for line in ran.out.splitlines()[1:]] == expected != []


def test_conditions_on_showing_are_met_by_one_presentation(run: Run, world: str) -> None:
    ran = run(
        "--db", world, "videos", "--where", "recording~29513", "--where", "trial_type=oracle", "--format", "jsonl"
    )
    shown = {
        row["video_id"]
        for row in WORLD.overview()
        if row["recording"] == RECORDINGS[0] and row["trial_type"] == "oracle" and row["video_id"]
    }
    assert {json.loads(line)["id"] for line in ran.out.splitlines()} == shown
    ran = run("--db", world, "segments", "--where", "video_id=v02", "--columns", "id", "--format", "csv")
    assert set(ran.out.splitlines()[1:]) == {
        part["segment_id"] for part in WORLD.video_segments if part["video_id"] == "v02"
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--where", "label"), "cannot read the condition 'label': expected FIELD=VALUE, or one of = =="),
        (("--where", "=Gabor"), "cannot read the condition"),
        (("--where", "label<>Gabor"), "'label<>Gabor': <> is none of = == !="),
        (("--where", "valid_frames=>300"), "=> is none of = == != < <= > >= ~; a value that begins with >"),
        (("--where", "label=~Gabor"), "=~ is none of"),
        (("--where", ""), "cannot read the condition"),
        (("--where", "lable=Gabor"), "unknown field 'lable'. Did you mean 'label'"),
        (("--where", "label__like=Gabor"), "unknown operator 'like'"),
        (("--where", "valid_frames__ge>300"), "two operators"),
        (("--where", "valid_frames>many"), "valid_frames='many': expected a number"),
        (("--where", "valid_frames>null"), "expected a number"),
        (("--where", "valid_frames~3"), "valid_frames is not text"),
        (("--where", "valid_trial=maybe"), "expected true or false"),
        (("--where", "valid_trial>true"), "only numbers and text can be compared in order"),
        (("--where", 'label=["Gabor"'), "as JSON"),
        (("--where", "label=\udcff"), "half of a surrogate pair"),
        (("--where", "valid_frames=99999999999999999999"), "beyond 64 bits"),
        (("--columns", "lable"), "unknown field 'lable' of trials. Did you mean 'label'"),
        (("--columns", "label,label"), "asked for twice"),
        (("--order-by", "lable"), "unknown field 'lable'"),
        (("--by", "lable"), "unknown field 'lable'"),
        (("--by", "label", "--columns", "label"), "--by counts"),
        (("--limit", "-1"), "expected a whole number, 0 or more, not '-1'"),
        (("--limit", "some"), "expected a whole number, 0 or more, not 'some'"),
        (("--format", "xml"), "'xml' is not one of"),
        (("extra",), "unexpected extra argument"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_asked_is_told(run: Run, world: str, arguments: tuple[str, ...], message: str) -> None:
    ran = run("--db", world, "trials", *arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert message in ran.err
    assert "Traceback" not in ran.err
    assert ran.err.splitlines()[-1].startswith("Error: ")


@pytest.mark.parametrize(
    ("listing", "where", "told"),
    [
        ("trials", ["label=Gabr"], "no label here is 'Gabr'. Did you mean 'Gabor' or 'gabor'?\n"),
        ("videos", ["trial_type=trian"], "no trial_type here is 'trian'. Did you mean 'train' or 'Train'?\n"),
        (
            "trials",
            ["label~abox", "valid_frames>=0"],
            "no label here contains 'abox'. Did you mean 'gabor' or 'Gabor'?\n",
        ),
        # Both occur, only never together: there is nothing to correct.
        ("trials", ["label=Gabor", "trial=1000000"], ""),
    ],
)
def test_a_value_that_occurs_nowhere_is_told(run: Run, world: str, listing: str, where: list[str], told: str) -> None:
    conditions = [part for condition in where for part in ("--where", condition)]
    ran = run("--db", world, listing, *conditions, "--format", "csv")
    assert (ran.code, ran.out.count("\n"), ran.err) == (0, 1, told)
    ran = run("--db", world, listing, *conditions, "--by", "label")
    assert ran.err == told
