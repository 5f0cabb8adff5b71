"""A recording's own columns and its trials, compared value by value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from catalog.counts import counted
from ingest.auditing.report import Tally
from ingest.facts import RecordingFacts, Row
from ingest.published.comparison import COUNTS, FLAGS, MISCOUNTED, RECORDING

LINKS = ("dataset_url", "data_url")
VALUES = {
    "labels": ("label",),
    "trial_types": ("trial_type",),
    "validity": FLAGS,
    "valid_frames": (*COUNTS, *MISCOUNTED),
}
"""The columns of `trials` that each check compares."""


def compare_columns(ours: RecordingFacts, theirs: RecordingFacts, tally: Tally) -> None:
    """Compare what is told of the recording itself; a link that the catalog does not know is no disagreement."""
    tally.count("recordings", 0)
    for column in (*RECORDING, *LINKS):
        here, there = ours.columns.get(column), theirs.columns.get(column)
        if column in LINKS and (here is None or there is None):
            continue
        if there is None:
            continue
        tally.count("recordings")
        if here != there:
            message = f"{column} of {ours.name} is {here!r} in the catalog, {there!r} in the published files"
            tally.differ("recordings", "value", message, recording=ours.name, subject=column, catalog=here, other=there)
    if theirs.columns.get("dataset_url") is None:
        _null_link(ours, tally)


def _null_link(ours: RecordingFacts, tally: Tally) -> None:
    if ours.columns.get("dataset_url") is not None:
        tally.count("recordings")
        message = "dataset_url is null in the published files"
        tally.known("recordings", "known_null_url", message, recording=ours.name, count=1)
    else:
        tally.notes.append(
            f"{ours.name}: dataset_url is null in the published files, a known error, and in the catalog"
        )


def compare_presence(ours: RecordingFacts, theirs: RecordingFacts, tally: Tally) -> None:
    """Compare which trials there are."""
    here, there = ({trial.trial for trial in facts.trials} for facts in (ours, theirs))
    tally.count("trials", len(here | there))
    for number in sorted(here ^ there):
        kind, where = ("only_published", "published files") if number in there else ("only_catalog", "catalog")
        message = f"trial {number} of {ours.name} is only in the {where}"
        tally.differ("trials", kind, message, recording=ours.name, trial=number)


def compare_trials(ours: RecordingFacts, theirs: RecordingFacts, tally: Tally) -> None:
    """Compare labels, tiers, validity and valid frames of the trials that both have.

    Values that the published files leave empty are not compared.
    """
    n_frames = theirs.columns.get("samples_per_trial") or ours.columns.get("samples_per_trial")
    told = {trial.trial: trial.columns for trial in theirs.trials}
    padded = shared = 0
    for check in VALUES:
        tally.count(check, 0)
    for trial in ours.trials:
        if trial.trial not in told:
            continue
        here, there = trial.columns, told[trial.trial]
        counted_in = [column for column in MISCOUNTED if there.get(column) == n_frames]
        wrong = [column for column in counted_in if here[column] != n_frames]
        padded += len(wrong)
        shared += bool(set(counted_in) - set(wrong))
        tally.count("valid_frames", len(wrong))
        for check, columns in VALUES.items():
            _compare_values(
                check, ours.name, trial.trial, here, there, [name for name in columns if name not in wrong], tally
            )
    message = f"valid_frames_pupil and valid_frames_locomotion include the padding ({n_frames} frames)"
    tally.known("valid_frames", "known_padding_counted", message, recording=ours.name, count=padded)
    if shared and ours.columns.get("source") == "published":
        where = f"in {counted(shared, 'trial')}"
        tally.notes.append(f"{ours.name}: {message}, a known error that the catalog has imported, {where}")


def _compare_values(
    check: str, recording: str, trial: int, here: Row, there: Row, columns: Iterable[str], tally: Tally
) -> None:
    for column in columns:
        a: Any = here.get(column)
        b: Any = there.get(column)
        if b is None:
            continue
        tally.count(check)
        if a != b:
            message = f"{column} of trial {trial} of {recording} is {a!r} in the catalog, {b!r} in the published files"
            tally.differ(check, "value", message, recording=recording, trial=trial, subject=column, catalog=a, other=b)
