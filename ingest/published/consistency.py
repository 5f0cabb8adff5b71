"""Where published files contradict each other: within a recording, trials and their videos, lists of duplicates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from catalog.counts import counted, noun_of
from ingest.facts import RecordingFacts, Row, TrialFacts
from ingest.published.findings import Findings, some
from ingest.published.layout import Layout
from ingest.published.presentations import Presentation
from ingest.published.stimuli import PublishedStimuli, PublishedVideo

FRAMES_TOLERATED = 2
"""Displays drop and double frames: repeats of one video differ by up to this many."""
BACKGROUND = "Background"
"""The label of the gray between photographs, which lasts as long as it lasts."""

Shown = dict[str, dict[str, set[int]]]
"""The trials of each recording that show a video, by video."""


def add_missing_videos(
    facts: RecordingFacts, presentations: Mapping[int, Presentation], stimuli: PublishedStimuli, findings: Findings
) -> None:
    """Make the videos that trials name and no file describes, from what their first trial says."""
    missing: dict[str, list[TrialFacts]] = {}
    for trial in facts.trials:
        name = trial.columns["video_id"]
        if name is not None and name not in stimuli.videos:
            missing.setdefault(name, []).append(trial)
    for name, trials in missing.items():
        # The first one with segments says the most.
        best = next((trial for trial in trials if trial.segments), trials[0])
        stimuli.videos[name] = _video_of_trial(name, best, presentations.get(best.trial))
        findings.error(
            "video_without_file",
            f"{_trial_list(trials)} of {facts.name} show the video {name}, and there is no file of it",
            f"the video was taken in with the label, frames and segments of trial {best.trial}",
            trial=best.trial,
        )


def _video_of_trial(name: str, trial: TrialFacts, presentation: Presentation | None) -> PublishedVideo:
    columns: Row = {
        "id": name,
        "label": trial.columns["label"] or "unknown",
        "valid_frames": trial.columns["valid_frames_video"],
        "sampling_freq": presentation.values["sampling_freq"] if presentation else None,
        "n_segments": presentation.n_segments if presentation else 0,
        "source": "published",
    }
    kept = ("segment_index", "frame_start", "frame_end", "bad_properties")
    segments = [{**{key: row[key] for key in kept}, "segment_id": None} for row in trial.segments]
    return PublishedVideo(columns, segments, path=None)


def _trial_list(trials: list[TrialFacts]) -> str:
    return f"{'trial' if len(trials) == 1 else 'trials'} {some([trial.trial for trial in trials])}"


def check_recording(facts: RecordingFacts, presentations: Mapping[int, Presentation], findings: Findings) -> None:
    """Report where a recording's numbers are not those of its trials and neurons."""
    columns = facts.columns
    for name, noun, found in (("n_trials", "trial", len(facts.trials)), ("n_neurons", "neuron", len(facts.neurons))):
        if columns[name] is not None and found and columns[name] != found:
            findings.warning(
                "count_differs",
                f"{name} of {facts.name} is {columns[name]}; its files hold {counted(found, noun)}",
                "kept as published",
            )
    samples = columns["samples_per_trial"]
    for trial in facts.trials:
        _check_validity(trial, findings)
        frames = trial.columns["valid_frames"]
        if samples is not None and frames is not None and frames > samples:
            message = (
                f"valid_frames of trial {trial.trial} is {frames}; samples_per_trial of the recording is {samples}"
            )
            findings.warning("valid_frames_differ", message, "kept as published", trial=trial.trial)
    for number, presentation in presentations.items():
        frequency = presentation.values["sampling_freq"]
        if None not in (frequency, columns["sampling_freq"]) and frequency != columns["sampling_freq"]:
            findings.warning(
                "sampling_freq_differs",
                f"sampling_freq is {frequency} in {presentation.path}, and {columns['sampling_freq']} of the recording",
                "the recording's was kept",
                path=presentation.path,
                trial=number,
            )


