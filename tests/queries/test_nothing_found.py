"""An empty answer in Python: a warning tells of a condition that nothing in the catalog meets, and of nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from catalog import Catalog, hints
from catalog.query import Query
from tests.queries.conftest import CountStatements
from tests.queries.world import RECORDINGS, WORLD

Ask = Callable[[Query[Any]], Any]
ASKED: list[Ask] = [lambda query: query.count(), lambda query: query.first(), lambda query: len(query.to_frame())]


@pytest.fixture(params=ASKED, ids=["count", "first", "to_frame"])
def ask(request: pytest.FixtureRequest) -> Ask:
    found: Ask = request.param
    return found


@pytest.fixture(autouse=True)
def nothing_asked_before(cat: Catalog) -> None:
    cat.trials.session.info.clear()


def test_a_misspelt_value_is_told(cat: Catalog, ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    part = RECORDINGS[0][7:12]
    assert not ask(cat.trials.filter(label="Gabr").filter(recording=part, valid_frames__ge=1))
    assert [record.name for record in caplog.records] == ["catalog.query"] * 2
    label, recording = caplog.messages
    assert label.startswith("nothing found: no label here is 'Gabr'. Did you mean 'Gabor'")
    assert recording.startswith(f"nothing found: no recording here is {part!r}. It is a part of")
    # A loop is told once.
    assert not ask(cat.trials.filter(label="Gabr", recording=RECORDINGS[0]))
    assert len(caplog.messages) == 2


def test_what_nobody_is_told_costs_no_statement(
    cat: Catalog, ask: Ask, statements: CountStatements, caplog: pytest.LogCaptureFixture
) -> None:
    cat.trials.count()
    caplog.set_level("ERROR", "catalog.query")
    with statements() as sent:
        assert not ask(cat.trials.filter(label="Gabr"))
    assert len(sent) == 1


def test_a_hint_that_fails_costs_no_answer(
    cat: Catalog, ask: Ask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("took too long"))

    monkeypatch.setattr(hints, "met_by_nothing", fails)
    assert not ask(cat.trials.filter(label="Gabr"))
    assert caplog.messages == []


def test_values_are_told_as_they_were_asked(cat: Catalog, ask: Ask, caplog: pytest.LogCaptureFixture) -> None:
    labels = ["Gabor"]
    query = cat.trials.filter(label=(label for label in labels), trial=99999)
    also = cat.trials.filter(label=labels, trial=99999)
    labels.clear()
    assert not ask(query)
    assert not ask(also)
    (message,) = caplog.messages
    assert message.startswith("nothing found: no trial here is 99999")


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
