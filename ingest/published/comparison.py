"""Published metadata of a recording against what its raw arrays tell, trial by trial.

Errors that the published files are known to have are told apart: they become one notice a recording, everything else
a warning.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.counts import counted
from ingest.facts import Problem, RecordingFacts, Row

TOPIC = "published"
KEPT = "kept what the raw arrays tell"
LABELS = ("label", "trial_type")
COUNTS = ("valid_frames", "valid_frames_video", "valid_frames_response", "valid_frames_gaze")
MISCOUNTED = ("valid_frames_pupil", "valid_frames_locomotion")
"""The published tools count the frames of one-dimensional signals wrongly: padding is included."""
FLAGS = ("valid_trial", "valid_video", "valid_response", "valid_pupil", "valid_gaze", "valid_locomotion")
RECORDING = ("animal_id", "session", "scan_idx", "sampling_freq", "samples_per_trial", "n_trials", "n_neurons")
COORDINATES = ("coord_x", "coord_y", "coord_z")
STATISTICS = ("mean_activation", "std_activation", "min_activation", "max_activation")
RELATIVE_TOLERANCE = 1e-5
"""Of activity statistics: the published ones were accumulated in another order, in part in single precision."""
ABSOLUTE_TOLERANCE = 1e-6
NAMED = 10


def compare_with_published(raw: RecordingFacts, published: RecordingFacts) -> list[Problem]:
    """Return each disagreement between a recording's published metadata and its raw arrays."""
    return [
        *_recording_columns(raw, published),
        *_presence(raw, published),
        *_trials(raw, published),
        *_neurons(raw, published),
    ]


def _problem(raw: RecordingFacts, kind: str, message: str, trial: int | None = None) -> Problem:
    return Problem("warning", kind, TOPIC, message, KEPT, raw.name, trial)


def _recording_columns(raw: RecordingFacts, published: RecordingFacts) -> Iterator[Problem]:
    for column in RECORDING:
        ours, theirs = raw.columns.get(column), published.columns.get(column)
        if theirs is not None and theirs != ours:
            yield _problem(raw, "published_recording", f"published {column} is {theirs!r}, ours {ours!r}")


def _presence(raw: RecordingFacts, published: RecordingFacts) -> Iterator[Problem]:
    ours, theirs = ({one.trial for one in facts.trials} for facts in (raw, published))
    for trial in sorted(theirs - ours):
        yield _problem(raw, "published_trial", f"published trial {trial} has no raw files", trial)
    for trial in sorted(ours - theirs):
        yield _problem(raw, "published_trial", f"trial {trial} is not in the published metadata", trial)


def _trials(raw: RecordingFacts, published: RecordingFacts) -> Iterator[Problem]:
    theirs = {one.trial: one.columns for one in published.trials}
    n_frames = published.columns.get("samples_per_trial") or raw.columns.get("samples_per_trial")
    miscounted = 0
    for one in raw.trials:
        if one.trial not in theirs:
            continue
        told = theirs[one.trial]
        for kind, columns in (("label", LABELS), ("valid_frames", COUNTS), ("validity", FLAGS)):
            yield from _differing(raw, one.trial, f"published_{kind}", one.columns, told, columns)
        padded = [column for column in MISCOUNTED if told.get(column) == n_frames != one.columns[column]]
        miscounted += bool(padded)
        others = [column for column in MISCOUNTED if column not in padded]
        yield from _differing(raw, one.trial, "published_valid_frames", one.columns, told, others)
    if miscounted:
        message = (
            f"published valid_frames_pupil and valid_frames_locomotion include the padding ({n_frames} frames) "
            f"in {miscounted:,} of {counted(len(raw.trials), 'trial')}: a known error of the published metadata"
        )
        yield Problem("notice", "known_padding_counted", TOPIC, message, KEPT, raw.name)


def _differing(
    raw: RecordingFacts, trial: int, kind: str, ours: Row, theirs: Mapping[str, Any], columns: Iterable[str]
) -> Iterator[Problem]:
    different = [column for column in columns if theirs.get(column) is not None and theirs[column] != ours[column]]
    if different:
        told = "; ".join(f"published {column} is {theirs[column]!r}, ours {ours[column]!r}" for column in different)
        yield _problem(raw, kind, told, trial)


