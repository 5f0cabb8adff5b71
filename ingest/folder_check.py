"""What is wrong with a data folder's entries, on record: recordings without trials, broken zips, what is no recording.

What is wrong inside a recording is on record with its rows. This is not: a recording that cannot be looked into keeps
its rows and their problems, and its entry may be mended without a change to its files.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from catalog.arrays.finding import DOUBLED
from catalog.models import IngestRun, Recording
from ingest.finding import Input
from ingest.reading.layout import FOLDER_TOPIC
from ingest.writing.problems import StoredProblem, forget_problems, stored_problems, write_problems

REAL_PATH = "real_path"
"""The key in a run's parameters under which it keeps where its data folder is, without symbolic links."""


@dataclass(frozen=True)
class FolderCheck:
    """What was found in a data folder, which takes the place of what earlier runs found there.

    What another folder's runs found stays, but for recordings that are whole here.

    Attributes
    ----------
    data
        The folder, without symbolic links: it may have been named in several ways.
    whole
        Whether all its recordings were asked for: a choice of them says nothing of what else it holds.
    found
        Its recordings, and what is wrong with its entries.
    writers
        The run that had written each recording in the catalog when the folder was looked at.
    """

    data: str
    whole: bool
    found: Input
    writers: Mapping[str, int | None]

    def is_on_record(self, connection: Connection) -> bool:
        """Tell whether what was found is on record, and nothing else."""
        return {one.problem for one in self._replaced(connection)} == set(self.found.problems)

    def write(self, connection: Connection, run_id: int) -> None:
        """Record what was found in place of what was on record; but not what another run has found mended since."""
        forget_problems(connection, [one.id for one in self._replaced(connection)])
        raw = sa.select(Recording.name, Recording.run_id).where(Recording.source == "raw")
        now = connection.execute(raw)
        changed = {name for name, writer in now if writer not in (self.writers.get(name), run_id)}
        mended = changed - self._taken_in()
        write_problems(connection, run_id, [one for one in self.found.problems if one.recording not in mended])

    def _replaced(self, connection: Connection) -> list[StoredProblem]:
        """Return what is on record and was looked at anew."""
        here, whole = self._runs_of_the_folder(connection), self._taken_in()
        concerned = whole | {one.recording for one in self.found.problems if one.recording is not None}

        def replaces(one: StoredProblem) -> bool:
            name = one.problem.recording
            if one.run_id in here and (self.whole or name in concerned):
                return True
            # That another folder has it twice is no matter of its being whole here.
            return name in whole and one.problem.kind != DOUBLED

        return list(filter(replaces, stored_problems(connection, FOLDER_TOPIC)))

    def _taken_in(self) -> set[str]:
        return {candidate.folder.name for candidate in self.found.candidates}

    def _runs_of_the_folder(self, connection: Connection) -> set[int]:
        statement = sa.select(IngestRun.id, IngestRun.parameters).where(IngestRun.command == "ingest")
        runs = connection.execute(statement).all()
        return {run_id for run_id, parameters in runs if _real_path(parameters) == self.data}


def _real_path(parameters: Mapping[str, Any]) -> str:
    kept: str | None = parameters.get(REAL_PATH)
    # Runs of early versions did not keep it.
    return kept or os.path.realpath(parameters["data"])
