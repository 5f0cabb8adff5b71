"""The trials of a recording, read by the workers: those that are to be read, among those that stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from catalog.arrays.digests import CRC32
from ingest.batches import in_batches, read_batch
from ingest.changes import Job
from ingest.progress import Meter
from ingest.trial import TrialResult, TrialTask, kept_trial
from ingest.workers import Workers


@dataclass(frozen=True)
class TrialReader:
    """Who reads, who is told of each trial, and by what all digests are made; None: those on record as they were."""

    crew: Workers
    meter: Meter
    algorithm: str | None

    def results(self, job: Job, ahead: Callable[[], Job | None]) -> Iterator[TrialResult]:
        """Yield the result of every trial: of those that stay, and of those that are read.

        `ahead` tells with what the workers may go on when they have read these; it is a guess.
        """
        name, to_read = job.folder.name, job.files_to_read()
        results = chain.from_iterable(self.crew.map(read_batch, self._batches(job)))
        to_come = ahead() if self.crew.executor is not None else None
        if to_come is not None:
            self.crew.prepare(read_batch, self._batches(to_come))
        for trial in job.folder.files:
            read = next(results) if trial in to_read else None
            if read is not None:
                self.meter.trial(name, job.listing.bytes_of(to_read[trial]))
            if read is not None and read.problems and trial in job.kept:
                # Its response is not what it was after all: nothing of its rows is to be relied on.
                del job.kept[trial]
                read = self._read_whole(job, trial, read)
            if trial in job.kept:
                yield kept_trial(job.kept[trial], read.activity if read is not None else None)
            elif read is not None:
                yield read

    def _read_whole(self, job: Job, trial: int, response: TrialResult) -> TrialResult:
        """Read all files of a trial of which the response was read with its batch."""
        (read,) = read_batch([self._task(job, trial, job.folder.files[trial])])
        if response.facts.columns["valid_response"]:
            # What it adds to the statistics of neurons is counted with its batch.
            read.activity = response.activity
        return read

    def _batches(self, job: Job) -> list[tuple[TrialTask, ...]]:
        tasks = {trial: self._task(job, trial, files) for trial, files in job.files_to_read().items()}
        return in_batches(job.folder.files, tasks)

    def _task(self, job: Job, trial: int, files: dict[str, str]) -> TrialTask:
        # A file keeps its kind of digest: by another one, it would seem to have changed.
        algorithms = {path: self.algorithm or job.algorithms.get(path, CRC32) for path in files.values()}
        return TrialTask(job.folder.name, job.folder.path, trial, files, algorithms)
