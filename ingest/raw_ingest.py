"""One ingest of raw recordings at work: recording after recording, each in a transaction of its own."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from catalog.arrays import UnreachableError
from catalog.counts import counted
from ingest.analysis.version import ANALYSIS_VERSION
from ingest.changes import Candidate, Job, what_stays
from ingest.committing import commit_recording
from ingest.comparing import UNREACHABLE, Comparison
from ingest.facts import Problem
from ingest.finding import Input, in_order_of_content
from ingest.folder_check import REAL_PATH, FolderCheck
from ingest.progress import Meter
from ingest.reading.layout import TOPIC
from ingest.reading.session import SessionMeta
from ingest.reconciling import told_before
from ingest.recording import RawRecording, assemble, require_something_read
from ingest.report import RunReport
from ingest.stopping import stopping
from ingest.trial_reader import TrialReader
from ingest.writing.attempts import attempt
from ingest.writing.problems import clear_problems, read_problems, write_problems
from ingest.writing.runs import OpenRun, fail_ended_runs, finish_run, recorded_run
from ingest.writing.statistics import refresh_statistics

logger = logging.getLogger(__name__)

LEFT = "left the recording as it was; the same command takes it in when it can be read"


@dataclass
class RawIngest:
    """What is to be taken in, by whom, and how far that is.

    Attributes
    ----------
    comparison
        What the catalog has of the recordings.
    reader
        By whom trials are read.
    parameters
        Those of `ingest_recordings` that are kept with the run.
    problems
        All that was found wrong, or is on record as wrong about what is unchanged.
    """

    engine: Engine
    found: Input
    comparison: Comparison
    reader: TrialReader
    parameters: dict[str, Any]
    meter: Meter
    problems: list[Problem] = field(default_factory=list)
    _open_run: OpenRun | None = None
    _done: list[str] = field(default_factory=list)
    _lost: list[str] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)
    _to_come: list[Candidate] = field(default_factory=list)

    def work(self) -> None:
        """Find out what has changed, and write all rows that have to be written."""
        fail_ended_runs(self.engine)
        changed = self._changed()
        if not changed and self._knows_the_folder():
            return
        version = {"analysis_version": ANALYSIS_VERSION}
        with recorded_run(self.engine, "ingest", self.parameters, **version) as self._open_run, stopping(self.engine):
            in_order = in_order_of_content(changed, self._leave)
            self._to_come = [candidate for candidate, _ in in_order]
            for candidate, meta in in_order:
                del self._to_come[0]
                try:
                    self._take(candidate, meta)
                except UnreachableError as error:
                    self._leave(candidate, error)
            attempt(self._finish, "recording the end of the run")

    def report(self) -> RunReport:
        """Return what was done, without problems."""
        return RunReport(
            "ingest",
            self._open_run.id if self._open_run is not None else None,
            [*self._done, *self.comparison.unchanged],
            dict(self._counts),
            unchanged=self._open_run is None,
            left=self.comparison.unchanged,
            outdated=self.comparison.of_older_analysis,
            lost=self._lost,
            trials_read=self.meter.now.trials[0],
        )

    @property
    def _run(self) -> OpenRun:
        assert self._open_run is not None
        return self._open_run

    @property
    def _folder_check(self) -> FolderCheck:
        whole = self.parameters["recordings"] is None
        return FolderCheck(self.parameters[REAL_PATH], whole, self.found, self.comparison.writers)

    def _changed(self) -> list[Candidate]:
        """Return the recordings about which something is to be done, and tell how much that is."""
        changed = self.comparison.changed(self.found.candidates)
        unchanged = self.comparison.unchanged
        with self.engine.connect() as connection:
            self.problems += self.comparison.problems_of_unchanged()
            self.problems += told_before(connection, unchanged)
        to_read = [size for candidate in changed for size in self.comparison.bytes_to_read(candidate)]
        self.meter.start(len(changed), len(to_read), sum(to_read), len(unchanged))
        return changed

    def _knows_the_folder(self) -> bool:
        with self.engine.connect() as connection:
            known = self._folder_check.is_on_record(connection)
        self.problems += self.found.problems if known else []
        return known

    def _finish(self) -> None:
        with self._run.writing() as connection:
            self._folder_check.write(connection, self._run.id)
            if self._done:
                refresh_statistics(connection)
            finish_run(connection, self._run.id)
        self.problems += self.found.problems

    def _take(self, candidate: Candidate, meta: SessionMeta) -> None:
        """Read and write one recording; again, if another process has written it meanwhile."""
        told, name = None, candidate.folder.name
        while told is None:
            began = time.monotonic()
            job = attempt(partial(self.comparison.job_now, candidate), f"looking up {name}")
            if job is None:
                self._tell_of_other(name)
                return
            job.listing = job.listing.as_read(meta.files)
            results = self.reader.results(job, self._next)
            recording = assemble(job.folder, meta, results, self.comparison.sampling_freq, job.activity)
            require_something_read(job.folder, recording.facts)
            job.listing.require_one_zip(file for trial in recording.facts.trials for file in trial.files)
            told = attempt(partial(commit_recording, self._run, job, recording, self.parameters), f"writing {name}")
        self._done.append(name)
        self.problems += told
        self._counts.update(trials=len(recording.facts.trials), neurons=len(recording.facts.neurons))
        self.meter.recording(name, _line(recording, told, time.monotonic() - began), told)

    def _tell_of_other(self, name: str) -> None:
        """Tell of a recording that another process has taken in since this run began."""
        with self.engine.connect() as connection:
            told = [*read_problems(connection, TOPIC, recordings=[name]), *told_before(connection, [name])]
        self.problems += told
        self.meter.recording(name, f"{name}: another process has taken it in meanwhile", told)

    def _leave(self, candidate: Candidate, error: UnreachableError) -> None:
        """Leave a recording as it is in the catalog, and say why."""
        name = candidate.folder.name
        problem = Problem("error", UNREACHABLE, TOPIC, str(error), LEFT, name)
        attempt(partial(self._write_unreachable, name, problem), f"recording that {name} cannot be reached")
        self._lost.append(name)
        self.problems.append(problem)
        self.meter.recording(name, f"{name}: left as it was: {error}", [problem])

    def _write_unreachable(self, name: str, problem: Problem) -> None:
        with self._run.writing() as connection:
            clear_problems(connection, TOPIC, recordings=[name], kind=UNREACHABLE)
            write_problems(connection, self._run.id, [problem])

    def _next(self) -> Job | None:
        """Return what is probably to be done about the next recording."""
        if not self._to_come:
            return None
        try:
            with self.engine.connect() as connection:
                return what_stays(connection, self._to_come[0])
        except DBAPIError as error:
            # When its turn has come, that is looked up again, and more patiently.
            logger.info("nothing is read ahead: %s", error)
            return None


def _line(recording: RawRecording, problems: Sequence[Problem], seconds: float) -> str:
    facts = recording.facts
    found = f", {counted(len(problems), 'problem')}" if problems else ""
    there = f"{counted(len(facts.trials), 'trial')}, {counted(len(facts.neurons), 'neuron')}"
    return f"{facts.name}: {there}{found} ({seconds:.1f} s)"
