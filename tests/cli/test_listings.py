"""Listings give every row and value, in each format, on both databases."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from catalog import Catalog, Neuron, Recording, Segment, Trial, Video
from tests.cli.conftest import Run
from tests.queries.world import RECORDINGS, WORLD

LISTINGS = ("recordings", "trials", "videos", "segments", "neurons")


def _expected(database: str, listing: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    with Catalog(database) as cat:
        query = getattr(cat, listing)
        return query.fields, query.rows()


def _between(rows: list[dict[str, Any]], field: str) -> str:
    values = [row[field] for row in rows if row[field] is not None]
    return f"{field} is between {min(values)!r} and {max(values)!r}"


NEVER_TOGETHER = "each of these conditions is met by some of the trials, but none meets all of them.\n"


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
        ("trials", ["label=Gabor", "trial=1000000"], f"no trial here is 1000000; {_between(WORLD.trials, 'trial')}.\n"),
        # Both occur, only never together: there is nothing to correct.
        ("trials", ["label=Gabor", "label=RandomDots"], NEVER_TOGETHER),
    ],
)
def test_a_value_that_occurs_nowhere_is_told(run: Run, world: str, listing: str, where: list[str], told: str) -> None:
    conditions = [part for condition in where for part in ("--where", condition)]
    ran = run("--db", world, listing, *conditions, "--format", "csv")
    assert (ran.code, ran.out.count("\n"), ran.err) == (0, 1, told)
    ran = run("--db", world, listing, *conditions, "--by", "label")
    assert ran.err == told


SHOWN = Counter(row["video_id"] for row in WORLD.overview())
MOST_SHOWN = max(SHOWN[video["id"]] for video in WORLD.videos)
MOUSE = RECORDINGS[0]


@pytest.mark.parametrize(
    ("listing", "where", "told"),
    [
        ("trials", ["trial=77"], [f"no trial here is 77; {_between(WORLD.trials, 'trial')}."]),
        ("trials", ["trial=77,79"], [f"no trial here is 77 or 79; {_between(WORLD.trials, 'trial')}."]),
        ("trials", ["trial=-1,77,78.5,79,81"], ["no trial here is -1 or 77 or 78.5 or one of 2 more; "]),
        (
            "trials",
            ["valid_frames>=3000000000", "label=Gabr"],
            [
                f"no valid_frames here is at least 3000000000; {_between(WORLD.trials, 'valid_frames')}.",
                "no label here is 'Gabr'. Did you mean 'Gabor' or 'gabor'?",
            ],
        ),
        ("trials", ["trial<0"], ["no trial here is below 0; "]),
        ("trials", ["trial>78"], ["no trial here is above 78; "]),
        ("trials", ["trial<=-1", "trial<=-2"], ["no trial here is at most -1; ", "no trial here is at most -2; "]),
        (
            "neurons",
            ["mean_activation<-10"],
            [f"no mean_activation here is below -10; {_between(WORLD.neurons, 'mean_activation')}."],
        ),
        ("neurons", ["coord_z>1000"], ["no coord_z here is above 1000; coord_z is between 200 and 425."]),
        (
            "recordings",
            ["samples_per_trial=5"],
            ["no samples_per_trial here is 5; samples_per_trial is 324 throughout."],
        ),
        # By code point: "%" comes before the digits, and "Ü" after "g".
        ("trials", ["label<%"], ["no label here is below '%'; label is between '50%_off' and 'Ünïcode'."]),
        ("trials", ["id=null"], ["no id here is missing."]),
        ("trials", ["valid_trial!=true,false"], ["every valid_trial here is true or false."]),
        ("recordings", ["session!=3"], ["every session here is '3'."]),
        ("recordings", ["dataset_url!=null"], ["every dataset_url here is missing."]),
        ("recordings", ["dataset_url=x"], ["no dataset_url is known here."]),
        ("trials", ["label=[]"], ["label cannot be one of no values: the list is empty."]),
        (
            "trials",
            ["label=Gabr,Trees,RandomDts,Film,Movie"],
            [
                "no label here is 'Gabr'. Did you mean 'Gabor' or 'gabor'?",
                "no label here is 'Trees'. There are: 50%_off, Gabor, ",
                "no label here is 'RandomDts'. Did you mean 'RandomDots'?",
                "2 more values of label occur nowhere, either.",
            ],
        ),
        # What the trials have that a recording, a video or a segment belongs to or was shown in.
        ("trials", ["animal_id=29514"], ["no animal_id here is '29514'. Did you mean '29513'?"]),
        ("videos", ["trial=99"], ["no trial here is 99; trial is between 0 and 78."]),
        (
            "videos",
            [f"n_trials>{MOST_SHOWN}"],
            [f"no n_trials here is above {MOST_SHOWN}; n_trials is between 0 and {MOST_SHOWN}."],
        ),
        ("segments", ["segment_index=7"], ["no segment_index here is 7; segment_index is between 0 and 2."]),
        # A natural video, which has no segments.
        ("segments", ["video_id=v01"], ["no segments here were shown where video_id is 'v01'."]),
        # Names that must be given whole.
        (
            "trials",
            ["recording=29513"],
            [f"no recording here is '29513'. It is a part of '{MOUSE}': recording~29513 asks for a part."],
        ),
        (
            "recordings",
            ["name=Video"],
            [f"no name here is 'Video'. It is a part of '{MOUSE}' or '{RECORDINGS[1]}': name~Video asks for a part."],
        ),
        ("videos", ["trial_type=train", "trial_type=nowhere"], ["no trial_type here is 'nowhere'. There are: "]),
    ],
    ids=str,
)  # fmt: skip
def test_what_the_catalog_has_instead_is_told(
    run: Run, world: str, listing: str, where: list[str], told: list[str]
) -> None:
    conditions = [part for condition in where for part in ("--where", condition)]
    ran = run("--db", world, listing, *conditions, "--format", "csv")
    assert (ran.code, ran.out.count("\n")) == (0, 1)
    for line, expected in zip(ran.err.splitlines(), told, strict=True):
        assert line.startswith(expected), ran.err
        assert line == expected or expected.endswith(" ")
    assert run("--db", world, listing, *conditions, "--limit", "0").err == "", "no rows were asked for"


def test_conditions_that_one_presentation_never_meets(run: Run, world: str) -> None:
    rows = WORLD.overview()
    pairs = {(row["recording"], row["trial"]) for row in rows if row["trial_type"] == "oracle" and row["video_id"]}
    other = next(row for row in rows if (row["recording"], row["trial"]) not in pairs and row["video_id"])
    ran = run(
        "--db", world, "videos", "--where", f"recording={json.dumps(other['recording'])}", "--where",
        f"trial={other['trial']}", "--where", "trial_type=oracle",
    )  # fmt: skip
    assert ran.err == NEVER_TOGETHER.replace("trials", "videos")


@pytest.mark.parametrize("listing", LISTINGS)
def test_an_empty_catalog_says_that_it_holds_nothing(run: Run, database: str, listing: str) -> None:
    for more in ((), ("--where", "id=3") if listing != "neurons" else ("--where", "row=3")):
        ran = run("--db", database, listing, *more, "--format", "jsonl")
        assert (ran.code, ran.out, ran.err) == (0, "", f"the catalog holds no {listing}.\n")


@pytest.mark.parametrize("listing", LISTINGS)
def test_help_names_the_fields(run: Run, world: str, listing: str) -> None:
    told = dict(_fields_of(run(listing, "--help").out))
    with Catalog(world) as cat:
        assert told["printed"] == getattr(cat, listing).fields
    columns = [*told["printed"], *told["on request"]]
    ran = run("--db", world, listing, "--columns", ",".join(columns), "--format", "csv", "--limit", "0")
    assert (ran.code, ran.out, ran.err) == (0, ",".join(columns) + "\n", "")
    for name in told.get("only in --where", []):
        assert run("--db", world, listing, "--where", f"{name}!=null", "--limit", "1").code == 0
        assert run("--db", world, listing, "--columns", name).code == 2
    assert ("only in --where" in told) == (listing in ("videos", "segments"))


@pytest.mark.parametrize("listing", ["recordings", "trials", "videos", "segments", "neurons"])
def test_examples_of_conditions_are_some_of_this_listing(run: Run, world: str, listing: str) -> None:
    told = run(listing, "--help").out.partition("--columns")[0]
    examples = re.findall(r'"([^"]+)"', " ".join(told.split()))
    assert len(examples) == 6
    for example in examples:
        ran = run("--db", world, listing, "--where", example, "--limit", "1")
        assert ran.code == 0, (example, ran.err)


def _fields_of(text: str) -> Iterator[tuple[str, list[str]]]:
    _, _, told = text.partition("\nFields:\n")
    for kind, names in re.findall(r"^  (\S.*?)  +(\S.*\n(?:    .*\n)*)", told, re.MULTILINE):
        yield kind, names.replace("\n", " ").replace(",", " ").split()


@pytest.mark.parametrize(
    ("listing", "model", "elsewhere"),
    [
        ("recordings", Recording, {"run_id"}),
        ("trials", Trial, set()),
        ("videos", Video, set()),
        ("segments", Segment, set()),
        ("neurons", Neuron, set()),
    ],
)  # fmt: skip
def test_every_column_is_a_field(run: Run, listing: str, model: type[Any], elsewhere: set[str]) -> None:
    told = dict(_fields_of(run(listing, "--help").out))
    assert {column.key for column in sa.inspect(model).columns} - {*told["printed"], *told["on request"]} == elsewhere
