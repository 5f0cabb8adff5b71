"""Videos and segments over all recordings: the files of the global folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog.names import recording_name
from ingest.facts import Problem, Row
from ingest.published.files import read_json
from ingest.published.findings import Findings, some
from ingest.published.layout import GLOBAL_FOLDER, Layout
from ingest.published.presentations import SPAN, segment_rows
from ingest.published.values import (
    COUNT,
    FLAG,
    POSITIVE,
    POSITIVE_COUNT,
    TEXT,
    TEXT_OR_NULL,
    Kind,
    object_values,
    unknown_keys,
)

STIMULUS: dict[str, Kind] = {"label": TEXT, "ID": TEXT, "valid_frames": COUNT, "sampling_freq": POSITIVE}


@dataclass
class PublishedVideo:
    """One published video: its columns of `videos`, its rows of `video_segments` (without `video_id`)."""

    columns: Row
    segments: list[Row]
    path: str | None
    """Its file; None for a video that only trials name."""
    duplicates: dict[str, set[int]] | None = None
    """The trials of each recording that its file lists; None when there is no such list."""


@dataclass
class PublishedSegment:
    """One published segment: its columns of `segments`."""

    columns: Row
    path: str | None
    duplicates: dict[str, set[int]] | None = None
    """The places in each video that its file lists."""


@dataclass
class PublishedStimuli:
    """All published videos and segments, by ID."""

    videos: dict[str, PublishedVideo] = field(default_factory=dict)
    segments: dict[str, PublishedSegment] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def listed_for(self, recording: str) -> dict[int, str]:
        """Return the video of each trial of a recording, by the lists of duplicates; none where two list it."""
        found: dict[int, str] = {}
        twice = set()
        for name, video in self.videos.items():
            for trial in (video.duplicates or {}).get(recording, ()):
                if trial in found:
                    twice.add(trial)
                found[trial] = name
        return {trial: name for trial, name in found.items() if trial not in twice}


def read_stimuli(layout: Layout) -> PublishedStimuli:
    """Return what the global folder says of videos and segments."""
    stimuli = PublishedStimuli()
    findings = Findings()
    report_strangers(layout, findings)
    if layout.stimuli is None:
        path = f"{GLOBAL_FOLDER}/"
        message = f"there is no folder {path} with videos/ and segments/"
        findings.error("missing_file", message, "videos were taken from the trials that name them", path=path)
    else:
        for path in layout.stimuli.paths("segments"):
            _read_segment(layout.root, path, stimuli, findings)
        for path in layout.stimuli.paths("videos"):
            _read_video(layout.root, path, stimuli, findings)
        _add_missing_segments(stimuli, findings)
    stimuli.problems = findings.collected()
    return stimuli


def report_strangers(layout: Layout, findings: Findings) -> None:
    """Report the files and folders that belong to no recording and to nothing that is published."""
    shared = layout.stimuli
    for name in [*layout.strangers, *(f"{GLOBAL_FOLDER}/{name}" for name in (shared.strangers if shared else ()))]:
        findings.warning("unknown_file", f"{name} is nothing that published metadata holds", "not read", path=name)
    for place in shared.unreadable if shared else ():
        findings.error("unreadable_file", f"the folder cannot be read: {place}", "taken in without its files")


def _read_object(root: Path, path: str, known: frozenset[str], findings: Findings) -> tuple[dict[str, Any], Row] | None:
    """Return a file's content and its plain values; None when it cannot be taken in, which is reported."""
    content = read_json(root, path, findings, "not taken in")
    if content is None:
        return None
    unknown_keys(content, known, path, findings)
    is_segment = "/segments/" in path
    kinds = {**STIMULUS, "valid_frames": POSITIVE_COUNT} if is_segment else STIMULUS
    values = object_values(content, kinds, path, findings)
    expected = path.rsplit("/", 1)[1].removesuffix(".json")
    label, _, identifier = expected.rpartition("-")
    if values["label"] is None or values["ID"] is None:
        # The name says the same as the content, in published files.
        if not label:
            findings.error(
                "wrong_value", f"{path} has neither a label and an ID nor a name of both", "not taken in", path=path
            )
            return None
        values["label"], values["ID"] = values["label"] or label, values["ID"] or identifier
    if (values["label"], values["ID"]) != (label, identifier):
        findings.warning(
            "misnamed_file",
            f"{path} is about {values['label']}-{values['ID']}, and named {expected}",
            "its content was believed",
            path=path,
        )
    return content, values


