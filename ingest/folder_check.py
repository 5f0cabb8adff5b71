"""What is wrong with a data folder's entries, on record: recordings without trials, broken zips, what is no recording.

What is wrong inside a recording is on record with its rows. This is not: a recording that cannot be looked into keeps
its rows and their problems, and its entry may be mended without a change to its files.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from catalog.models import IngestRun
from ingest.finding import Input
from ingest.reading.layout import FOLDER_TOPIC
from ingest.writing.problems import clear_problems, read_problems, write_problems


@dataclass(frozen=True)
class FolderCheck:
    """What was found in a data folder, which takes the place of what earlier runs found there.

    Attributes
    ----------
    data
        The folder, as runs have it in their parameters.
    whole
        Whether all its recordings were asked for: a choice of them says nothing of what else it holds.
    found
        Its recordings, and what is wrong with its entries.
    """

    data: str
    whole: bool
    found: Input

    def is_on_record(self, connection: Connection) -> bool:
        """Tell whether what was found is on record, and nothing else."""
        on_record = read_problems(
            connection, FOLDER_TOPIC, recordings=self._recordings(), runs=self._earlier_runs(connection)
        )
        return set(on_record) == set(self.found.problems)

    def write(self, connection: Connection, run_id: int) -> None:
        """Record what was found in place of what was on record."""
        clear_problems(connection, FOLDER_TOPIC, recordings=self._recordings(), runs=self._earlier_runs(connection))
        write_problems(connection, run_id, self.found.problems)

    def _recordings(self) -> list[str]:
        """Return the recordings of which this run can tell: those that are here, whole or broken."""
        here = {candidate.folder.name for candidate in self.found.candidates}
        return sorted(here | {problem.recording for problem in self.found.problems if problem.recording is not None})

    def _earlier_runs(self, connection: Connection) -> list[int]:
        if not self.whole:
            return []
        runs = connection.execute(sa.select(IngestRun.id, IngestRun.parameters).where(IngestRun.command == "ingest"))
        return [run_id for run_id, parameters in runs if parameters["data"] == self.data]
