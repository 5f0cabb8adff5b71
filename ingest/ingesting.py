"""`catalog ingest`: raw recordings into the catalog, each in one transaction, in an order that depends on content."""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from catalog.arrays import UnreachableError
from catalog.arrays.digests import ALGORITHMS, CRC32
from catalog.database import display_name
from catalog.errors import DatabaseError, InputError, StoppedError, nearest
from catalog.faults import unusable
from catalog.models import IngestRun
from ingest.analysis.version import ANALYSIS_VERSION
from ingest.changes import Candidate, Job, is_current, is_outdated, same_content, what_stays
from ingest.committing import commit_recording
from ingest.facts import Problem
from ingest.finding import Input, find_input, in_order_of_content
from ingest.importing import import_metadata
from ingest.progress import Listener, Meter
from ingest.published import find_layout
from ingest.reading.layout import TOPIC, RecordingFolder
from ingest.reading.listing import Mark, file_digests
from ingest.reading.session import SessionMeta
from ingest.reconciling import told_before
from ingest.recording import SAMPLING_FREQ, RawRecording, assemble, require_something_read
from ingest.report import RunReport
from ingest.trial import UNREADABLE
from ingest.trial_reader import TrialReader
from ingest.workers import Workers, open_workers
from ingest.writing.attempts import attempt
from ingest.writing.catalogs import open_or_create
from ingest.writing.problems import clear_problems, read_problems, write_problems
from ingest.writing.runs import OpenRun, fail_ended_runs, finish_run, recorded_run
from ingest.writing.statistics import refresh_statistics
from ingest.writing.stored import StoredSource, run_of, stored_digests, stored_sources

logger = logging.getLogger(__name__)

UNREACHABLE = "unreachable"
LEFT = "left the recording as it was; the same command takes it in when it can be read"


@dataclass(frozen=True)
class _Options:
    """With what a run takes recordings in; see `ingest_recordings`."""

    sampling_freq: float
    recheck: bool
    outdated: bool
    digest: str | None = None


def ingest_recordings(
    database: str | os.PathLike[str],
    data: str | os.PathLike[str],
    *,
    metadata: str | os.PathLike[str] | None = None,
    recordings: Sequence[str] | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    sampling_freq: float = SAMPLING_FREQ,
    recheck: bool = False,
    outdated: bool = False,
    digest: str | None = None,
    progress: Listener = lambda progress: None,
) -> RunReport:
    """Take raw recordings into a catalog, which is made if it is not there.

    The rows do not depend on the order of files, on the number of workers, or on whether arrays are stored as float32
    or float64. A recording whose files are what they were is not read again; of one that has changed, the trials that
    are new or other than before are read, and its rows are replaced. Video and segment IDs, once given, stay.

    Parameters
    ----------
    database
        A path, `sqlite:///path` or `postgresql://…`.
    data
        The folder that holds the recordings, in folders and zips, or one recording.
    metadata
        A folder of published metadata, imported with them: its IDs become aliases of those derived from content.
    recordings
        Names of the recordings to take in; all by default.
    workers
        Processes that read and analyse trials; by default one for each core.
    executor
        Where to run instead of in processes of our own; `workers` then says how many trials may be under way.
    sampling_freq
        Frames a second, in Hz.
    recheck
        Recognise unchanged files by their digests, for which all are read, instead of by size and modification time.
    outdated
        Read everything of recordings whose rows were made by another version of the analysis.
    digest
        By what the digests of the files that are read are made: `crc32`, or `sha256`, which costs two to four times
        as much. By default as the digest on record of the same file, and `crc32` for files that have none.
    progress
        Is called when the run has started, after each trial and each recording, and in the end.

    Raises
    ------
    InputError
        There is nothing to take in; nothing was changed.
    DatabaseError
        The database cannot be used; nothing was changed.
    StoppedError
        The database failed in the middle; recordings that were told of before are in the catalog, whole.
    """
    start = time.monotonic()
    if digest is not None and digest not in ALGORITHMS:
        raise InputError(f"{digest!r} is no kind of digest. {nearest(digest, ALGORITHMS)}")
    found = find_input(Path(data), recordings)
    wanted = None if recordings is None else [one.folder.name for one in found.candidates]
    if metadata is not None:
        find_layout(metadata, wanted)
    engine = open_or_create(database)
    parameters = {"data": str(Path(data).absolute()), "recordings": recordings, "sampling_freq": sampling_freq}
    try:
        with open_workers(executor, workers) as crew:
            options = _Options(sampling_freq, recheck, outdated, digest)
            work = _Ingest(engine, found, options, parameters, crew, Meter(progress))
            work.work()
        # Disagreements about segments belong to no recording: each transaction tells them.
        problems = list(dict.fromkeys(work.problems))
        report = work.report()
        if metadata is not None:
            # In the end, so that it is compared with what the arrays tell now, not with rows of an earlier ingest.
            with _stopping(engine):
                imported = import_metadata(database, metadata, recordings=wanted)
            problems = [problem for problem in problems if problem.topic == TOPIC]
            problems += imported.problems
            if imported.unchanged:
                problems += _told_before(engine, report.recordings)
            alone = [] if imported.unchanged else sorted(set(imported.recordings) - set(report.recordings))
            report = replace(report, unchanged=report.unchanged and imported.unchanged, published_only=alone)
    except DBAPIError as error:
        raise unusable(error, display_name(engine.url)) from error
    finally:
        engine.dispose()
    work.meter.finish(problems)
    return replace(report, problems=problems, seconds=time.monotonic() - start)


