"""`catalog import`: published metadata into the catalog, without raw arrays."""

from __future__ import annotations

import logging
import os
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from catalog.database import display_name
from catalog.faults import unusable
from catalog.models import Recording, Trial
from catalog.published_files import STATES, states_of
from ingest.facts import Problem, RecordingFacts
from ingest.history import History, remember_states
from ingest.published import (
    TOPIC,
    Findings,
    Layout,
    PublishedStimuli,
    Shown,
    check_duplicates,
    check_segments,
    digests,
    find_layout,
    overall,
    read_recording,
    read_stimuli,
)
from ingest.reconciling import reconcile_published
from ingest.report import RunReport
from ingest.writing.catalogs import open_or_create
from ingest.writing.identities import VIDEOS, remove_unshown, videos_of
from ingest.writing.problems import clear_problems, write_problems
from ingest.writing.recordings import replace_recording
from ingest.writing.rows import chunks
from ingest.writing.runs import finish_run, recorded_run
from ingest.writing.statistics import refresh_statistics
from ingest.writing.stimuli import (
    Changes,
    write_segments,
    write_videos,
)

logger = logging.getLogger(__name__)


def import_metadata(
    database: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    recordings: Sequence[str] | None = None,
) -> RunReport:
    """Take the published metadata in a folder into a catalog, which is created where there is none.

    All is written in one transaction: whatever goes wrong, the catalog holds all the old rows or all the new ones.
    Importing what an earlier import has already taken in changes nothing.

    Parameters
    ----------
    database
        A path or URL of a database.
    folder
        The published metadata: `global_meta/` and a folder for each recording.
    recordings
        Take in these alone, with the videos that they show.

    Raises
    ------
    InputError
        The folder holds no published metadata, or none of a recording asked for; nothing was changed.
    DatabaseError
        The database cannot be used.
    """
    started = time.perf_counter()
    layout = find_layout(folder, recordings)
    # Before they are read: what changes meanwhile is in another state.
    states = states_of(layout.root, {name: found.path for name, found in layout.recordings.items()})
    parts = digests(layout)
    engine = open_or_create(database)
    try:
        with engine.connect() as connection:
            history = History.read(connection, layout)
            unchanged = history.is_unchanged(connection, layout, parts)
            if unchanged:
                report = history.report(connection, layout, time.perf_counter() - started)
        if unchanged:
            if history.with_states(states):
                remember_states(engine, layout, states)
            return report
        parameters: dict[str, Any] = {
            "folder": os.path.abspath(folder),
            "digests": parts,
            "selected": layout.selected,
            STATES: {name: [state] for name, state in states.items()},
        }
        digest = overall(parts)
        with recorded_run(engine, "import", parameters, input_digest=digest) as run, run.writing() as connection:
            # Another import may have ended while this one waited for its turn.
            history = History.read(connection, layout)
            work = _Import(connection, layout, run.id)
            work.run()
            clear_problems(connection, TOPIC, recordings=layout.recordings, general_of_runs=history.same)
            write_problems(connection, run.id, work.problems)
            parameters["replaced_stimuli"] = work.replaced_stimuli
            refresh_statistics(connection)
            finish_run(connection, run.id, parameters=parameters)
    except DBAPIError as error:
        raise unusable(error, display_name(engine.url)) from error
    finally:
        engine.dispose()
    seconds = time.perf_counter() - started
    problems = [*work.problems, *work.disagreements]
    return RunReport("import", run.id, list(layout.recordings), dict(work.counts), problems, seconds=seconds)


