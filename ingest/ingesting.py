"""`catalog ingest`: raw recordings into the catalog, each in one transaction, in an order that depends on content."""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Engine

from catalog.errors import InputError, nearest
from catalog.models import IngestRun
from ingest.analysis.version import ANALYSIS_VERSION
from ingest.facts import Problem, RecordingFacts
from ingest.identifying import identify
from ingest.importing import import_metadata
from ingest.published import find_layout
from ingest.reading.layout import TOPIC, RecordingFolder, find_recordings
from ingest.reading.session import SessionMeta, read_session
from ingest.reconciling import reconcile
from ingest.recording import RawRecording, assemble
from ingest.report import RunReport
from ingest.trial import TrialResult, TrialTask, read_trial
from ingest.writing.catalogs import open_or_create
from ingest.writing.identities import remove_unshown, videos_of
from ingest.writing.problems import clear_problems, write_problems
from ingest.writing.recordings import replace_recording
from ingest.writing.runs import finish_run, recorded_run, writing
from ingest.writing.stored import stored_facts, stored_sources

SAMPLING_FREQ = 30.0
"""Hz; the raw files do not tell it."""

Progress = Callable[[str], object]


@dataclass(frozen=True)
class _Input:
    """The recordings to take in, in order, and what else was found in the data folder."""

    recordings: list[tuple[RecordingFolder, SessionMeta]]
    problems: list[Problem]


def ingest_recordings(
    database: str | os.PathLike[str],
    data: str | os.PathLike[str],
    *,
    metadata: str | os.PathLike[str] | None = None,
    recordings: Sequence[str] | None = None,
    workers: int | None = None,
    executor: Executor | None = None,
    sampling_freq: float = SAMPLING_FREQ,
    progress: Progress = lambda line: None,
) -> RunReport:
    """Take raw recordings into a catalog, which is made if it is not there.

    The rows do not depend on the order of files, on the number of workers, or on whether arrays are stored as float32
    or float64. A recording that is in the catalog is replaced; video and segment IDs, once given, stay.

    Parameters
    ----------
    database
        A path, `sqlite:///path` or `postgresql://…`.
    data
        The folder that holds the recordings, or one recording.
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
    progress
        Is called with a line of text after each recording.

    Raises
    ------
    InputError
        There is nothing to take in; nothing was changed.
    DatabaseError
        The database cannot be used; nothing was changed.
    """
    start = time.monotonic()
    found = _find(Path(data), recordings)
    names = [folder.name for folder, _ in found.recordings]
    wanted = None if recordings is None else names
    if metadata is not None:
        find_layout(metadata, wanted)
    engine = open_or_create(database)
    n_workers = workers or _cores()
    try:
        with _executor(executor, n_workers) as pool:
            work = _Ingest(engine, found, sampling_freq, progress)
            work.run({"data": str(Path(data).absolute()), "recordings": recordings}, pool, n_workers)
    finally:
        engine.dispose()
    # Disagreements about segments belong to no recording: each transaction tells them.
    problems = list(dict.fromkeys(work.problems))
    if metadata is not None:
        # In the end, so that it is compared with what the arrays tell now, not with rows of an earlier ingest.
        imported = import_metadata(database, metadata, recordings=wanted)
        problems = [*(problem for problem in problems if problem.topic == TOPIC), *imported.problems]
    return RunReport("ingest", work.run_id, names, dict(work.counts), problems, seconds=time.monotonic() - start)


@dataclass
class _Ingest:
    """One ingest at work: recording after recording, each in a transaction of its own."""

    engine: Engine
    found: _Input
    sampling_freq: float
    progress: Progress
    run_id: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    def run(self, parameters: dict[str, Any], pool: Executor | None, workers: int) -> None:
        """Write all rows."""
        parameters = {**parameters, "sampling_freq": self.sampling_freq}
        with recorded_run(self.engine, "ingest", parameters, analysis_version=ANALYSIS_VERSION) as self.run_id:
            for folder, meta in self.found.recordings:
                began = time.monotonic()
                recording = assemble(folder, meta, _results(folder, pool, workers), self.sampling_freq)
                told = _write(self.engine, recording, self.run_id)
                self.problems += told
                self.counts.update(trials=len(recording.facts.trials), neurons=len(recording.facts.neurons))
                self.progress(_line(recording, told, time.monotonic() - began))
            with writing(self.engine) as connection:
                self._write_problems_of_the_folder(connection, parameters)
                finish_run(connection, self.run_id)

    def _write_problems_of_the_folder(self, connection: Connection, parameters: Mapping[str, Any]) -> None:
        """Record what was found beside the recordings, in place of what an earlier run found there."""
        concerned = {problem.recording for problem in self.found.problems if problem.recording is not None}
        # A choice of recordings says nothing of what else the folder holds.
        earlier = _earlier_runs(connection, parameters["data"]) if parameters["recordings"] is None else []
        clear_problems(connection, TOPIC, recordings=sorted(concerned), general_of_runs=earlier)
        write_problems(connection, self.run_id, self.found.problems)
        self.problems += self.found.problems


def plan(
    database: str | os.PathLike[str], data: str | os.PathLike[str], *, recordings: Sequence[str] | None = None
) -> tuple[list[str], list[list[Any]]]:
    """Return what an ingest would take in, as column names and rows, without changing anything."""
    found = _find(Path(data), recordings)
    stored = stored_sources(database)
    rows = []
    for folder, meta in found.recordings:
        paths = [folder.path / path for files in folder.files.values() for path in files.values()]
        # Those that cannot be read are told when they are taken in.
        size = sum(path.stat().st_size for path in paths if path.is_file())
        n_problems = len(folder.problems) + len(meta.problems)
        there = {"raw": "replace", "published": "replace published rows"}.get(stored.get(folder.name, ""), "add")
        rows.append([folder.name, there, len(folder.files), len(paths), round(size / 1e6, 1), n_problems])
    return ["recording", "would", "trials", "files", "MB", "problems"], rows


