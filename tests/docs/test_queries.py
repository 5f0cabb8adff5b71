"""docs/queries.md: each question has the same answer in Python, in SQL and from the CSV files, on both databases."""

import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from catalog.cli import main
from catalog.raw_sql import run_sql
from ingest.importing import import_metadata
from tests.importing.builder import PublishedFolder

DOCUMENT = (Path(__file__).parents[2] / "docs" / "queries.md").read_text()
BLOCK = re.compile(r"```(python setup|python before|python|sql)\n(.*?)```", re.DOTALL)


def recipes():
    """Return the title of each recipe with its three blocks."""
    for section in DOCUMENT.split("\n## ")[1:]:
        title, _, text = section.partition("\n")
        blocks = dict(BLOCK.findall(text))
        if blocks:
            yield pytest.param(blocks, id=title)


SETUP = dict(BLOCK.findall(DOCUMENT.split("\n## ")[0]))


def rows(answer):
    """Return an answer of any kind as a sorted list of tuples of plain values."""
    if isinstance(answer, pd.DataFrame):
        answer = answer.to_numpy().tolist()
    found = [tuple(row) if isinstance(row, (list, tuple)) or hasattr(row, "_fields") else (row,) for row in answer]
    return sorted(tuple(value.item() if hasattr(value, "item") else value for value in row) for row in found)


@pytest.fixture
def world(database, tmp_path, monkeypatch):
    folder = PublishedFolder(tmp_path / "metadata").write()
    with folder.edit_json(folder.presentation(3)) as presentation:
        presentation["segments"]["bad_properties"][1] = True
        presentation["segments_bad_n"] = 1
    import_metadata(database, folder.root)
    monkeypatch.chdir(tmp_path)
    return database


@pytest.mark.parametrize("blocks", list(recipes()))
def test_the_three_ways_agree(blocks, world):
    names = {}
    exec(SETUP["python setup"].replace('"catalog.db"', repr(world)), names)
    try:
        exec(blocks["python"], names)
        in_python = rows(names["answer"])
    finally:
        names["cat"].close()
    in_sql = rows(list(run_sql(world, blocks["sql"])[1]))
    exec(SETUP["python before"], names)
    exec(blocks["python before"], names)
    before = rows(names["answer"])
    assert in_python, "a recipe without an answer shows nothing"
    assert in_python == in_sql
    assert in_python == before


SAID = re.findall(r"^\| `(--where .*?)` \| (.*) \|$", DOCUMENT, re.MULTILINE)


@pytest.mark.parametrize(("asked", "told"), SAID)
def test_what_is_said_when_nothing_is_found(asked, told, world):
    result = CliRunner().invoke(main, ["--db", world, "trials", *shlex.split(asked)])
    assert (result.exit_code, result.stderr) == (0, f"{told}\n")


def test_several_answers_of_nothing_are_shown():
    assert len(SAID) == 4


def test_every_question_is_asked_three_ways():
    found = [section.partition("\n") for section in DOCUMENT.split("\n## ")[1:]]
    asked = [title for title, _, text in found if "```" in text]
    assert len(asked) >= 8
    for title, _, text in found:
        if "```" in text:
            assert {kind for kind, _ in BLOCK.findall(text)} == {"python", "sql", "python before"}, title
