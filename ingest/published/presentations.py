"""What was measured on one presentation: the per-trial JSON files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog.counts import counted
from ingest.facts import Row
from ingest.published.files import read_json
from ingest.published.findings import Findings
from ingest.published.values import (
    COUNT,
    COUNTS,
    FLAG,
    INTEGER,
    NUMBER,
    POSITIVE,
    TEXT,
    Kind,
    object_values,
    unknown_keys,
)

PRESENTATION: dict[str, Kind] = {
    "recording": TEXT,
    "trial": TEXT,
    "trial_type": TEXT,
    "first_label": TEXT,
    "label": TEXT,
    "ID": TEXT,
    "sampling_freq": POSITIVE,
    "valid_frames": COUNT,
    "peaks": COUNTS,
    "n_peaks": COUNT,
    "segments_n_peaks": COUNT,
    "segments_bad_n": COUNT,
    "segments_avg_duration": NUMBER,
}
MEASURED = ("first_label", "peaks", "n_peaks", "segments_n_peaks", "segments_bad_n", "segments_avg_duration")
"""The columns of `trials` that only these files give."""

SPAN: dict[str, Kind] = {"frame_start": COUNT, "frame_end": COUNT}
DESCRIPTORS: dict[str, Kind] = {
    **SPAN,
    "duration": INTEGER,
    "transition_start": INTEGER,
    "transition_end": INTEGER,
    "max_change": NUMBER,
    "is_static": FLAG,
    "intensity_range": NUMBER,
    "margin_left": INTEGER,
    "margin_right": INTEGER,
    "margin_top": INTEGER,
    "margin_bottom": INTEGER,
    "background_color": NUMBER,
    "background_proportion": NUMBER,
    "is_uniform": FLAG,
    "bad_properties": FLAG,
}
KNOWN_KEYS = frozenset(PRESENTATION) | {"segments"}


@dataclass(frozen=True)
class Presentation:
    """One per-trial file: its plain values, and the rows of `trial_segments`."""

    path: str
    values: Row
    segments: list[Row]
    n_segments: int
    """How many segments the file lists, whether or not all could be taken in."""


def read_presentation(root: Path, path: str, trial: int, findings: Findings) -> Presentation | None:
    """Return what the file of a trial says; None, with a problem recorded, when it cannot be read."""
    content = read_json(root, path, findings, f"trial {trial} was taken in without segments and descriptors")
    if content is None:
        return None
    unknown_keys(content, KNOWN_KEYS, path, findings, trial=trial)
    # Of a trial's own file a number is as good as a text: "trial": 12.
    number = content.get("trial")
    if isinstance(number, int) and not isinstance(number, bool):
        content["trial"] = str(number)
    values = object_values(content, PRESENTATION, path, findings, optional=frozenset({"ID"}), trial=trial)
    rows, listed = segment_rows(content, DESCRIPTORS, path, findings, trial=trial)
    presentation = Presentation(path, values, rows, listed)
    _check_identity(presentation, trial, findings)
    _check_counts(presentation, trial, findings)
    return presentation


def segment_rows(
    content: Mapping[str, Any],
    kinds: Mapping[str, Kind],
    path: str,
    findings: Findings,
    *,
    optional: Mapping[str, Kind] | None = None,
    trial: int | None = None,
) -> tuple[list[Row], int]:
    """Return the rows of the lists under `segments`, and how many segments are listed.

    A segment with a value that is missing or wrong is left out; the others keep their index. Where the lists have
    different lengths nobody can tell which values belong together, and all segments are left out.
    """
    lists = content.get("segments")
    if not isinstance(lists, dict):
        found = f"is {type(lists).__name__}" if "segments" in content else "is missing"
        _without_segments("missing_key", f"segments {found} in {path}; expected lists of values", path, findings, trial)
        return [], 0
    used = {**kinds, **{name: kind for name, kind in (optional or {}).items() if name in lists}}
    for name in sorted(lists.keys() - used.keys()):
        findings.warning(
            "unknown_key", f"{path} has an unknown key segments.{name}", "it was not taken in", path=path, trial=trial
        )
    missing = [name for name in used if not isinstance(lists.get(name), list)]
    listed = len(lists["frame_start"]) if isinstance(lists.get("frame_start"), list) else 0
    if missing:
        message = f"{path} lacks the {'list' if len(missing) == 1 else 'lists'} segments.{', segments.'.join(missing)}"
        _without_segments("missing_key", message, path, findings, trial)
        return [], listed
    lengths = {name: len(lists[name]) for name in used}
    if len(set(lengths.values())) > 1:
        message = f"the lists under segments in {path} have different lengths: {lengths}"
        _without_segments("lengths_differ", message, path, findings, trial)
        return [], listed
    return _valid_rows(lists, used, path, findings, trial), listed


def _without_segments(kind: str, message: str, path: str, findings: Findings, trial: int | None) -> None:
    findings.error(kind, message, "taken in without segments", path=path, trial=trial)


def _valid_rows(
    lists: Mapping[str, list[Any]], kinds: Mapping[str, Kind], path: str, findings: Findings, trial: int | None
) -> list[Row]:
    rows = []
    for index, values in enumerate(zip(*(lists[name] for name in kinds), strict=True)):
        row: Row = {"segment_index": index}
        faults = []
        for (name, kind), value in zip(kinds.items(), values, strict=True):
            try:
                row[name] = kind.of_json(value)
            except ValueError:
                faults.append(f"{name} is {value!r}, expected {kind.expected}")
        if not faults and row["frame_end"] <= row["frame_start"]:
            faults.append(f"frame_end is {row['frame_end']}, expected more than frame_start, {row['frame_start']}")
            fault_kind = "invalid_span"
        else:
            fault_kind = "wrong_value"
        if faults:
            message = f"segment {index} in {path}: {'; '.join(faults)}"
            findings.error(fault_kind, message, "the segment was not taken in", path=path, trial=trial)
        else:
            rows.append(row)
    return rows


def _check_identity(presentation: Presentation, trial: int, findings: Findings) -> None:
    recording = presentation.path.split("/")[0]
    for name, expected in (("recording", recording), ("trial", str(trial))):
        value = presentation.values[name]
        if value is not None and value != expected:
            findings.warning(
                f"{name}_differs",
                f"{name} is {value!r} in {presentation.path}, whose name says {expected!r}",
                "the file's name was believed",
                path=presentation.path,
                trial=trial,
            )


def _check_counts(presentation: Presentation, trial: int, findings: Findings) -> None:
    """Report the derived numbers of a file that are not what its own lists give."""
    values, rows = presentation.values, presentation.segments
    peaks = values["peaks"]
    derived: dict[str, float | None] = {
        "n_peaks": None if peaks is None else len(peaks),
        # Counted before segments that hide a missed cut were split: one more than the peaks.
        "segments_n_peaks": None if peaks is None else len(peaks) + 1,
    }
    if rows and len(rows) == presentation.n_segments:
        derived["segments_bad_n"] = sum(row["bad_properties"] for row in rows)
        derived["segments_avg_duration"] = sum(row["duration"] for row in rows) / len(rows)
    for name, expected in derived.items():
        value = values[name]
        if value is not None and expected is not None and abs(value - expected) > 1e-9:
            findings.warning(
                "count_differs",
                f"{name} is {value} in {presentation.path}; its lists give {expected}",
                "kept as published",
                path=presentation.path,
                trial=trial,
            )
    wrong = [row["segment_index"] for row in rows if row["frame_end"] - row["frame_start"] != row["duration"]]
    if wrong:
        findings.warning(
            "count_differs",
            f"{presentation.path} gives {counted(len(wrong), 'segment')} a duration that is not its frames: {wrong}",
            "kept as published",
            path=presentation.path,
            trial=trial,
        )
