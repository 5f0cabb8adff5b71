"""Populated databases, and folders of migrations with one more step."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Engine

from catalog import migrate
from catalog.database import connect
from catalog.models import SCHEMA_REVISION, Base
from tests.queries.world import WORLD

Contents = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def populated(database: str) -> Engine:
    """An engine for a database with the small world in it."""
    engine = connect(database, pooled=False)
    WORLD.fill(engine)
    return engine


def contents(engine: Engine) -> Contents:
    """Return the rows of each table that is there, in an order of their own."""
    with engine.connect() as connection:
        there = sa.inspect(connection).get_table_names()
        return {
            table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
            for table in Base.metadata.sorted_tables
            if table.name in there
        }


def schema(engine: Engine) -> dict[str, str]:
    """Return the definition of everything in the database, as far as a user could tell."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            rows = connection.execute(sa.text("SELECT type || ' ' || name, sql FROM sqlite_master"))
            return {row[0]: str(row[1]) for row in rows}
        inspector = sa.inspect(connection)
        found = {name: repr(inspector.get_columns(name)) for name in inspector.get_table_names()}
        return found | {name: str(inspector.get_view_definition(name)) for name in inspector.get_view_names()}


AddStep = Callable[[str, str], None]


@pytest.fixture
def add_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AddStep:
    """Add a migration after the newest one: `add_step(code of upgrade, code of downgrade)`."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.scripts_folder(), folder)
    monkeypatch.setattr(migrate, "scripts_folder", lambda: folder)

    def add(up: str, down: str = "pass") -> None:
        (folder / "versions" / "0999_more.py").write_text(
            f'"""One more step."""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
            f'revision = "0999_more"\ndown_revision = "{SCHEMA_REVISION}"\n\n\n'
            f"def upgrade():\n{_indented(up)}\n\n\ndef downgrade():\n{_indented(down)}\n"
        )

    return add


def _indented(code: str) -> str:
    return "\n".join(f"    {line}" for line in code.strip().splitlines())
