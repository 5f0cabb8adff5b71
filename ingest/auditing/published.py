"""`audit_published`: the catalog against a folder of published metadata."""

from __future__ import annotations

import os
from collections.abc import Sequence

from sqlalchemy import Connection

from catalog.errors import InputError
from ingest.auditing.names import Matching, match_names
from ingest.auditing.neurons import compare_neurons
from ingest.auditing.report import AuditReport, Tally
from ingest.auditing.starts import compare_starts
from ingest.auditing.stimuli import Shown, compare_stimuli, compare_videos
from ingest.auditing.stored import (
    Source,
    presentation_starts,
    recording_names,
    segment_labels,
    snapshot,
    videos_named,
)
from ingest.auditing.trials import compare_columns, compare_presence, compare_trials
from ingest.facts import Problem, RecordingFacts
from ingest.published import Layout, PublishedStimuli, find_layout, read_recording, read_stimuli
from ingest.writing.stored import stored_facts


def audit_published(catalog: Source, folder: str | os.PathLike[str], *, tolerance: int = 0) -> AuditReport:
    """Compare a catalog with published metadata, and change nothing.

    Compared are, of the recordings that both have: the recording's own columns, which trials there are, their labels,
    tiers, validity and valid frames, which of them show the same video, where segments start, which segments are the
    same, and neurons. The names of videos and segments do not matter. What is published as empty is not compared.

    Parameters
    ----------
    catalog
        An open catalog, or the path or URL of one.
    folder
        The published metadata: `global_meta/` and a folder for each recording.
    tolerance
        By how many frames segment starts may differ and still agree.

    Raises
    ------
    InputError
        The folder holds no published metadata, or none of a recording in the catalog.
    DatabaseError
        The catalog cannot be opened or read.
    """
    layout = find_layout(folder)
    tally = Tally()
    with snapshot(catalog) as connection:
        names = match_names(recording_names(connection), layout.recordings)
        _require_common(names, layout)
        _Audit(connection, layout, tolerance, tally).run(names)
    return tally.report(
        os.fspath(folder), list(names.common), names.only_in_catalog, names.only_in_other, with_starts=True
    )


def _require_common(names: Matching, layout: Layout) -> None:
    if not names.common:
        told = f"it has {', '.join(names.only_in_other[:3])}" if names.only_in_other else "it has no recording at all"
        raise InputError(
            f"{layout.root} holds metadata of no recording that is in the catalog: {told}; "
            "`catalog recordings` lists the catalog's"
        )


class _Audit:
    """One audit at work, recording after recording: no more than one of them is in memory."""

    def __init__(self, connection: Connection, layout: Layout, tolerance: int, tally: Tally) -> None:
        self.connection = connection
        self.layout = layout
        self.tolerance = tolerance
        self.tally = tally
        self.shown = Shown()
        self.stimuli: PublishedStimuli = read_stimuli(layout)

    def run(self, names: Matching) -> None:
        """Compare everything."""
        self.tally.count("files", 0)
        self._tell_problems(self.stimuli.problems)
        for ours, theirs in names.common.items():
            self._compare(ours, read_recording(self.layout, theirs, self.stimuli, {}))
        pairs = compare_videos(self.shown, self.tally)
        compare_stimuli(
            pairs,
            videos_named(self.connection, pairs),
            segment_labels(self.connection),
            self.shown.measured,
            self.stimuli,
            self.tolerance,
            self.tally,
        )

    def _compare(self, name: str, theirs: RecordingFacts) -> None:
        ours = stored_facts(self.connection, name)
        if ours is None:
            raise ValueError(f"{name} is not in the catalog")
        starts = presentation_starts(self.connection, name)
        self._tell_problems(theirs.problems)
        compare_columns(ours, theirs, self.tally)
        compare_presence(ours, theirs, self.tally)
        compare_trials(ours, theirs, self.tally)
        compare_starts(starts, theirs, name, self.tolerance, self.tally)
        told = {trial.trial: trial.columns["video_id"] for trial in theirs.trials}
        for trial in ours.trials:
            video = trial.columns["video_id"]
            self.shown.add((name, trial.trial), video, told.get(trial.trial), starts[trial.trial], self.tally)
        compare_neurons(ours, theirs, self.tally)

    def _tell_problems(self, problems: Sequence[Problem]) -> None:
        """Report files that could not be read, which were not compared; contradictions between them are noted."""
        for problem in problems:
            if problem.severity == "error":
                self.tally.count("files")
                self.tally.differ(
                    "files",
                    problem.kind,
                    problem.message,
                    recording=problem.recording,
                    trial=problem.trial,
                    subject=problem.path,
                )
            else:
                self.tally.notes.append(f"the published files: {problem.message}")
