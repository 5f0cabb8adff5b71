"""The trials of a recording: its CSV, which is the authority, joined with the file of each presentation."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from catalog.counts import counted
from catalog.models import SIGNALS
from catalog.names import recording_name
from ingest.facts import Row, TrialFacts
from ingest.published.basics import only_file
from ingest.published.files import read_csv
from ingest.published.findings import Findings
from ingest.published.layout import Folder
from ingest.published.presentations import MEASURED, Presentation, read_presentation
from ingest.published.stimuli import PublishedStimuli
from ingest.published.values import COUNT, FLAG, LARGEST, TEXT, Kind, table_values

COLUMNS: dict[str, Kind] = {
    "recording": TEXT,
    "label": TEXT,
    "trial": COUNT,
    "trial_type": TEXT,
    "video_ID": TEXT,
    "valid_frames": COUNT,
    "valid_trial": FLAG,
    **{f"valid_frames_{signal}": COUNT for signal in SIGNALS},
    **{f"valid_{signal}": FLAG for signal in SIGNALS},
}
FLAGS = tuple(name for name, kind in COLUMNS.items() if kind is FLAG)


def read_trials(
    root: Path, folder: Folder, stimuli: PublishedStimuli, findings: Findings
) -> tuple[list[TrialFacts], dict[int, Presentation]]:
    """Return the trials by number, and what the file of each presentation says.

    Which video a trial shows is the CSV's to say; of a trial that it lacks, the lists of duplicates tell.
    """
    rows = _read_rows(root, folder, findings)
    presentations = _read_presentations(root, folder, findings)
    if rows is not None:
        _report_one_sided(folder, rows, presentations, findings)
    rows = rows or {}
    listed = stimuli.listed_for(recording_name(folder.name)) if presentations.keys() - rows.keys() else {}
    trials = []
    for number in sorted({*rows, *presentations}):
        row, presentation = rows.get(number), presentations.get(number)
        if row is not None and presentation is not None:
            _check_agreement(number, row, presentation, findings)
        trials.append(_join(number, row, presentation, listed.get(number)))
    return trials, presentations


def _read_rows(root: Path, folder: Folder, findings: Findings) -> dict[int, Row] | None:
    """Return the CSV's rows by trial; None when there is no CSV."""
    action = "the trials were taken from their own files; the validity of signals other than video is not known"
    path = only_file(folder, "trials", ".csv", findings, action)
    table = read_csv(root, path, findings, action) if path else None
    if table is None:
        return None
    values = table_values(table, COLUMNS, findings, key="trial")
    _check_recording_column(values.pop("recording"), folder.name, table.path, findings)
    rows: dict[int, Row] = {}
    for index, cells in enumerate(zip(*values.values(), strict=True)):
        row = dict(zip(values, cells, strict=True))
        number = row.pop("trial")
        if number is None:
            continue
        if number in rows:
            message = f"line {table.line(index)} of {table.path} repeats trial {number}"
            findings.error("duplicate_trial", message, "the first line was kept", path=table.path, trial=number)
        else:
            rows[number] = row
    return rows


def _check_recording_column(values: list[str | None], name: str, path: str, findings: Findings) -> None:
    for other, lines in sorted(Counter(value for value in values if value not in (name, None)).items()):
        message = f"{path} names the recording {other!r} in {counted(lines, 'line')}; expected {name!r}"
        findings.warning("recording_differs", message, "the lines were taken in as this recording's", path=path)


def _read_presentations(root: Path, folder: Folder, findings: Findings) -> dict[int, Presentation]:
    found: dict[int, Presentation] = {}
    paths = folder.paths("videos")
    if not paths:
        message = f"there are no files of presentations in {folder.name}/videos"
        findings.error("missing_file", message, "the trials were taken in without segments and descriptors")
    for path in sorted(paths, key=lambda path: (_number(path), len(path))):
        number = _number(path)
        if number in found or number > LARGEST:
            message = (
                f"{path} is a second file of trial {number}" if number in found else f"{path} is no trial's number"
            )
            findings.error("duplicate_trial", message, "the file was not read", path=path)
            continue
        presentation = read_presentation(root, path, number, findings)
        if presentation is not None:
            found[number] = presentation
    return found


def _number(path: str) -> int:
    """Return the trial's number in a path; of absurdly long ones the first digits do, they are too large anyway."""
    return int(path.rsplit("/", 1)[1].removesuffix(".json")[:19])


def _report_one_sided(
    folder: Folder, rows: dict[int, Row], presentations: dict[int, Presentation], findings: Findings
) -> None:
    files = {_number(path) for path in folder.paths("videos")}
    # Where there is no file at all, that was reported once.
    for number in sorted(rows.keys() - files) if files else []:
        path = f"{folder.name}/videos/{number}.json"
        message = f"trial {number} stands in the CSV, and there is no {path}"
        findings.error(
            "trial_without_json", message, "taken in without segments and descriptors", path=path, trial=number
        )
    for number in sorted(presentations.keys() - rows.keys()):
        path = presentations[number].path
        message = f"trial {number} has the file {path}, and no line in the CSV"
        action = "taken in from its own file; the validity of signals other than video is not known"
        findings.error("trial_without_csv", message, action, path=path, trial=number)


def _check_agreement(number: int, row: Row, presentation: Presentation, findings: Findings) -> None:
    """Report where a trial's CSV line and its file contradict each other; the CSV is believed."""
    values = presentation.values
    compared = (
        ("label", "label", row["label"], values["label"]),
        ("trial_type", "trial_type", row["trial_type"], values["trial_type"]),
        ("video_ID", "ID", row["video_ID"], values["ID"]),
        ("valid_frames_video", "valid_frames", row["valid_frames_video"], values["valid_frames"]),
    )
    for column, key, ours, theirs in compared:
        if theirs is not None and ours is not None and ours != theirs:
            kind = {"label": "label_differs", "video_ID": "video_id_differs", "trial_type": "trial_type_differs"}
            findings.warning(
                kind.get(column, "valid_frames_differ"),
                f"{key} is {theirs!r} in {presentation.path}; the CSV says {ours!r}",
                "the CSV was believed",
                path=presentation.path,
                trial=number,
            )


def _join(number: int, row: Row | None, presentation: Presentation | None, listed: str | None) -> TrialFacts:
    """Return the columns of `trials` from a CSV line and a presentation's file, either of which may be missing."""
    measured = presentation.values if presentation else {}
    if row is None:
        row = dict.fromkeys(COLUMNS.keys() - {"recording", "trial"})
        frames, bad = measured["valid_frames"], measured["segments_bad_n"]
        row |= {"label": measured["label"], "trial_type": measured["trial_type"], "video_ID": measured["ID"] or listed}
        row |= {"valid_frames": frames, "valid_frames_video": frames}
        row |= {"valid_video": bad == 0, "valid_trial": bad == 0}
    columns = dict(row)
    # NOT NULL: what is not known to be valid is not.
    columns |= {name: bool(columns[name]) for name in FLAGS}
    columns["video_id"] = columns["published_video_id"] = columns.pop("video_ID")
    columns |= {name: measured.get(name) for name in MEASURED}
    return TrialFacts(number, columns, presentation.segments if presentation else [])
