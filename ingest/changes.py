"""Which recordings and trials an ingest has to read: those whose files are not what they were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from catalog.arrays import root_at
from catalog.arrays.digests import algorithm_of
from ingest.analysis.version import ANALYSIS_VERSION
from ingest.facts import Problem, Row, TrialFacts
from ingest.reading.layout import TOPIC, RecordingFolder
from ingest.reading.listing import Listing, Mark, meta_digest
from ingest.reading.session import BAD_META
from ingest.trial import BAD, UNREADABLE, fault_of
from ingest.writing.stored import StoredSource, add_parts, stored_digests, stored_facts, troubled_trials

ACTIVITY = ("mean_activation", "std_activation", "min_activation", "max_activation")


@dataclass(frozen=True)
class Candidate:
    """A recording that an ingest may have to take in.

    Attributes
    ----------
    folder, listing
        Its files, and what they are like from outside.
    stored
        What the catalog remembers of it; None where nothing can stay.
    digests
        Those of its arrays, by path, when they are to decide instead of sizes and times.
    """

    folder: RecordingFolder
    listing: Listing
    stored: StoredSource | None = None
    digests: dict[str, Mark] | None = None

    def has_still(self, file: Row) -> bool:
        """Tell whether a file is what it was when a row of `array_files` was written."""
        if self.digests is None:
            return self.listing.has_still(file)
        return self.digests.get(file["path"]) == str(file["digest"])


@dataclass
class Job:
    """What is to be done about a recording, and what of its rows can stay.

    Attributes
    ----------
    kept
        The trials whose files are what they were, as the catalog has them.
    activity
        The statistics of its neurons, in their order, where all responses are what they were; None when they have to
        be gathered anew.
    of_run
        The run whose rows `kept` and `activity` are.
    writer
        The run that had written the recording when the job was made; None if it was not there.
    algorithms
        By what the digest on record of each file was made, by path.
    """

    folder: RecordingFolder
    listing: Listing
    kept: dict[int, TrialFacts] = field(default_factory=dict)
    activity: list[Row] | None = None
    of_run: int | None = None
    writer: int | None = None
    algorithms: dict[str, str] = field(default_factory=dict)

    def files_to_read(self) -> dict[int, dict[str, str]]:
        """Return the files to read of each trial; trials of which none is to be read are left out.

        The statistics of neurons go over all trials: when one response has changed, all are read again.
        """
        found = {}
        for trial, files in self.folder.files.items():
            if trial not in self.kept:
                found[trial] = files
            elif self.activity is None and "response" in files:
                found[trial] = {"response": files["response"]}
        return found


def is_outdated(stored: StoredSource) -> bool:
    """Tell whether another version of the analysis made a recording's rows."""
    return stored.source == "raw" and stored.analysis_version != ANALYSIS_VERSION


def is_current(candidate: Candidate, sampling_freq: float) -> bool:
    """Tell whether a recording's files are what they were when its rows were written, as far as listings tell."""
    stored = candidate.stored
    return (
        stored is not None
        and stored.source == "raw"
        and stored.seen.get("listing") == candidate.listing.digest
        and stored.sampling_freq == sampling_freq
        and str(candidate.folder.path) in stored.roots
    )


def is_as_bad(candidate: Candidate, problems: Iterable[Problem]) -> bool:
    """Tell whether files that could not be taken in are still like that, which leaves no mark in a listing.

    Permissions change without one; and a file that is copied or fetched anew may get its old time back.

    Raises
    ------
    UnreachableError
        The system gives out nothing of the recording at the moment.
    """
    root = root_at(candidate.folder.path)
    for problem in problems:
        if problem.kind == BAD_META:
            seen = candidate.stored.seen.get("meta") if candidate.stored is not None else None
            if meta_digest(candidate.folder) != seen:
                return False
        elif (
            problem.kind in (BAD, UNREADABLE)
            and problem.signal is not None
            and problem.path is not None
            and fault_of(root, problem.signal, problem.path) != problem.kind
        ):
            return False
    return True


def same_content(connection: Connection, candidate: Candidate) -> bool:
    """Tell whether files hold what they held, as far as digests were taken.

    A file that could not be read has no digest on record; it is known by its size and time alone.
    """
    if candidate.digests is None:
        return True
    facts = stored_facts(connection, candidate.folder.name)
    if facts is None or candidate.stored is None or candidate.stored.seen.get("meta") != meta_digest(candidate.folder):
        return False
    add_parts(connection, facts)
    return all(candidate.has_still(file) for trial in facts.trials for file in trial.files)


def what_stays(connection: Connection, candidate: Candidate) -> Job:
    """Return what is to be done to bring a recording up to date."""
    folder, stored = candidate.folder, candidate.stored
    on_record = stored_digests(connection, folder.name)
    algorithms = {path: algorithm_of(digest) for path, digest in on_record.items()}
    job = Job(folder, candidate.listing, algorithms=algorithms)
    if stored is None or stored.source != "raw" or is_outdated(stored):
        return job
    facts = stored_facts(connection, folder.name)
    if facts is None:
        return job
    add_parts(connection, facts)
    job.of_run = stored.run_id
    was = [file for trial in facts.trials for file in trial.files if file["signal"] == "response"]
    now = {files["response"] for files in folder.files.values() if "response" in files}
    if now == {file["path"] for file in was} and all(map(candidate.has_still, was)):
        job.activity = [{name: neuron[name] for name in ACTIVITY} for neuron in facts.neurons]
    # What was wrong with a trial is told anew, from its files.
    troubled = troubled_trials(connection, folder.name, TOPIC)
    for trial in facts.trials:
        if trial.trial in folder.files and trial.trial not in troubled:
            paths = {file["path"] for file in trial.files}
            if paths == set(folder.files[trial.trial].values()) and all(map(candidate.has_still, trial.files)):
                _take_times(trial, candidate.listing)
                job.kept[trial.trial] = trial
    return job


def _take_times(trial: TrialFacts, listing: Listing) -> None:
    """Let a trial's files have the times they have now, which are others where digests were compared."""
    for file in trial.files:
        mark = listing.marks.get(file["path"])
        if isinstance(mark, tuple):
            file["bytes"], file["modified_ns"] = mark