def _neurons(raw: RecordingFacts, published: RecordingFacts) -> Iterator[Problem]:
    theirs = {neuron["unit_id"]: neuron for neuron in published.neurons}
    if not theirs:
        return
    ours = {neuron["unit_id"]: neuron for neuron in raw.neurons}
    lone = sorted(str(unit) for unit in ours.keys() ^ theirs.keys())
    if lone:
        told = counted(len(lone), "neuron is", "neurons are")
        yield _problem(raw, "published_neurons", f"{told} only in one of both: {_listed(lone)}")
    common = [unit for unit in ours if unit in theirs]
    moved = [unit for unit in common if any(ours[unit][axis] != theirs[unit][axis] for axis in COORDINATES)]
    if moved:
        told = counted(len(moved), "neuron has", "neurons have")
        yield _problem(raw, "published_neurons", f"{told} other coordinates: {_listed(moved)}")
    pairs = [(unit, ours[unit], theirs[unit]) for unit in common]
    yield from _statistics(raw, pairs)


@dataclass(frozen=True)
class Withheld:
    """How many frames went into the statistics: those of valid responses, and those of withheld ones, which are 0."""

    valid: int
    zeros: int

    @classmethod
    def of(cls, raw: RecordingFacts) -> Withheld:
        """Return the numbers of a recording."""
        return cls(_response_frames(raw, valid=True), _response_frames(raw, valid=False))

    def explains(self, ours: Row, theirs: Row) -> bool:
        """Tell whether a neuron's published statistics are ours, once the withheld zeros are among the samples."""
        known = all(ours[name] is not None for name in STATISTICS)
        return bool(known and self.valid and self.zeros) and same_activity(self.with_zeros(ours), theirs)

    def with_zeros(self, neuron: Row) -> Row:
        """Return a neuron's statistics as they come out with the withheld zeros among the samples."""
        share = self.valid / (self.valid + self.zeros)
        mean, std = neuron["mean_activation"], neuron["std_activation"]
        variance = (std**2 + mean**2) * share - (mean * share) ** 2
        return {
            "mean_activation": mean * share,
            "std_activation": math.sqrt(max(variance, 0.0)),
            "min_activation": min(neuron["min_activation"], 0.0),
            "max_activation": max(neuron["max_activation"], 0.0),
        }


def _statistics(raw: RecordingFacts, pairs: list[tuple[Any, Row, Row]]) -> Iterator[Problem]:
    different = [pair for pair in pairs if not same_activity(pair[1], pair[2])]
    if not different:
        return
    frames = Withheld.of(raw)
    if all(frames.explains(ours, theirs) for _, ours, theirs in different):
        message = (
            f"published activity of {counted(len(different), 'neuron')} includes {counted(frames.zeros, 'frame')} of "
            "withheld responses, which are 0: a known error of the published metadata"
        )
        yield Problem("notice", "known_zeros_included", TOPIC, message, KEPT, raw.name)
        return
    unit, ours, theirs = different[0]
    example = "; ".join(f"{name} {theirs[name]} against ours {ours[name]}" for name in STATISTICS)
    yield _problem(
        raw,
        "published_activity",
        f"published activity of {counted(len(different), 'neuron')} differs, such as unit {unit}: {example}",
    )


def _response_frames(raw: RecordingFacts, *, valid: bool) -> int:
    return sum(
        trial.columns["valid_frames_response"] or 0 for trial in raw.trials if trial.columns["valid_response"] is valid
    )


def same_activity(ours: Row, theirs: Row) -> bool:
    """Tell whether two neurons' statistics agree, within what the order of summation and single precision change."""
    for name in STATISTICS:
        a, b = ours[name], theirs[name]
        if a is None or b is None:
            if a is not b:
                return False
        elif not math.isclose(a, b, rel_tol=RELATIVE_TOLERANCE, abs_tol=ABSOLUTE_TOLERANCE):
            return False
    return True


def _listed(names: list[Any]) -> str:
    shown = ", ".join(map(str, names[:NAMED]))
    return shown if len(names) <= NAMED else f"{shown} and {len(names) - NAMED} more"