def _check_validity(trial: TrialFacts, findings: Findings) -> None:
    """Report where a trial's validity is not what the published rule makes of its signals."""
    columns = trial.columns
    parts = (columns["valid_frames_video"], columns["valid_frames_response"])
    if columns["valid_frames"] is not None and None not in parts and columns["valid_frames"] != min(parts):
        message = (
            f"valid_frames of trial {trial.trial} is {columns['valid_frames']}; "
            f"expected the smaller of video and response, {min(parts)}"
        )
        findings.warning("valid_frames_differ", message, "kept as published", trial=trial.trial)
    expected = {"valid_trial": columns["valid_video"]}
    if columns["segments_bad_n"] is not None:
        expected["valid_video"] = columns["segments_bad_n"] == 0
    for name, value in expected.items():
        if columns[name] != value:
            why = "valid_video" if name == "valid_trial" else f"{counted(columns['segments_bad_n'], 'bad segment')}"
            message = f"{name} of trial {trial.trial} is {columns[name]}, against {why}"
            findings.warning("validity_differs", message, "kept as published", trial=trial.trial)


def check_against_videos(
    facts: RecordingFacts, presentations: Mapping[int, Presentation], stimuli: PublishedStimuli, findings: Findings
) -> None:
    """Report the trials whose label, frames or segments are not those of the video they show."""
    for trial in facts.trials:
        video = stimuli.videos.get(trial.columns["video_id"])
        if video is None or video.path is None:
            continue
        presentation = presentations.get(trial.trial)
        label, frames = trial.columns["label"], trial.columns["valid_frames_video"]
        if label is not None and label != video.columns["label"]:
            other = video.columns["label"]
            message = f"the label of trial {trial.trial} is {label!r}; its video is {other!r} in {video.path}"
            _disagreement(findings, "label_differs", message, video, trial)
        if frames is not None and not _near(frames, video.columns["valid_frames"]):
            message = (
                f"trial {trial.trial} has {frames} valid frames of video; its video has "
                f"{video.columns['valid_frames']} in {video.path}"
            )
            _disagreement(findings, "valid_frames_differ", message, video, trial)
        if presentation is not None:
            _check_segmentation(trial, presentation, video, findings)
            frequency = presentation.values["sampling_freq"], video.columns["sampling_freq"]
            if None not in frequency and frequency[0] != frequency[1]:
                message = f"sampling_freq is {frequency[0]} in {presentation.path}, and {frequency[1]} in {video.path}"
                _disagreement(findings, "sampling_freq_differs", message, video, trial)


def _disagreement(findings: Findings, kind: str, message: str, video: PublishedVideo, trial: TrialFacts) -> None:
    findings.warning(kind, message, "both were kept as published", path=video.path, trial=trial.trial)


def _near(frames: int, others: int | None) -> bool:
    return others is None or abs(frames - others) <= FRAMES_TOLERATED


def _check_segmentation(
    trial: TrialFacts, presentation: Presentation, video: PublishedVideo, findings: Findings
) -> None:
    ours, theirs = trial.segments, video.segments
    if presentation.n_segments != video.columns["n_segments"]:
        message = (
            f"trial {trial.trial} has {counted(presentation.n_segments, 'segment')} in {presentation.path}; "
            f"its video has {video.columns['n_segments']} in {video.path}"
        )
        _disagreement(findings, "segmentation_differs", message, video, trial)
        return
    starts = {row["segment_index"]: row for row in theirs}
    for row in ours:
        other = starts.get(row["segment_index"])
        if other is None:
            continue
        span, expected = (row["frame_start"], row["frame_end"]), (other["frame_start"], other["frame_end"])
        if not all(map(_near, span, expected)):
            message = (
                f"segment {row['segment_index']} of trial {trial.trial} is frames {span[0]} to {span[1]} in "
                f"{presentation.path}; its video has {expected[0]} to {expected[1]} in {video.path}"
            )
            _disagreement(findings, "segmentation_differs", message, video, trial)
            return