def _read_video(root: Path, path: str, stimuli: PublishedStimuli, findings: Findings) -> None:
    found = _read_object(root, path, frozenset({*STIMULUS, "segments", "duplicates"}), findings)
    if found is None:
        return
    content, values = found
    identifier = values.pop("ID")
    if identifier in stimuli.videos:
        message = f"{path} is a second file of video {identifier}, after {stimuli.videos[identifier].path}"
        findings.error("duplicate_id", message, "the first file was kept", path=path)
        return
    rows, listed = segment_rows(
        content, {**SPAN, "bad_properties": FLAG}, path, findings, optional={"segment_ID": TEXT_OR_NULL}
    )
    for row in rows:
        row["segment_id"] = row.pop("segment_ID", None)
    columns = {"id": identifier, **values, "n_segments": listed, "source": "published"}
    duplicates = _by_recording(_duplicates(content, "trials", path, findings))
    stimuli.videos[identifier] = PublishedVideo(columns, rows, path, duplicates)
    _check_end(stimuli.videos[identifier], findings)


def _check_end(video: PublishedVideo, findings: Findings) -> None:
    frames, rows = video.columns["valid_frames"], video.segments
    if frames is not None and rows and rows[-1]["frame_end"] > frames:
        findings.warning(
            "segmentation_differs",
            f"the last segment in {video.path} ends at frame {rows[-1]['frame_end']}; the video has {frames}",
            "kept as published",
            path=video.path,
        )


def _read_segment(root: Path, path: str, stimuli: PublishedStimuli, findings: Findings) -> None:
    found = _read_object(root, path, frozenset({*STIMULUS, "duplicates"}), findings)
    if found is None:
        return
    content, values = found
    identifier = values.pop("ID")
    if identifier in stimuli.segments:
        message = f"{path} is a second file of segment {identifier}, after {stimuli.segments[identifier].path}"
        findings.error("duplicate_id", message, "the first file was kept", path=path)
        return
    columns = {"id": identifier, **values, "source": "published"}
    duplicates = _duplicates(content, "segment_index", path, findings)
    stimuli.segments[identifier] = PublishedSegment(columns, path, duplicates)


def _duplicates(content: dict[str, Any], key: str, path: str, findings: Findings) -> dict[str, set[int]] | None:
    """Return the numbers listed for each name under `duplicates`; None, reported, when they cannot be read."""
    listed = content.get("duplicates")
    found = {}
    try:
        for name, entry in listed.items():  # type: ignore[union-attr]
            numbers = [int(number) for number in entry[key]]
            found[name] = set(numbers)
            _check_entry(entry, numbers, key, name, path, findings)
    except (AttributeError, KeyError, TypeError, ValueError):
        what = "lacks" if "duplicates" not in content else "has another form than known of"
        findings.warning(
            "missing_key", f"{path} {what} the list of duplicates", "the trials themselves say the same", path=path
        )
        return None
    return found


def _check_entry(entry: dict[str, Any], numbers: list[int], key: str, name: str, path: str, findings: Findings) -> None:
    if entry.get("n") != len(numbers):
        message = f"duplicates.{name}.n is {entry.get('n')!r} in {path}; its list has {len(numbers)}"
        findings.warning("count_differs", message, "counted from the trials instead", path=path)
    if len(set(numbers)) < len(numbers):
        twice = sorted({number for number in numbers if numbers.count(number) > 1})
        message = f"duplicates.{name}.{key} lists {some(twice)} more than once in {path}"
        findings.warning("count_differs", message, "counted once", path=path)
    unknown = sorted(set(entry) - {key, "n"})
    if unknown:
        message = f"{path} has unknown keys under duplicates.{name}: {some(unknown)}"
        findings.warning("unknown_key", message, "they were not taken in", path=path)


def _add_missing_segments(stimuli: PublishedStimuli, findings: Findings) -> None:
    """Make the segments that videos name and no file describes: a video's rows refer to them."""
    for video in stimuli.videos.values():
        for row in video.segments:
            identifier = row["segment_id"]
            if identifier is None or identifier in stimuli.segments:
                continue
            columns = {
                "id": identifier,
                "label": video.columns["label"],
                "valid_frames": row["frame_end"] - row["frame_start"],
                "sampling_freq": video.columns["sampling_freq"],
                "source": "published",
            }
            stimuli.segments[identifier] = PublishedSegment(columns, None)
            findings.error(
                "segment_without_file",
                f"{video.path} names the segment {identifier}, and there is no file of it",
                "the segment was taken in with the label and frames that it has in this video",
                path=video.path,
            )


def _by_recording(duplicates: dict[str, set[int]] | None) -> dict[str, set[int]] | None:
    """Return the trials that are listed for each recording, by its name in the catalog."""
    if duplicates is None:
        return None
    found: dict[str, set[int]] = {}
    for name, trials in duplicates.items():
        found.setdefault(recording_name(name), set()).update(trials)
    return found
