"""The recordings found, compared with what the catalog has of them: which are to be taken in, and how much of each."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from sqlalchemy import Engine

from catalog.arrays import UnreachableError
from catalog.arrays.digests import CRC32
from ingest.changes import Candidate, Job, is_as_bad, is_current, is_outdated, same_content, what_stays
from ingest.facts import Problem
from ingest.reading.layout import TOPIC, RecordingFolder
from ingest.reading.listing import Mark, file_digests
from ingest.workers import Workers
from ingest.writing.problems import read_problems
from ingest.writing.stored import StoredSource, run_of, stored_digests, stored_sources

logger = logging.getLogger(__name__)

UNREACHABLE = "unreachable"
"""The kind of problem of a recording that was left as it was, since nothing could be read where it lies."""


@dataclass
class Comparison:
    """What the catalog had of recordings when it was last looked at.

    `sampling_freq`, `recheck` and `outdated` are the options of `ingest_recordings`.

    Attributes
    ----------
    unchanged
        The recordings that need nothing done.
    of_older_analysis
        Those among them whose rows were made by another version of the analysis.
    sources
        What each recording in the catalog was made from when it was last looked at.
    writers
        The run that had written each recording in the catalog at the beginning.
    """

    engine: Engine
    crew: Workers
    sampling_freq: float
    recheck: bool
    outdated: bool
    unchanged: list[str] = field(default_factory=list)
    of_older_analysis: list[str] = field(default_factory=list)
    sources: dict[str, StoredSource] = field(default_factory=dict)
    writers: dict[str, int | None] = field(default_factory=dict)
    _problems: dict[str, list[Problem]] = field(default_factory=dict)

    def changed(self, found: Sequence[Candidate]) -> list[Candidate]:
        """Return the recordings about which something is to be done."""
        with self.engine.connect() as connection:
            self.sources = stored_sources(connection)
            self.writers = {name: source.run_id for name, source in self.sources.items()}
            for problem in read_problems(connection, TOPIC, recordings=[one.folder.name for one in found]):
                self._problems.setdefault(str(problem.recording), []).append(problem)
        return [candidate for candidate in map(self._with_what_is_known, found) if not self._is_unchanged(candidate)]

    def bytes_to_read(self, candidate: Candidate) -> list[int]:
        """Return how many bytes are probably to be read of each trial of which any are."""
        with self.engine.connect() as connection:
            files = what_stays(connection, candidate).files_to_read().values()
        return [candidate.listing.bytes_of(some) for some in files]

    def problems_of_unchanged(self) -> list[Problem]:
        """Return what is on record as wrong inside the recordings that need nothing done."""
        return [problem for name in self.unchanged for problem in self._problems.get(name, ())]

    def job_now(self, candidate: Candidate) -> Job | None:
        """Return what is to be done about a recording now; None if another process has done it since this run began."""
        name = candidate.folder.name
        known = self.sources.get(name)
        with self.engine.connect() as connection:
            writer = run_of(connection, name)
            changed = writer != (known.run_id if known is not None else None)
            if changed:
                logger.info("another process has changed %s meanwhile", name)
                now = stored_sources(connection)
                self._problems[name] = read_problems(connection, TOPIC, recordings=[name])
        if changed:
            self.sources.pop(name, None)
            self.sources |= {name: now[name]} if name in now else {}
            candidate = self._with_what_is_known(Candidate(candidate.folder, candidate.listing))
        if changed and self._is_unchanged(candidate):
            return None
        with self.engine.connect() as connection:
            return replace(what_stays(connection, candidate), writer=writer)

    def _with_what_is_known(self, found: Candidate) -> Candidate:
        stored = self.sources.get(found.folder.name)
        if stored is None or (self.outdated and is_outdated(stored)):
            return found
        return replace(found, stored=stored, digests=self._digests(found.folder) if self.recheck else None)

    def _is_unchanged(self, candidate: Candidate) -> bool:
        on_record = self._problems.get(candidate.folder.name, ())
        if any(problem.kind == UNREACHABLE for problem in on_record) or not is_current(candidate, self.sampling_freq):
            return False
        try:
            # Without a connection: a file may take long to answer, and a server gives idle ones up.
            if not is_as_bad(candidate, on_record):
                return False
            with self.engine.connect() as connection:
                if not same_content(connection, candidate):
                    return False
        except UnreachableError as error:
            logger.info("%s: %s", candidate.folder.name, error)
            return False
        self.unchanged.append(candidate.folder.name)
        if candidate.stored is not None and is_outdated(candidate.stored):
            self.of_older_analysis.append(candidate.folder.name)
        return True

    def _digests(self, folder: RecordingFolder) -> dict[str, Mark]:
        with self.engine.connect() as connection:
            known = stored_digests(connection, folder.name)
        tasks = [{path: known.get(path, CRC32) for path in files.values()} for files in folder.files.values()]
        digests: dict[str, Mark] = {}
        try:
            for some in self.crew.map(partial(file_digests, folder.path), tasks):
                digests |= some
        except UnreachableError as error:
            # Then nothing is known again, and reading it tells why.
            logger.info("%s: %s", folder.name, error)
            return {}
        return digests
