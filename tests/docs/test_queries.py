"""docs/queries.md: each question has the same answer in Python, in SQL and from the CSV files, on both databases."""

import json
import re
import shlex
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from catalog.cli import main
from catalog.database import connect
from catalog.errors import QueryError
from catalog.models import Trial
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


def _asked(database, statement):
    return list(run_sql(database, statement)[1])


def _told(phrase):
    """Assert that the page says it, however its lines are broken."""
    assert " ".join(phrase.split()) in " ".join(DOCUMENT.split())


def test_yes_and_no_in_sql(world, backend):
    """Of seven trials, the first's response is made unusable."""
    engine = connect(world, pooled=False)
    with engine.begin() as connection:
        connection.execute(sa.update(Trial).where(Trial.trial == 0).values(valid_response=False))
    _told("`WHERE valid_response` and `WHERE NOT valid_response` mean the same on both")
    counting = "SELECT COUNT(*) FROM trial_overview WHERE "
    assert _asked(world, counting + "valid_response") == [(6,)]
    assert _asked(world, counting + "NOT valid_response") == [(1,)]
    _told("`valid_response = 'true'` does not: PostgreSQL takes it, SQLite compares")
    assert _asked(world, counting + "valid_response = 'true'") == [(6 if backend == "postgresql" else 0,)]
    values = {bool: "postgresql", int: "sqlite"}
    assert {values[type(value)] for (value,) in _asked(world, "SELECT valid_response FROM trials")} == {backend}


def test_quotes_in_sql(world, backend):
    counting = "SELECT COUNT(*) FROM trial_overview WHERE "
    _told("A text stands in single quotes: `label = 'Gabor'`. Double quotes are for names, `\"label\"`.")
    assert _asked(world, counting + "label = 'Gabor'") == _asked(world, counting + "\"label\" = 'Gabor'") == [(3,)]
    _told("`\"lable\" = 'Gabor'`, gives an empty answer there, and an error in PostgreSQL")
    if backend == "sqlite":
        assert _asked(world, counting + "\"lable\" = 'Gabor'") == [(0,)]
    else:
        with pytest.raises(QueryError, match="lable"):
            run_sql(world, counting + "\"lable\" = 'Gabor'")
    _told("Names without any quotes are an error on both")
    with pytest.raises(QueryError, match="lable"):
        run_sql(world, counting + "lable = 'Gabor'")


def test_lists_and_times_in_sql(world, backend):
    each = "json_each" if backend == "sqlite" else "json_array_elements"
    _told("`json_array_length(peaks)` counts on both; a row for each comes from `json_each(peaks)` in SQLite")
    ((peaks, count),) = _asked(world, "SELECT peaks, json_array_length(peaks) FROM trials WHERE trial = 3")
    expected = list(json.loads(peaks) if backend == "sqlite" else peaks)
    assert isinstance(peaks, str if backend == "sqlite" else list)
    assert len(expected) == count > 0
    found = _asked(world, f"SELECT piece.value FROM trials, {each}(peaks) AS piece WHERE trial = 3")
    assert [value for (value,) in found] == expected
    ((began,),) = _asked(world, "SELECT started_at FROM ingest_runs")
    if backend == "sqlite":
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", began)
    else:
        assert began.utcoffset() is not None
