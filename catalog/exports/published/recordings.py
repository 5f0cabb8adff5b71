"""The files of one recording: its basic facts, its tables of trials and neurons, a file for each presentation."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from catalog.exports.published.descriptions import (
    NEURON_COLUMNS,
    TRIAL_COLUMNS,
    describe_neurons,
    describe_trials,
)
from catalog.exports.published.files import (
    Groups,
    Json,
    Row,
    finite,
    frequency,
    safe_name,
    segment_lists,
    write_csv,
    write_json,
)
from catalog.exports.published.names import Names
from catalog.models import SIGNALS, DataDictionary, Neuron, RecordingRoot, Trial, TrialSegment

MEASURED = ("first_label", "peaks", "n_peaks", "segments_n_peaks", "segments_bad_n", "segments_avg_duration")
"""The columns of `trials` that presentations have; all of them are NULL where nothing is known of it."""
DESCRIPTORS = {
    column.name: column.name
    for column in TrialSegment.__table__.columns
    if column.name not in ("trial_id", "segment_index")
}
COUNTS = ("valid_frames", *(f"valid_frames_{signal}" for signal in SIGNALS))


@dataclass
class RecordingWriter:
    """Writes recordings, one at a time in memory.

    Attributes
    ----------
    counts
        Trials, neurons and files written.
    found
        What there is to say in the notes, by kind.
    """

    session: Session
    folder: Path
    names: Names
    counts: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)

    def write(self, recording: Row) -> None:
        """Write all files of a recording, given its row of `recordings`."""
        name = safe_name(recording["name"])
        folder = self.folder / name
        for subfolder in ("trials", "neurons", "videos"):
            (folder / subfolder).mkdir(parents=True)
        n_trials = self._write_trials(recording, folder, name)
        n_neurons = self._write_neurons(recording, folder / "neurons" / f"meta-neurons_{name}.csv")
        self._write_descriptions(recording, folder, name)
        self._write_basics(recording, folder / f"meta-basic_{name}.json", n_trials, n_neurons)
        roots = self.session.scalars(sa.select(RecordingRoot.path).where(RecordingRoot.recording_id == recording["id"]))
        self.found["other_folder"] += any(Path(root).name.removesuffix(".zip") != recording["name"] for root in roots)
        self.counts.update(recordings=1, trials=n_trials, neurons=n_neurons, files=5)

    def _write_basics(self, recording: Row, path: Path, n_trials: int, n_neurons: int) -> None:
        # Without rows of them, what was stated is all that is known.
        numbers = {
            "n_trials": n_trials or recording["n_trials"],
            "samples_per_trial": recording["samples_per_trial"],
            "n_neurons": n_neurons or recording["n_neurons"],
        }
        self.found["recounted"] += any(recording[name] not in (None, number) for name, number in numbers.items())
        content = {
            **{name: recording[name] for name in ("animal_id", "session", "scan_idx")},
            **numbers,
            "sampling_freq": frequency(recording["sampling_freq"]),
            **{name: recording[name] for name in ("dataset_url", "data_url")},
        }
        write_json(path, content)

    def _write_descriptions(self, recording: Row, folder: Path, name: str) -> None:
        statement = sa.select(DataDictionary.subject, DataDictionary.content)
        stored = self.session.execute(statement.where(DataDictionary.recording_id == recording["id"]))
        published: Json = {subject: content for subject, content in stored}  # noqa: C416 (rows are no pairs to mypy)
        for subject, describe in (("trials", describe_trials), ("neurons", describe_neurons)):
            self.found[f"own_{subject}"] += subject not in published
            content = published[subject] if subject in published else describe()
            write_json(folder / subject / f"meta-{subject}_{name}.json", content)

    def _write_trials(self, recording: Row, folder: Path, name: str) -> int:
        """Write the table of trials and the files of their presentations; return how many trials there are."""
        of_recording = Trial.recording_id == recording["id"]
        trials = sa.select(Trial.__table__).where(of_recording).order_by(Trial.trial)
        columns = [column for column in TrialSegment.__table__.columns if column.name != "trial_id"]
        segments = Groups(
            self.session.execute(
                sa.select(Trial.trial, *columns)
                .join(Trial, Trial.id == TrialSegment.trial_id)
                .where(of_recording)
                .order_by(Trial.trial, TrialSegment.segment_index)
            )
        )
        rows = []
        for trial in self.session.execute(trials).mappings():
            cells = {**trial, "recording": recording["name"], "video_id": self.names.video(trial["video_id"])}
            rows.append([cells[column] for column in TRIAL_COLUMNS.values()])
            measured = [row._mapping for row in segments.of(trial["trial"])]  # type: ignore[attr-defined]
            self._note(trial)
            self._write_presentation(recording, trial, measured, folder / "videos" / f"{trial['trial']}.json")
        write_csv(folder / "trials" / f"meta-trials_{name}.csv", tuple(TRIAL_COLUMNS), rows)
        return len(rows)

    def _note(self, trial: Row) -> None:
        self.found["no_video"] += trial["video_id"] is None
        self.found["no_type"] += trial["trial_type"] is None
        self.found["no_count"] += any(trial[name] is None for name in COUNTS)

    def _write_presentation(self, recording: Row, trial: Row, segments: list[Row], path: Path) -> None:
        if not segments and all(trial[name] is None for name in MEASURED):
            self.found["no_presentation"] += 1
            return
        lists, lacking = segment_lists(segments, DESCRIPTORS, 0)
        self.found["no_segment"] += lacking
        self.found["not_finite"] += sum(any(finite(value) != value for value in row.values()) for row in segments)
        content: Json = {
            "recording": recording["name"],
            "trial": str(trial["trial"]),
            "trial_type": trial["trial_type"],
            "first_label": trial["first_label"],
            "label": trial["label"],
            # Published files leave the ID to the table of trials.
            "ID": None,
            "sampling_freq": frequency(recording["sampling_freq"]),
            "valid_frames": trial["valid_frames_video"],
            **{name: finite(trial[name]) for name in MEASURED if name != "first_label"},
            "segments": lists,
        }
        write_json(path, content)
        self.counts["files"] += 1

    def _write_neurons(self, recording: Row, path: Path) -> int:
        """Write the table of neurons, whose lines are the rows of the response arrays; return how many there are."""
        statement = sa.select(Neuron.row, *(getattr(Neuron, name) for name in NEURON_COLUMNS.values()))
        statement = statement.where(Neuron.recording_id == recording["id"]).order_by(Neuron.row)
        lines: list[tuple[Any, ...]] = []
        unknown = (None,) * len(NEURON_COLUMNS)
        for row, *cells in self.session.execute(statement):
            self.found["no_neuron"] += row - len(lines)
            lines += [unknown] * (row - len(lines))
            lines.append(tuple(cells))
        write_csv(path, tuple(NEURON_COLUMNS), lines)
        return len(lines)
