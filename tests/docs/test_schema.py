"""The data dictionary describes every table and column as it is, and docs/schema.md is made from it."""

import re

import pytest

from catalog.dictionary import TABLES
from catalog.entities import OVERVIEW_COLUMNS
from catalog.models import Base
from tests.docs.rendering import renderer


def test_every_table_is_described():
    assert sorted(TABLES) == sorted(Base.metadata.tables)


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_every_column_is_described_as_it_is(table):
    columns = Base.metadata.tables[table].columns
    described = TABLES[table].columns
    assert list(described) == [column.name for column in columns]
    for column in columns:
        told = described[column.name]
        assert bool(told.null) == column.nullable, f"{column}: say when it is NULL, or that it never is"
        assert len(told.meaning) > 8, column


def test_the_document_is_up_to_date():
    module = renderer("render_schema")
    assert module.DOCUMENT.read_text() == module.render(), "run `make docs`"


def test_columns_of_the_segment_view_are_described():
    text = renderer("render_schema").INTRODUCTION
    view = text[text.index("`segment_overview`") : text.index("## Tables")]
    assert set(OVERVIEW_COLUMNS) <= set(re.findall(r"\w+", view))