@dataclass
class _Ingest:
    """One ingest at work: recording after recording, each in a transaction of its own."""

    engine: Engine
    found: Input
    options: _Options
    parameters: dict[str, Any]
    crew: Workers
    meter: Meter
    open_run: OpenRun | None = None
    sources: dict[str, StoredSource] = field(default_factory=dict)
    """What each recording in the catalog was made from when it was last looked at."""
    done: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    on_record: dict[str, list[Problem]] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    to_come: list[Candidate] = field(default_factory=list)

    def work(self) -> None:
        """Find out what has changed, and write all rows that have to be written."""
        fail_ended_runs(self.engine)
        changed = self._changed()
        if not changed and self._knows_the_folder():
            return
        version = {"analysis_version": ANALYSIS_VERSION}
        with recorded_run(self.engine, "ingest", self.parameters, **version) as self.open_run, _stopping(self.engine):
            in_order = in_order_of_content(changed, self._leave)
            self.to_come = [candidate for candidate, _ in in_order]
            for candidate, meta in in_order:
                del self.to_come[0]
                try:
                    self._take(candidate, meta)
                except UnreachableError as error:
                    self._leave(candidate, error)
            attempt(self._finish, "recording the end of the run")

    @property
    def reader(self) -> TrialReader:
        """By whom trials are read."""
        return TrialReader(self.crew, self.meter, self.options.digest)

    @property
    def run(self) -> OpenRun:
        """The run, which is on record."""
        assert self.open_run is not None
        return self.open_run

    def report(self) -> RunReport:
        """Return what was done, without problems."""
        return RunReport(
            "ingest",
            self.open_run.id if self.open_run is not None else None,
            [*self.done, *self.unchanged],
            dict(self.counts),
            unchanged=self.open_run is None,
            left=self.unchanged,
            outdated=self.outdated,
            lost=self.lost,
            trials_read=self.meter.now.trials[0],
        )

    def _changed(self) -> list[Candidate]:
        """Return the recordings about which something is to be done, and tell how much that is."""
        with self.engine.connect() as connection:
            self.sources = stored_sources(connection)
            names = [found.folder.name for found in self.found.candidates]
            for problem in read_problems(connection, TOPIC, recordings=names):
                self.on_record.setdefault(str(problem.recording), []).append(problem)
        changed, to_read = [], []
        for found in self.found.candidates:
            candidate = self._with_what_is_known(found)
            # Connections are short: a file may take long to answer, and a server gives idle ones up.
            with self.engine.connect() as connection:
                try:
                    if self._is_unchanged(connection, candidate):
                        continue
                except UnreachableError as error:
                    logger.info("%s: %s", candidate.folder.name, error)
                changed.append(candidate)
                files = what_stays(connection, candidate).files_to_read().values()
                to_read += [candidate.listing.bytes_of(some) for some in files]
        self.problems += [problem for name in self.unchanged for problem in self.on_record.get(name, ())]
        self.problems += _told_before(self.engine, self.unchanged)
        self.meter.start(len(changed), len(to_read), sum(to_read), len(self.unchanged))
        return changed

    def _with_what_is_known(self, found: Candidate) -> Candidate:
        stored = self.sources.get(found.folder.name)
        if stored is None or (self.options.outdated and is_outdated(stored)):
            return found
        return replace(found, stored=stored, digests=self._digests(found.folder) if self.options.recheck else None)

    def _is_unchanged(self, connection: Connection, candidate: Candidate) -> bool:
        on_record = self.on_record.get(candidate.folder.name, ())
        if any(problem.kind == UNREACHABLE for problem in on_record):
            return False
        unread = [problem.path for problem in on_record if problem.kind == UNREADABLE and problem.path is not None]
        if not is_current(candidate, self.options.sampling_freq, unread) or not same_content(connection, candidate):
            return False
        self.unchanged.append(candidate.folder.name)
        if candidate.stored is not None and is_outdated(candidate.stored):
            self.outdated.append(candidate.folder.name)
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

    def _knows_the_folder(self) -> bool:
        """Tell whether what was found beside the recordings is on record, and nothing else."""
        with self.engine.connect() as connection:
            where = self._where_problems_of_the_folder_are(connection)
            on_record = read_problems(connection, TOPIC, **where)
        if set(on_record) != set(self.found.problems):
            return False
        self.problems += on_record
        return True

    def _where_problems_of_the_folder_are(self, connection: Connection) -> dict[str, Any]:
        concerned = {problem.recording for problem in self.found.problems if problem.recording is not None}
        # A choice of recordings says nothing of what else the folder holds.
        whole = self.parameters["recordings"] is None
        earlier = _earlier_runs(connection, self.parameters["data"]) if whole else []
        return {"recordings": sorted(concerned), "general_of_runs": earlier}

    def _finish(self) -> None:
        with self.run.writing() as connection:
            self._write_problems_of_the_folder(connection)
            if self.done:
                refresh_statistics(connection)
            finish_run(connection, self.run.id)
        self.problems += self.found.problems

    def _write_problems_of_the_folder(self, connection: Connection) -> None:
        """Record what was found beside the recordings, in place of what an earlier run found there."""
        clear_problems(connection, TOPIC, **self._where_problems_of_the_folder_are(connection))
        write_problems(connection, self.run.id, self.found.problems)

    def _take(self, candidate: Candidate, meta: SessionMeta) -> None:
        """Read and write one recording; again, if another process has written it meanwhile."""
        told, name = None, candidate.folder.name
        while told is None:
            began = time.monotonic()
            job = attempt(partial(self._job, candidate), f"looking up {name}")
            if job is None:
                self._tell_of_other(name)
                return
            job.listing = job.listing.as_read(meta.files)
            results = self.reader.results(job, self._next)
            recording = assemble(job.folder, meta, results, self.options.sampling_freq, job.activity)
            require_something_read(job.folder, recording.facts)
            job.listing.require_one_zip(file for trial in recording.facts.trials for file in trial.files)
            told = attempt(partial(commit_recording, self.run, job, recording, self.parameters), f"writing {name}")
        self.done.append(name)
        self.problems += told
        self.counts.update(trials=len(recording.facts.trials), neurons=len(recording.facts.neurons))
        self.meter.recording(name, _line(recording, told, time.monotonic() - began), told)

    def _tell_of_other(self, name: str) -> None:
        """Tell of a recording that another process has taken in since this run began."""
        with self.engine.connect() as connection:
            told = [*read_problems(connection, TOPIC, recordings=[name]), *told_before(connection, [name])]
        self.problems += told
        self.meter.recording(name, f"{name}: another process has taken it in meanwhile", told)

    def _job(self, candidate: Candidate) -> Job | None:
        """Return what is to be done about a recording now; None if another process has done it since this run began."""
        name = candidate.folder.name
        known = self.sources.get(name)
        with self.engine.connect() as connection:
            writer = run_of(connection, name)
            changed = writer != (known.run_id if known is not None else None)
            if changed:
                logger.info("another process has changed %s meanwhile", name)
                now = stored_sources(connection)
        if changed:
            self.sources.pop(name, None)
            self.sources |= {name: now[name]} if name in now else {}
            candidate = self._with_what_is_known(Candidate(candidate.folder, candidate.listing))
        with self.engine.connect() as connection:
            if changed and self._is_unchanged(connection, candidate):
                return None
            return replace(what_stays(connection, candidate), writer=writer)

    def _leave(self, candidate: Candidate, error: UnreachableError) -> None:
        """Leave a recording as it is in the catalog, and say why."""
        name = candidate.folder.name
        problem = Problem("error", UNREACHABLE, TOPIC, str(error), LEFT, name)
        attempt(partial(self._write_unreachable, name, problem), f"recording that {name} cannot be reached")
        self.lost.append(name)
        self.problems.append(problem)
        self.meter.recording(name, f"{name}: left as it was: {error}", [problem])

    def _next(self) -> Job | None:
        """Return what is probably to be done about the next recording."""
        if not self.to_come:
            return None
        try:
            with self.engine.connect() as connection:
                return what_stays(connection, self.to_come[0])
        except DBAPIError as error:
            # When its turn has come, that is looked up again, and more patiently.
            logger.info("nothing is read ahead: %s", error)
            return None

    def _write_unreachable(self, name: str, problem: Problem) -> None:
        with self.run.writing() as connection:
            clear_problems(connection, TOPIC, recordings=[name], kind=UNREACHABLE)
            write_problems(connection, self.run.id, [problem])


