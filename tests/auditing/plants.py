"""What is published of a catalog, made to disagree with it in one thing: each plant says what an audit must find."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ingest.auditing import AuditReport
from tests.ingesting.publish import Key, Published

Found = tuple[str, str, str | None, int | None, str | None]
"""Check, kind, recording, trial and subject of a disagreement."""
Plant = Callable[[Published], list[Found]]


def found(report: AuditReport) -> list[Found]:
    return sorted(
        ((one.check, one.kind, one.recording, one.trial, one.subject) for one in report.disagreements), key=repr
    )


def films(published: Published) -> list[str]:
    """The natural videos that are shown four times, by name."""
    names = [name for name, row in published.videos.items() if row["label"] == "NaturalVideo"]
    shown = sorted(name for name in names if len(published.trials_of(name)) == 4)
    assert len(shown) == 3
    return shown


def a_trial(published: Published, label: str) -> Key:
    return min(key for key, row in published.trials.items() if row["label"] == label)


def of_trial(check: str, key: Key, subject: str | None, kind: str = "value") -> list[Found]:
    return [(check, kind, *key, subject)]


def other_label(published: Published) -> list[Found]:
    key = a_trial(published, "RandomDots")
    published.trials[key]["label"] = "Gabor"
    return of_trial("labels", key, "label")


def swapped_labels(published: Published) -> list[Found]:
    one, other = (a_trial(published, label) for label in ("RandomDots", "PinkNoise"))
    published.trials[one]["label"], published.trials[other]["label"] = "PinkNoise", "RandomDots"
    return sorted(of_trial("labels", one, "label") + of_trial("labels", other, "label"))


def other_tier(published: Published) -> list[Found]:
    key = a_trial(published, "RandomDots")
    published.trials[key]["trial_type"] = "train"
    return of_trial("trial_types", key, "trial_type")


def other_validity(published: Published) -> list[Found]:
    key = a_trial(published, "PinkNoise")
    published.trials[key]["valid_gaze"] = not published.trials[key]["valid_gaze"]
    return of_trial("validity", key, "valid_gaze")


def other_frames(published: Published) -> list[Found]:
    key = a_trial(published, "PinkNoise")
    published.trials[key]["valid_frames_gaze"] -= 1
    return of_trial("valid_frames", key, "valid_frames_gaze")


def other_pupil_frames(published: Published) -> list[Found]:
    key = a_trial(published, "NaturalVideo")
    # Not all frames of the recording: the known error would say so.
    published.trials[key]["valid_frames_pupil"] -= 1
    return of_trial("valid_frames", key, "valid_frames_pupil")


def missing_trial(published: Published) -> list[Found]:
    key = a_trial(published, "RandomDots")
    del published.trials[key]
    return of_trial("trials", key, None, "only_catalog")


def split_video(published: Published) -> list[Found]:
    """The published files hold one video to be two: the catalog joins them."""
    name = films(published)[0]
    published.videos["v999999"] = {**published.videos[name], "id": "v999999"}
    key = published.trials_of(name)[1]
    published.trials[key]["video_ID"] = "v999999"
    return of_trial("videos", key, None, "merge")


def moved_trial(published: Published) -> list[Found]:
    one, other, _ = films(published)
    key = published.trials_of(one)[0]
    published.trials[key]["video_ID"] = other
    return of_trial("videos", key, None, "moved")


def swapped_trials(published: Published) -> list[Found]:
    one, other, _ = films(published)
    a, b = published.trials_of(one)[0], published.trials_of(other)[0]
    published.trials[a]["video_ID"], published.trials[b]["video_ID"] = other, one
    return sorted(of_trial("videos", a, None, "swapped") + of_trial("videos", b, None, "swapped"))


def shifted_start(published: Published) -> list[Found]:
    key = a_trial(published, "PinkNoise")
    parts = published.presentations[key]
    parts[1]["frame_start"] -= 3
    return of_trial("segment_starts", key, "starts", "start")


def missing_segment(published: Published) -> list[Found]:
    key = a_trial(published, "GaussianDot")
    published.presentations[key].pop()
    return of_trial("segment_starts", key, "starts", "count")


def _parametric(published: Published, label: str) -> tuple[str, list[dict[str, Any]]]:
    name = min(name for name, row in published.videos.items() if row["label"] == label)
    return name, published.videos[name]["segments"]


def shifted_start_of_a_video(published: Published) -> list[Found]:
    name, parts = _parametric(published, "PinkNoise")
    parts[3]["frame_start"] += 2
    return [("video_starts", "start", None, None, name)]


def joined_segments(published: Published) -> list[Found]:
    """Two blobs of one video are published as one: the catalog splits it."""
    name, parts = _parametric(published, "GaussianDot")
    twice = next(i for i, part in enumerate(parts) if part["segment_ID"] != parts[0]["segment_ID"])
    parts[twice]["segment_ID"] = parts[0]["segment_ID"]
    return [("segments", "split", None, None, f"{name}[{twice}]")]


def other_label_of_a_video(published: Published) -> list[Found]:
    name, _ = _parametric(published, "RandomDots")
    published.videos[name]["label"] = "Gabor"
    return [("video_labels", "value", None, None, name)]


def other_label_of_a_segment(published: Published) -> list[Found]:
    _, parts = _parametric(published, "RandomDots")
    name = parts[0]["segment_ID"]
    published.segments[name]["label"] = "Gabor"
    return [("segment_labels", "value", None, None, name)]


def moved_neuron(published: Published) -> list[Found]:
    recording = min(published.neurons)
    published.neurons[recording][2]["coord_y"] += 1
    return [("coordinates", "value", recording, None, f"unit_id {published.neurons[recording][2]['ID']}")]


def missing_neuron(published: Published) -> list[Found]:
    recording = min(published.neurons)
    unit = published.neurons[recording].pop()["ID"]
    published.basics[recording]["n_neurons"] = len(published.neurons[recording]) + 1
    return [("neurons", "only_catalog", recording, None, f"unit_id {unit}")]


def other_activity(published: Published) -> list[Found]:
    recording = min(published.neurons)
    published.neurons[recording][0]["mean_activation"] *= 1.01
    return [("neuron_statistics", "value", recording, None, f"unit_id {published.neurons[recording][0]['ID']}")]


def other_recording(published: Published) -> list[Found]:
    recording = min(published.basics)
    published.basics[recording]["n_neurons"] += 5
    return [("recordings", "value", recording, None, "n_neurons")]


PLANTS: list[Plant] = [
    other_label,
    swapped_labels,
    other_tier,
    other_validity,
    other_frames,
    other_pupil_frames,
    missing_trial,
    split_video,
    moved_trial,
    swapped_trials,
    shifted_start,
    missing_segment,
    shifted_start_of_a_video,
    joined_segments,
    other_label_of_a_video,
    other_label_of_a_segment,
    moved_neuron,
    missing_neuron,
    other_activity,
    other_recording,
]
