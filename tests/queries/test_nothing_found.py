"""An empty answer in Python: a warning tells of a condition that nothing in the catalog meets, and of nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from catalog import Catalog
from catalog.query import Query
from tests.queries.world import RECORDINGS, WORLD

Ask = Callable[[Query[Any]], Any]
ASKED: list[Ask] = [lambda query: query.count(), lambda query: query.first(), lambda query: len(query.to_frame())]


@pytest.fixture(params=ASKED, ids=["count", "first", "to_frame"])
def ask(request: pytest.FixtureRequest) -> Ask:
    found: Ask = request.param
    return found


def test_a_misspelt_value_is_told(cat: Catalog, ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    part = RECORDINGS[0][7:12]
    assert not ask(cat.trials.filter(label="Gabr").filter(recording=part, valid_frames__ge=1))
    assert [record.name for record in caplog.records] == ["catalog.query"] * 2
    label, recording = caplog.messages
    assert label.startswith("nothing found: no label here is 'Gabr'. Did you mean 'Gabor'")
    assert recording.startswith(f"nothing found: no recording here is {part!r}. It is a part of")


def test_an_answer_is_no_reason_to_warn(cat: Catalog, ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    assert ask(cat.trials.filter(label=["Gabor", "Gabr"])) is not None
    assert caplog.messages == []


def test_conditions_that_are_never_met_together_are_no_mistake(
    cat: Catalog, ask: Ask, caplog: pytest.LogCaptureFixture
) -> None:
    rows = WORLD.overview()
    one = rows[0]
    other = next(row for row in rows if row["recording"] != one["recording"])
    assert not ask(cat.trials.filter(id=one["id"], recording=other["recording"]))
    assert not ask(cat.trials.filter(label="Gabr").limit(0))
    assert caplog.messages == []