@dataclass
class _Import:
    """One import at work: recording after recording, so that no more than one of them is in memory."""

    connection: Connection
    layout: Layout
    run_id: int
    problems: list[Problem] = field(default_factory=list)
    disagreements: list[Problem] = field(default_factory=list)
    """What published metadata and raw arrays tell differently; these are on record already."""
    counts: Counter[str] = field(default_factory=Counter)
    stimuli: PublishedStimuli = field(default_factory=PublishedStimuli)
    shown: Shown = field(default_factory=dict)
    written: set[str] = field(default_factory=set)
    """The videos whose rows were written, or found to be there already."""
    before: set[str] = field(default_factory=set)
    """The videos that the recordings showed until now."""
    videos: Changes = field(default_factory=Changes)
    segments: Changes = field(default_factory=Changes)

    def run(self) -> None:
        """Write all rows but those of the run and its problems."""
        self.stimuli = read_stimuli(self.layout)
        raw = self._raw_recordings()
        # Raw ones first: they tell which videos the published names stand for.
        for name in sorted(self.layout.recordings, key=lambda name: (name not in raw, name)):
            facts = read_recording(self.layout, name, self.stimuli, self.shown)
            logger.info("read %s: %d trials, %d neurons", name, len(facts.trials), len(facts.neurons))
            self.problems += facts.problems
            self.counts.update(trials=len(facts.trials), neurons=len(facts.neurons))
            if name in raw:
                self._keep_raw(facts)
            else:
                self._write_recording(facts)
        if not self.layout.selected:
            self._write_rest(raw)
        remove_unshown(self.connection, self.before - self.stimuli.videos.keys(), "published")
        self.counts.update(videos=len(self.written), segments=len(self._segments_of(self.written)))
        self._check()

    def _raw_recordings(self) -> set[str]:
        statement = sa.select(Recording.name).where(Recording.source == "raw")
        return set(self.connection.scalars(statement)) & self.layout.recordings.keys()

    def _keep_raw(self, facts: RecordingFacts) -> None:
        """Leave a recording that came from raw arrays as it is: they are the authority. Its published names join."""
        self._write_videos({trial.columns["video_id"] for trial in facts.trials} - {None})
        self.disagreements += reconcile_published(self.connection, facts, self.run_id)
        logger.info("%s is in the catalog from raw arrays, which stay", facts.name)

    def _write_recording(self, facts: RecordingFacts) -> None:
        names = {trial.columns["video_id"] for trial in facts.trials} - {None}
        self._write_videos(names)
        resolved = VIDEOS.resolve(self.connection, names)
        for trial in facts.trials:
            trial.columns["video_id"] = resolved.get(trial.columns["video_id"])
        self.before |= videos_of(self.connection, facts.name, "published")
        replace_recording(self.connection, facts, self.run_id)

    def _write_videos(self, names: Iterable[str]) -> None:
        new = sorted(set(names) - self.written)
        self.written.update(new)
        self._write_segments(self._segments_of(new))
        videos = [self.stimuli.videos[name] for name in new]
        spans = {video.columns["id"]: video.segments for video in videos}
        self.videos += write_videos(self.connection, [video.columns for video in videos], spans)

    def _write_segments(self, names: Iterable[str]) -> None:
        rows = [self.stimuli.segments[name].columns for name in sorted(names)]
        self.segments += write_segments(self.connection, rows)

    def _segments_of(self, videos: Iterable[str]) -> set[str]:
        rows = (row for name in videos for row in self.stimuli.videos[name].segments)
        return {row["segment_id"] for row in rows if row["segment_id"] is not None}

    def _write_rest(self, raw: set[str]) -> None:
        """Write the videos and segments that no recording shows; what raw ones alone show has other names there."""
        left = self.stimuli.videos.keys() - self.written
        elsewhere = {name for name in left if raw & self.shown.get(name, {}).keys()}
        self._write_videos(left - elsewhere)
        self._write_segments(self.stimuli.segments.keys() - self._segments_of(elsewhere))

    def _check(self) -> None:
        """Compare what only can be compared when all is read."""
        findings = Findings()
        check_segments(self.stimuli, findings)
        check_duplicates(self.stimuli, self.shown, self.layout, findings)
        for name, recording in self._replaced_elsewhere():
            findings.warning(
                "video_replaced",
                f"the video {name} is other than it was when {recording} was imported, which shows it too",
                "the new one was taken in; import that recording again from the same folder",
            )
        self.problems = self.stimuli.problems + findings.collected() + self.problems

    def _replaced_elsewhere(self) -> list[tuple[str, str]]:
        """Return each video whose rows changed, with one recording that shows it and was not imported this time."""
        found: dict[str, str] = {}
        for names in chunks(self.videos.replaced):
            statement = sa.select(Trial.video_id, Recording.name).join(Recording).where(Trial.video_id.in_(names))
            for video, recording in self.connection.execute(statement.distinct().order_by(Recording.name)):
                if video is not None and recording not in self.layout.recordings:
                    found.setdefault(video, recording)
        return sorted(found.items())

    @property
    def replaced_stimuli(self) -> int:
        """How many videos and segments had other rows before."""
        return len(self.videos.replaced) + len(self.segments.replaced)