def check_segments(stimuli: PublishedStimuli, findings: Findings) -> None:
    """Report the videos whose segments are of another label or length than these segments' own files say."""
    for video in stimuli.videos.values():
        for row in video.segments:
            segment = stimuli.segments.get(row["segment_id"])
            if segment is None or segment.path is None:
                continue
            label, frames = segment.columns["label"], segment.columns["valid_frames"]
            place = f"segment {row['segment_index']} in {video.path}"
            if label not in (video.columns["label"], BACKGROUND):
                other = video.columns["label"]
                message = f"{place} is {row['segment_id']} with the label {label!r}; the video's is {other!r}"
                findings.warning("label_differs", message, "both were kept as published", path=video.path)
            if label != BACKGROUND and not _near(row["frame_end"] - row["frame_start"], frames):
                lasts = counted(row["frame_end"] - row["frame_start"], "frame")
                message = f"{place} lasts {lasts}; {row['segment_id']} has {frames} in {segment.path}"
                findings.warning("segmentation_differs", message, "both were kept as published", path=video.path)


def check_duplicates(stimuli: PublishedStimuli, shown: Shown, layout: Layout, findings: Findings) -> None:
    """Report where the lists of duplicates are not what trials and videos say; those are believed.

    Of recordings in the same folder that were not selected nothing is known, and nothing reported.
    """
    recordings = layout.recordings.keys()
    unread = layout.known - recordings
    strangers: dict[str, list[str]] = {}
    for name, video in stimuli.videos.items():
        if video.duplicates is None:
            continue
        listed = {recording: trials for recording, trials in video.duplicates.items() if recording not in unread}
        for recording in listed.keys() - recordings:
            strangers.setdefault(recording, []).append(name)
        _compare(
            {recording: trials for recording, trials in listed.items() if recording in recordings},
            shown.get(name, {}),
            lambda recording, trials: f"{_numbered('trial', trials)} of {recording}",
            f"which the trials say show {name}",
            f"which do not show {name} or are not there",
            video.path,
            findings,
            by_recording=True,
        )
    for recording, names in sorted(strangers.items()):
        message = f"the duplicates of {counted(len(names), 'video')} name the recording {recording}, which is not there"
        findings.warning("duplicates_differ", message, "nothing was taken in of it")
    _check_segment_duplicates(stimuli, findings)


def _check_segment_duplicates(stimuli: PublishedStimuli, findings: Findings) -> None:
    places: dict[str, dict[str, set[int]]] = {}
    for name, video in stimuli.videos.items():
        for row in video.segments:
            if row["segment_id"] is not None:
                places.setdefault(row["segment_id"], {}).setdefault(name, set()).add(row["segment_index"])
    for name, segment in stimuli.segments.items():
        if segment.duplicates is not None:
            _compare(
                segment.duplicates,
                places.get(name, {}),
                lambda video, indexes: f"{_numbered('segment', indexes)} of {video}",
                f"which the videos say are {name}",
                f"which are not {name} or not there",
                segment.path,
                findings,
                by_recording=False,
            )


def _numbered(noun: str, numbers: set[int]) -> str:
    return f"{noun_of(len(numbers), noun)} {some(sorted(numbers), 10)}"


def _compare(
    listed: Mapping[str, set[int]],
    actual: Mapping[str, set[int]],
    describe: Callable[[str, set[int]], str],
    lacking: str,
    unknown: str,
    path: str | None,
    findings: Findings,
    *,
    by_recording: bool,
) -> None:
    for name in sorted({*listed, *actual}):
        ours, theirs = actual.get(name, set()), listed.get(name, set())
        for numbers, verb, what in ((ours - theirs, "lack", lacking), (theirs - ours, "name", unknown)):
            if numbers:
                context: dict[str, Any] = {"recording": name} if by_recording else {}
                message = f"the duplicates in {path} {verb} {describe(name, numbers)}, {what}"
                findings.warning("duplicates_differ", message, "the list was not believed", path=path, **context)
