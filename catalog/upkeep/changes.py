"""What a run changed of a recording's trials: compared before and after, and kept as rows of `trial_changes`."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy import Connection

from catalog.models import ArrayFile, Trial, TrialChange

Facts = dict[str, Any]
"""What is compared of one trial: the columns in `COMPARED`, and `files`."""

COMPARED = (
    "label",
    "trial_type",
    "video_id",
    "video_hash",
    "valid_frames",
    "valid_trial",
    "valid_video",
    "valid_response",
    "valid_pupil",
    "valid_gaze",
    "valid_locomotion",
)
FILES = "files"
"""A digest over the digests of a trial's files: other values in a file that lead to the same columns are a change."""
DIGITS = 16

MadeBy = Literal["run", "remove"]


def trial_facts(connection: Connection, recording_id: int) -> dict[int, Facts]:
    """Return what is compared of each trial of a recording, by the trial's number."""
    file = ArrayFile.__table__.c
    digests: dict[int, list[str]] = defaultdict(list)
    files = sa.select(file.trial_id, file.signal, file.digest).join(Trial, Trial.id == file.trial_id)
    for trial_id, signal, digest in connection.execute(
        files.where(Trial.recording_id == recording_id).order_by(file.trial_id, file.signal)
    ):
        digests[trial_id].append(f"{signal} {digest}\n")
    columns = [getattr(Trial, name) for name in COMPARED]
    trials = sa.select(Trial.id, Trial.trial, *columns).where(Trial.recording_id == recording_id).order_by(Trial.trial)
    return {
        number: {**dict(zip(COMPARED, values, strict=True)), FILES: _digest(digests.get(trial_id))}
        for trial_id, number, *values in connection.execute(trials)
    }


def _digest(lines: list[str] | None) -> str | None:
    return hashlib.sha256("".join(lines).encode()).hexdigest()[:DIGITS] if lines else None


def record_changes(
    connection: Connection,
    run_id: int,
    recording: str,
    before: Mapping[int, Facts],
    after: Mapping[int, Facts],
    *,
    made_by: MadeBy = "run",
) -> None:
    """Keep how a recording's trials differ after a run from what they were before it."""
    rows = []
    for trial in sorted(before.keys() | after.keys()):
        old, new = before.get(trial), after.get(trial)
        if old is not None and new is not None:
            fields = [name for name in old if old[name] != new[name]]
            if not fields:
                continue
            old, new = {name: old[name] for name in fields}, {name: new[name] for name in fields}
        change = "added" if old is None else "removed" if new is None else "changed"
        rows.append({"trial": trial, "change": change, "before": old, "after": new})
    if rows:
        owner = {"run_id": run_id, "made_by": made_by, "recording": recording}
        connection.execute(sa.insert(TrialChange), [{**owner, **row} for row in rows])