@contextmanager
def _stopping(engine: Engine) -> Iterator[None]:
    """Turn failures of the database into the error that tells how to go on."""
    try:
        yield
    except StoppedError:
        raise
    except (DBAPIError, DatabaseError) as error:
        told = unusable(error, display_name(engine.url)) if isinstance(error, DBAPIError) else error
        raise StoppedError(
            f"{told}. Recordings told of so far are in the catalog; when that is mended, the same command "
            "continues with the rest"
        ) from error


def _told_before(engine: Engine, recordings: Sequence[str]) -> list[Problem]:
    with engine.connect() as connection:
        return told_before(connection, recordings) if recordings else []


def _earlier_runs(connection: Connection, data: str) -> list[int]:
    """Return the runs over the same folder: what they found beside its recordings is found anew."""
    runs = connection.execute(sa.select(IngestRun.id, IngestRun.parameters).where(IngestRun.command == "ingest"))
    return [run_id for run_id, parameters in runs if parameters["data"] == data]


def _line(recording: RawRecording, problems: Sequence[Problem], seconds: float) -> str:
    facts = recording.facts
    found = f", {len(problems)} problems" if problems else ""
    return f"{facts.name}: {len(facts.trials)} trials, {len(facts.neurons)} neurons{found} ({seconds:.1f} s)"