def _find(data: Path, wanted: Sequence[str] | None) -> _Input:
    """Return the recordings of a folder in the order of their contents; see `SessionMeta.digest`."""
    try:
        str(data.absolute()).encode()
    except UnicodeEncodeError as error:
        raise InputError(f"the path {str(data)!r} is not UTF-8; rename its folders") from error
    if not data.exists():
        raise InputError(f"there is no folder {data}; expected the one that holds the recordings")
    if not data.is_dir():
        raise InputError(f"{data} is not a folder; expected the one that holds the recordings")
    try:
        folders, problems = find_recordings(data)
    except OSError as error:
        raise InputError(f"cannot list {error.filename or data}: {error.strerror}") from error
    if not folders:
        raise InputError(_nothing_found(data, problems))
    if wanted is not None:
        folders = _chosen(folders, wanted)
        problems = []
    usable = [folder for folder in folders if folder.files]
    for folder in folders:
        if not folder.files:
            message = f"{folder.path.name} holds no trials"
            problems.append(Problem("error", "no_trials", TOPIC, message, "passed it over", folder.name))
    if not usable:
        raise InputError(f"no recording in {data} holds a trial: expected files like data/videos/0.npy")
    described = [(folder, read_session(folder)) for folder in usable]
    return _Input(sorted(described, key=lambda one: (one[1].digest(), one[0].name)), problems)


def _nothing_found(data: Path, problems: Sequence[Problem]) -> str:
    expected = "expected folders dynamic<animal>-<session>-<scan>-Video-<32 hex> with data/videos/0.npy and so on"
    packed = [problem.path for problem in problems if problem.kind == "packed_recording"]
    if packed:
        return f"{data} holds only packed recordings ({packed[0]} and so on): unpack them first"
    for child in sorted(path for path in data.iterdir() if path.is_dir()):
        if find_recordings(child)[0]:
            return f"{data} holds no recording, but {child} does: give that one"
    return f"{data} holds no recording: {expected}"


def _chosen(folders: Sequence[RecordingFolder], wanted: Sequence[str]) -> list[RecordingFolder]:
    by_name = {name: folder for folder in folders for name in (folder.path.name, folder.name)}
    unknown = [name for name in wanted if name not in by_name]
    if unknown:
        raise InputError(f"no recording here is called {unknown[0]!r}. {nearest(unknown[0], by_name)}")
    names = {by_name[name].name for name in wanted}
    return [folder for folder in folders if folder.name in names]


def _results(folder: RecordingFolder, pool: Executor | None, workers: int) -> Iterator[TrialResult]:
    tasks = [TrialTask(folder.name, folder.path, trial, files) for trial, files in folder.files.items()]
    return map(read_trial, tasks) if pool is None else _in_order(pool, tasks, 4 * workers)


def _in_order(pool: Executor, tasks: Iterable[TrialTask], ahead: int) -> Iterator[TrialResult]:
    """Yield results in the order of the tasks, with at most `ahead` of them under way: results are large."""
    under_way: deque[Future[TrialResult]] = deque()
    for task in tasks:
        under_way.append(pool.submit(read_trial, task))
        if len(under_way) >= ahead:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()


@contextmanager
def _executor(executor: Executor | None, workers: int) -> Iterator[Executor | None]:
    """Yield where to run: the caller's executor, processes of our own, or None for this process."""
    if executor is not None or workers == 1:
        yield executor
        return
    # Fresh processes: forked ones would share this one's database connections and threads.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        try:
            yield pool
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _write(engine: Engine, recording: RawRecording, run_id: int) -> list[Problem]:
    """Write one recording, all or nothing; return everything found wrong with it."""
    facts = recording.facts
    with writing(engine) as connection:
        old = stored_facts(connection, facts.name)
        ids = identify(connection, list(recording.analyses.values()), facts.columns["sampling_freq"])
        _complete(facts, ids, old)
        before = videos_of(connection, facts.name)
        replace_recording(connection, facts, run_id)
        clear_problems(connection, TOPIC, recordings=[facts.name])
        write_problems(connection, run_id, facts.problems)
        told = reconcile(connection, facts, old, run_id) if old is not None else []
        remove_unshown(connection, before)
    return [*facts.problems, *told]


def _complete(facts: RecordingFacts, ids: Mapping[str, str], old: RecordingFacts | None) -> None:
    """Add what the recording's own arrays do not tell: its trials' videos, and what published metadata says of it."""
    names = {trial.trial: trial.columns["published_video_id"] for trial in old.trials} if old is not None else {}
    for trial in facts.trials:
        trial.columns["video_id"] = ids.get(trial.columns["video_hash"])
        trial.columns["published_video_id"] = names.get(trial.trial)
    if old is not None:
        facts.columns |= {url: old.columns[url] for url in ("dataset_url", "data_url")}
        facts.dictionaries = old.dictionaries


def _earlier_runs(connection: Connection, data: str) -> list[int]:
    """Return the runs over the same folder: what they found beside its recordings is found anew."""
    runs = connection.execute(sa.select(IngestRun.id, IngestRun.parameters).where(IngestRun.command == "ingest"))
    return [run_id for run_id, parameters in runs if parameters["data"] == data]


def _line(recording: RawRecording, problems: Sequence[Problem], seconds: float) -> str:
    facts = recording.facts
    found = f", {len(problems)} problems" if problems else ""
    return f"{facts.name}: {len(facts.trials)} trials, {len(facts.neurons)} neurons{found} ({seconds:.1f} s)"
