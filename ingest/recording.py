"""One raw recording, from the results of its trials to facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from catalog.arrays import UnreachableError, UnreadableError, root_at
from catalog.counts import counted
from ingest.analysis.activity import ActivityPartial, ActivityStatistics, activity_statistics
from ingest.analysis.video import VideoAnalysis
from ingest.facts import Problem, RecordingFacts, Row
from ingest.reading.layout import TOPIC, RecordingFolder, missing_files
from ingest.reading.session import BAD_META, COORDINATES, UNIT_IDS, SessionMeta, tier_of
from ingest.trial import UNREADABLE, TrialResult

SAMPLING_FREQ = 30.0
"""Hz; the raw files do not tell it."""


@dataclass
class RawRecording:
    """A recording as far as its own files tell; video IDs come from comparing it with what the catalog knows.

    Attributes
    ----------
    facts
        Its rows, without video IDs.
    analyses
        What each trial's video shows, by trial number; trials without a video that can be analysed are left out.
    """

    facts: RecordingFacts
    analyses: dict[int, VideoAnalysis] = field(default_factory=dict)


@dataclass
class _Gathered:
    """What is added up over trials; activity for each number of neurons apart, since most trials decide on it."""

    activity: dict[int, ActivityPartial] = field(default_factory=dict)
    n_neurons: dict[int, int] = field(default_factory=dict)
    n_frames: dict[int, int] = field(default_factory=dict)


def assemble(
    folder: RecordingFolder,
    meta: SessionMeta,
    results: Iterable[TrialResult],
    sampling_freq: float,
    known_activity: Sequence[Row] | None = None,
) -> RawRecording:
    """Return the facts of a recording; `results` come in the order of trial numbers and are taken one by one.

    `known_activity` are the statistics of its neurons, in their order, where those of the results are not to be used.
    """
    facts = RecordingFacts(folder.name, {}, roots=[str(folder.path)])
    facts.problems += [*folder.problems, *meta.problems, *missing_files(folder)]
    recording = RawRecording(facts)
    gathered = _Gathered()
    for result in results:
        _gather(result, recording, gathered, tier_of(meta, result.facts.trial))
    n_neurons = _usual(gathered.n_neurons.values())
    n_frames = _usual(gathered.n_frames.values())
    _leave_odd_responses(recording, gathered, n_neurons)
    _note_odd_lengths(recording, gathered, n_frames)
    activity = gathered.activity.get(n_neurons or 0)
    facts.neurons = _neurons(recording, meta, n_neurons, activity if known_activity is None else None)
    if known_activity is not None and len(known_activity) == len(facts.neurons):
        facts.neurons = [{**row, **known} for row, known in zip(facts.neurons, known_activity, strict=True)]
    facts.columns = {
        "animal_id": None,
        "session": None,
        "scan_idx": None,
        **folder.parts,
        "sampling_freq": sampling_freq,
        "samples_per_trial": n_frames,
        "n_trials": len(facts.trials),
        "n_neurons": len(facts.neurons),
        "source": "raw",
    }
    return recording


def require_something_read(folder: RecordingFolder, facts: RecordingFacts) -> None:
    """Refuse a recording of which not one file is given out: that says nothing of what the files hold.

    What was to be read may have been a file or two, of which nothing came; then the others are tried.

    Raises
    ------
    UnreachableError
        None can be read; the message has the first reason.
    """
    unread = [problem for kind in (UNREADABLE, BAD_META) for problem in facts.problems if problem.kind == kind]
    if not unread or any(trial.seen for trial in facts.trials):
        return
    paths = [path for files in folder.files.values() for path in files.values()]
    if not any(_is_given_out(folder, path) for path in paths):
        raise UnreachableError(f"none of its {counted(len(paths), 'file')} can be read: {unread[0].message}")


def _is_given_out(folder: RecordingFolder, path: str) -> bool:
    try:
        root_at(folder.path).read(path)
    except UnreadableError:
        return False
    return True


def _gather(result: TrialResult, recording: RawRecording, gathered: _Gathered, tier: str | None) -> None:
    trial = result.facts.trial
    result.facts.columns["trial_type"] = tier
    recording.facts.trials.append(result.facts)
    recording.facts.problems += result.problems
    if result.analysis is not None:
        recording.analyses[trial] = result.analysis
    if result.n_frames is not None:
        gathered.n_frames[trial] = result.n_frames
    if result.n_neurons is None:
        return
    gathered.n_neurons[trial] = result.n_neurons
    if result.activity is not None:
        before = gathered.activity.get(result.n_neurons)
        gathered.activity[result.n_neurons] = result.activity if before is None else before.merge(result.activity)


def _usual(counts: Iterable[int]) -> int | None:
    """Return the most frequent number, the largest of several."""
    found = Counter(counts)
    return max(found, key=lambda number: (found[number], number)) if found else None


def _leave_odd_responses(recording: RawRecording, gathered: _Gathered, n_neurons: int | None) -> None:
    for trial in recording.facts.trials:
        there = gathered.n_neurons.get(trial.trial, n_neurons)
        if there != n_neurons:
            trial.columns["valid_response"] = False
            path = next(file["path"] for file in trial.files if file["signal"] == "response")
            recording.facts.problems.append(
                Problem(
                    "error",
                    "neurons_differ",
                    TOPIC,
                    f"{path} has {there} neurons, the other trials {n_neurons}",
                    "the trial has no valid response signal",
                    recording.facts.name,
                    trial.trial,
                    "response",
                    path,
                )
            )


def _note_odd_lengths(recording: RawRecording, gathered: _Gathered, n_frames: int | None) -> None:
    for trial, there in gathered.n_frames.items():
        if there != n_frames:
            recording.facts.problems.append(
                Problem(
                    "warning",
                    "lengths_differ",
                    TOPIC,
                    f"the arrays of trial {trial} have {there} frames, those of the other trials {n_frames}",
                    "took them as they are",
                    recording.facts.name,
                    trial,
                )
            )


def _neurons(
    recording: RawRecording, meta: SessionMeta, n_neurons: int | None, activity: ActivityPartial | None
) -> list[Row]:
    """Return the rows of the neurons; responses say how many there are, `meta/` only where there are none."""
    told = {UNIT_IDS: meta.unit_ids, COORDINATES: meta.coordinates}
    if n_neurons is None:
        n_neurons = _usual(len(array) for array in told.values() if array is not None) or 0
    for path, array in told.items():
        if array is not None and len(array) != n_neurons:
            recording.facts.problems.append(
                Problem(
                    "error",
                    "bad_meta",
                    TOPIC,
                    f"{path} is about {len(array)} neurons, the responses about {n_neurons}",
                    "left it out",
                    recording.facts.name,
                    None,
                    None,
                    path,
                )
            )
            told[path] = None
    unit_ids, coordinates = told.values()
    columns: dict[str, Sequence[int] | Sequence[float | None]] = {"row": range(n_neurons)}
    if unit_ids is not None:
        columns["unit_id"] = unit_ids.tolist()
    if coordinates is not None:
        columns |= {f"coord_{axis}": coordinates[:, i].tolist() for i, axis in enumerate("xyz")}
    if activity is not None:
        columns |= _activity_columns(activity_statistics([activity]))
    columns |= {name: [None] * n_neurons for name in NEURON_COLUMNS if name not in columns}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


NEURON_COLUMNS = (
    "unit_id", "coord_x", "coord_y", "coord_z",
    "mean_activation", "std_activation", "min_activation", "max_activation",
)  # fmt: skip


def _activity_columns(statistics: ActivityStatistics) -> dict[str, list[int] | list[float | None]]:
    def values(array: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[float | None]:
        listed: list[float | None] = [*array.tolist()]
        for row in np.flatnonzero(np.isnan(array)).tolist():
            listed[row] = None
        return listed

    return {
        "mean_activation": values(statistics.mean),
        "std_activation": values(statistics.std),
        "min_activation": values(statistics.minimum),
        "max_activation": values(statistics.maximum),
    }
