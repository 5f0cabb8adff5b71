"""docs/schema.md describes every table and column, with the type and the nullability that they have."""

import re
from pathlib import Path

import pytest

from catalog.entities import OVERVIEW_COLUMNS
from catalog.models import Base

DOCUMENT = Path(__file__).parents[2] / "docs" / "schema.md"
TYPES = {
    "Text": "text",
    "Integer": "integer",
    "BigInteger": "big integer",
    "Double": "double",
    "Boolean": "boolean",
    "JSON": "JSON",
    "UtcDateTime": "timestamp",
    "LargeBinary": "bytes",
}


def sections():
    """Return the rows of each table's section: name, type, unit, meaning, NULL when."""
    found = {}
    for part in DOCUMENT.read_text().split("\n### ")[1:]:
        name, _, text = part.partition("\n")
        rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("| ")]
        found[name] = [[cell.strip() for cell in row] for row in rows[1:]]
    return found


def test_every_table_has_a_section():
    assert sorted(sections()) == sorted(Base.metadata.tables)


@pytest.mark.parametrize("table", sorted(Base.metadata.tables))
def test_every_column_is_described_as_it_is(table):
    columns = Base.metadata.tables[table].columns
    described = {row[0].strip("*"): row for row in sections()[table]}
    assert list(described) == [column.name for column in columns]
    for column in columns:
        name, kind, _unit, meaning, null = described[column.name]
        assert kind == TYPES[type(column.type).__name__], column
        assert name.startswith("**") == column.primary_key, column
        assert bool(null) == column.nullable, f"{column}: say when it is NULL, or that it never is"
        assert len(meaning) > 8, column
        for key in column.foreign_keys:
            assert f"→ `{key.column}`" in meaning


def test_columns_of_the_segment_view_are_described():
    text = DOCUMENT.read_text()
    view = text[text.index("`segment_overview`") : text.index("## Tables")]
    assert set(OVERVIEW_COLUMNS) <= set(re.findall(r"\w+", view))
