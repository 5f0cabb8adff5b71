"""What a catalog has imported before: whether files tell anything else, and the states in which they do not."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from catalog.errors import CatalogError
from catalog.models import IngestRun, Recording
from catalog.published_files import STATES
from catalog.writing import writing
from ingest.published import GLOBAL_FOLDER, TOPIC, Layout
from ingest.report import RunReport
from ingest.writing.problems import read_problems
from ingest.writing.runs import amend_run

logger = logging.getLogger(__name__)

REMEMBERING_SECONDS = 1.0
"""How long an import that had nothing to do waits for its turn to remember the state of the files, in seconds."""
MOST_STATES = 8
"""States of a recording's files that are remembered, the latest: there may be copies of the folder."""


@dataclass
class History:
    """The imports that this catalog has seen, newest first."""

    runs: list[tuple[int, dict[str, Any]]]
    same: list[int]
    """The runs that this folder was imported by, or one with the same recordings."""

    @classmethod
    def read(cls, connection: Connection, layout: Layout) -> History:
        """Return the imports that this catalog has seen, and which of them were of this folder."""
        statement = sa.select(IngestRun.id, IngestRun.parameters).where(
            IngestRun.command == "import", IngestRun.status == "done"
        )
        runs = [
            (run_id, parameters) for run_id, parameters in connection.execute(statement.order_by(IngestRun.id.desc()))
        ]
        folder, known = os.path.abspath(layout.root), {*layout.known, GLOBAL_FOLDER}
        same = [run_id for run_id, found in runs if found["folder"] == folder or found["digests"].keys() <= known]
        return cls(runs, same)

    def is_unchanged(self, connection: Connection, layout: Layout, parts: Mapping[str, str]) -> bool:
        """Tell whether the catalog holds what an import of these files would write."""
        return self._stimuli_unchanged(layout, parts) and all(
            self._recording_unchanged(connection, name, parts[name]) for name in layout.recordings
        )

    def _stimuli_unchanged(self, layout: Layout, parts: Mapping[str, str]) -> bool:
        for _, parameters in self.runs:
            # A run with a selection has not written the videos that nobody in it shows.
            complete = layout.selected or not parameters["selected"]
            if complete and parameters["digests"][GLOBAL_FOLDER] == parts[GLOBAL_FOLDER]:
                return True
            if parameters["replaced_stimuli"]:
                return False
        return False

    def _recording_unchanged(self, connection: Connection, name: str, digest: str) -> bool:
        run_id = connection.scalar(sa.select(Recording.run_id).where(Recording.name == name))
        last = next((run for run in self.runs if name in run[1]["digests"]), None)
        if run_id is None or last is None or last[1]["digests"][name] != digest:
            return False
        # What came in later than that import, raw arrays say, has not been compared with it.
        return run_id <= last[0]

    def with_states(self, states: Mapping[str, str]) -> dict[int, dict[str, Any]]:
        """Return the parameters of the runs that take in a state they do not know: each recording's latest run."""
        found: dict[int, dict[str, Any]] = {}
        for name, state in states.items():
            run_id, parameters = next(run for run in self.runs if name in run[1]["digests"])
            parameters = found.get(run_id, parameters)
            known = parameters.get(STATES, {})
            if state not in known.get(name, ()):
                latest = [*known.get(name, ()), state][-MOST_STATES:]
                found[run_id] = {**parameters, STATES: {**known, name: latest}}
        return found

    def report(self, connection: Connection, layout: Layout, seconds: float) -> RunReport:
        """Return the report of an import that had nothing to do."""
        problems = read_problems(connection, TOPIC, recordings=layout.recordings, general_of_runs=self.same)
        names = list(layout.recordings)
        return RunReport("import", None, names, problems=problems, unchanged=True, seconds=seconds)


def remember_states(engine: Engine, layout: Layout, states: Mapping[str, str]) -> None:
    """Remember that files in these states hold what the catalog has; one that cannot be written is left as it is."""
    try:
        with writing(engine, patience=REMEMBERING_SECONDS) as connection:
            for run_id, parameters in History.read(connection, layout).with_states(states).items():
                amend_run(connection, run_id, parameters)
    except (DBAPIError, CatalogError) as error:
        logger.debug("the state of %s is not remembered: %s", layout.root, error)
