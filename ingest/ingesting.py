"""`catalog ingest`: raw recordings into the catalog, and published metadata with them."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from catalog.arrays.digests import ALGORITHMS
from catalog.database import display_name
from catalog.errors import InputError, nearest
from catalog.faults import unusable
from ingest.comparing import Comparison
from ingest.finding import find_input
from ingest.folder_check import REAL_PATH
from ingest.importing import import_metadata
from ingest.progress import Listener, Meter
from ingest.published import find_layout
from ingest.raw_ingest import RawIngest
from ingest.reading.layout import FOLDER_TOPIC, TOPIC
from ingest.reconciling import told_before
from ingest.recording import SAMPLING_FREQ
from ingest.report import RunReport
from ingest.stopping import stopping
from ingest.trial_reader import TrialReader
from ingest.workers import open_workers, required_workers
from ingest.writing.catalogs import open_or_create


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
        There is nothing to take in, or `workers` or `digest` is none; nothing was changed.
    DatabaseError
        The database cannot be used; nothing was changed.
    StoppedError
        The database failed in the middle; recordings that were told of before are in the catalog, whole.
    """
    start = time.monotonic()
    if digest is not None and digest not in ALGORITHMS:
        raise InputError(f"{digest!r} is no kind of digest. {nearest(digest, ALGORITHMS)}")
    number = required_workers(workers)
    found = find_input(Path(data), recordings)
    wanted = None if recordings is None else [one.folder.name for one in found.candidates]
    if metadata is not None:
        find_layout(metadata, wanted)
    engine = open_or_create(database)
    parameters = {
        "data": str(Path(data).absolute()),
        REAL_PATH: os.path.realpath(data),
        "recordings": recordings,
        "sampling_freq": sampling_freq,
    }
    try:
        with open_workers(executor, number) as crew:
            meter = Meter(progress)
            comparison = Comparison(engine, crew, sampling_freq, recheck, outdated)
            work = RawIngest(engine, found, comparison, TrialReader(crew, meter, digest), parameters, meter)
            work.work()
        # Disagreements about segments belong to no recording: each transaction tells them.
        problems = list(dict.fromkeys(work.problems))
        report = work.report()
        if metadata is not None:
            # In the end, so that it is compared with what the arrays tell now, not with rows of an earlier ingest.
            with stopping(engine):
                imported = import_metadata(database, metadata, recordings=wanted)
            problems = [problem for problem in problems if problem.topic in (TOPIC, FOLDER_TOPIC)]
            problems += imported.problems
            if imported.unchanged:
                with engine.connect() as connection:
                    problems += told_before(connection, report.recordings)
            alone = [] if imported.unchanged else sorted(set(imported.recordings) - set(report.recordings))
            report = replace(report, unchanged=report.unchanged and imported.unchanged, published_only=alone)
    except DBAPIError as error:
        raise unusable(error, display_name(engine.url)) from error
    finally:
        engine.dispose()
    meter.finish(problems)
    return replace(report, problems=problems, seconds=time.monotonic() - start)
