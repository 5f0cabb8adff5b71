"""Videos and segments: who is grouped with whom, and what is told of those that correspond."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.analysis.stimulus_classes import NATURAL_VIDEO
from ingest.auditing.grouping import Wording, compare_groups
from ingest.auditing.report import Tally
from ingest.auditing.starts import Starts, any_same, found_in_part
from ingest.published import PublishedStimuli, PublishedVideo

TrialKey = tuple[str, int]
"""Recording and number."""
Place = tuple[str, str, int]
"""The catalog's video, the published one, and the index of a segment in them."""


@dataclass(frozen=True)
class CatalogVideo:
    """A video of the catalog: its label, and where each of its segments starts and which it is."""

    label: str
    starts: tuple[int, ...]
    segments: tuple[str | None, ...]


@dataclass
class Shown:
    """What each trial that both sides have shows, as the catalog calls it and as it is published."""

    ours: dict[TrialKey, str] = field(default_factory=dict)
    theirs: dict[TrialKey, str] = field(default_factory=dict)
    measured: dict[str, set[tuple[int, ...]]] = field(default_factory=dict)
    """The segment starts of the catalog's presentations, by the catalog's video."""

    def add(self, key: TrialKey, ours: str | None, theirs: str | None, starts: Starts, tally: Tally) -> None:
        """Add a trial; one of which the published files do not tell what it shows is left out."""
        tally.count("videos", 0)
        if ours is not None and starts:
            self.measured.setdefault(ours, set()).add(tuple(starts))
        if theirs is None:
            return
        if ours is None:
            tally.count("videos")
            recording, trial = key
            message = f"{_trial(key)} shows no video in the catalog; it is published as {theirs}"
            tally.differ("videos", "missing", message, recording=recording, trial=trial, other=theirs)
            return
        self.ours[key], self.theirs[key] = ours, theirs


def _trial(key: TrialKey) -> str:
    return f"trial {key[1]} of {key[0]}"


VIDEOS: Wording[TrialKey] = Wording(
    "videos",
    "trial",
    where=lambda key: (key[0], key[1], None),
    name=_trial,
    theirs=lambda name: f"published {name}",
)


def _place_name(place: Place) -> str:
    ours, theirs, index = place
    return f"segment {index} of {theirs}" + (f" ({ours})" if ours != theirs else "")


SEGMENTS: Wording[Place] = Wording(
    "segments",
    "place",
    where=lambda place: (None, None, f"{place[1]}[{place[2]}]"),
    name=_place_name,
    theirs=lambda name: f"published {name}",
)


def compare_videos(shown: Shown, tally: Tally) -> dict[str, str]:
    """Compare which trials show the same video; return which published video each of the catalog's corresponds to."""
    tally.count("videos", 0)
    return compare_groups(shown.ours, shown.theirs, VIDEOS, tally).pairs


def compare_stimuli(
    pairs: Mapping[str, str],
    ours: Mapping[str, CatalogVideo],
    labels: Mapping[str, str],
    measured: Mapping[str, set[tuple[int, ...]]],
    published: PublishedStimuli,
    tolerance: int,
    tally: Tally,
) -> None:
    """Compare what is told of videos that correspond: label, segment starts, which segments they have in common.

    Parameters
    ----------
    pairs
        The published name of each of the catalog's videos.
    ours
        The catalog's videos.
    labels
        The labels of the catalog's segments.
    measured
        The segment starts of the catalog's presentations of each video.
    published
        The published videos and segments.
    tolerance
        By how many frames starts may differ.
    tally
        Where what is found goes.
    """
    for check in ("video_labels", "video_starts", "segments", "segment_labels"):
        tally.count(check, 0)
    here: dict[Place, str] = {}
    there: dict[Place, str] = {}
    for name, other in pairs.items():
        video, told = ours[name], published.videos.get(other)
        if told is None:
            continue
        _compare_label("video_labels", "video", (name, video.label), (other, told.columns["label"]), tally)
        _compare_video_starts(name, video, told, measured.get(name, set()), tolerance, tally)
        _collect_segments(name, video, told, here, there, tally)
    found = compare_groups(here, there, SEGMENTS, tally).pairs
    for name, other in found.items():
        segment = published.segments.get(other)
        if segment is not None:
            _compare_label("segment_labels", "segment", (name, labels[name]), (other, segment.columns["label"]), tally)


def _compare_label(check: str, noun: str, ours: tuple[str, str], theirs: tuple[str, str | None], tally: Tally) -> None:
    (name, here), (other, there) = ours, theirs
    if there is None:
        return
    tally.count(check)
    if here != there:
        message = f"the {noun} {name} of the catalog is {here}; published as {other} it is {there}"
        tally.differ(check, "value", message, subject=other, catalog=here, other=there)


def _compare_video_starts(
    name: str,
    video: CatalogVideo,
    told: PublishedVideo,
    measured: set[tuple[int, ...]],
    tolerance: int,
    tally: Tally,
) -> None:
    """Compare the starts in a video's own file: they are those of one presentation, whichever that was."""
    there = tuple(row["frame_start"] for row in told.segments)
    if told.path is None or not there:
        return
    tally.count("video_starts")
    candidates = [video.starts, *sorted(measured)]
    if any_same(candidates, there, tolerance):
        return
    other = told.columns["id"]
    if told.columns["label"] == NATURAL_VIDEO and any(found_in_part(one, there, tolerance) for one in candidates):
        message = f"scene cuts of the natural video {other} are found only in part"
        tally.known("video_starts", "known_missed_cuts", message, recording=None, count=1)
        return
    message = (
        f"the video {name} of the catalog is cut at {list(video.starts)}; published as {other} it is cut at "
        f"{list(there)}, as no presentation in the catalog is"
    )
    kind = "start" if len(video.starts) == len(there) else "count"
    tally.differ("video_starts", kind, message, subject=other, catalog=list(video.starts), other=list(there))


def _collect_segments(
    name: str,
    video: CatalogVideo,
    told: PublishedVideo,
    here: dict[Place, str],
    there: dict[Place, str],
    tally: Tally,
) -> None:
    """Add the places of a video to both sides, where both have as many of them."""
    if told.columns["n_segments"] != len(video.segments):
        return
    other = told.columns["id"]
    for row in told.segments:
        index, theirs = row["segment_index"], row["segment_id"]
        ours = video.segments[index]
        if theirs is None:
            continue
        if ours is None:
            tally.count("segments")
            message = f"{_place_name((name, other, index))} has no ID in the catalog; it is published as {theirs}"
            tally.differ("segments", "missing", message, subject=f"{other}[{index}]", other=theirs)
            continue
        here[name, other, index], there[name, other, index] = ours, theirs
