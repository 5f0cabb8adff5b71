"""Where segments start: frame by frame, on each presentation and in each video."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from catalog.counts import counted
from ingest.analysis.stimulus_classes import NATURAL_VIDEO
from ingest.auditing.report import Tally
from ingest.facts import RecordingFacts, TrialFacts

CHECK = "segment_starts"
Starts = Sequence[int]


def same_starts(ours: Starts, theirs: Starts, tolerance: int) -> bool:
    """Tell whether there are as many segments, and each starts within the tolerance (frames) of its counterpart."""
    return len(ours) == len(theirs) and all(abs(a - b) <= tolerance for a, b in zip(ours, theirs, strict=True))


def found_in_part(ours: Starts, theirs: Starts, tolerance: int) -> bool:
    """Tell whether the others have fewer starts, and each of them is one of ours: cuts that they have missed."""
    return len(theirs) < len(ours) and all(any(abs(a - b) <= tolerance for a in ours) for b in theirs)


def starts_of(trial: TrialFacts) -> tuple[int, ...]:
    """Return the first frame of each segment of a presentation."""
    return tuple(row["frame_start"] for row in sorted(trial.segments, key=lambda row: int(row["segment_index"])))


def compare_starts(
    ours: Mapping[int, Starts], theirs: RecordingFacts, recording: str, tolerance: int, tally: Tally
) -> None:
    """Compare the segment starts of each presentation; trials without published segments tell nothing.

    Parameters
    ----------
    ours
        The starts that the catalog has, by trial; of every trial that is in it.
    theirs
        The same recording as published.
    recording
        The catalog's name of it.
    tolerance
        By how many frames starts may differ.
    tally
        Where what is found goes.
    """
    tally.count(CHECK, 0)
    missed = 0
    for trial in theirs.trials:
        there = starts_of(trial)
        if trial.trial not in ours or not there:
            continue
        here = ours[trial.trial]
        tally.count(CHECK)
        if len(here) == len(there):
            tally.deviations.update(a - b for a, b in zip(here, there, strict=True))
        if same_starts(here, there, tolerance):
            continue
        if trial.columns["label"] == NATURAL_VIDEO and found_in_part(here, there, tolerance):
            missed += 1
            continue
        _tell(recording, trial.trial, here, there, tally)
    message = "scene cuts of natural videos are found only in part: the catalog has those published, and more"
    tally.known(CHECK, "known_missed_cuts", message, recording=recording, count=missed)


def _tell(recording: str, trial: int, here: Starts, there: Starts, tally: Tally) -> None:
    where = f"trial {trial} of {recording}"
    if len(here) != len(there):
        kind, number = "count", counted(len(here), "segment")
        message = f"{where} has {number} in the catalog, {len(there)} in the published files"
    else:
        kind = "start"
        told = ", ".join(
            f"segment {index} at frame {a} in the catalog, {b} in the published files"
            for index, (a, b) in enumerate(zip(here, there, strict=True))
            if a != b
        )
        message = f"{where}: {told}"
    tally.differ(
        CHECK, kind, message, recording=recording, trial=trial, subject="starts", catalog=list(here), other=list(there)
    )


def any_same(ours: Iterable[Starts], theirs: Starts, tolerance: int) -> bool:
    """Tell whether one of several segmentations is that of the others."""
    return any(same_starts(one, theirs, tolerance) for one in ours)
