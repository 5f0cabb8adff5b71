"""One trial, from its files to facts: a pure function of the files, so that it can run in any process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalog.arrays import ArrayError, FoundFile, Root, UnreachableError, UnreadableError, root_at
from catalog.arrays.digests import CRC32
from ingest.analysis.activity import ActivityPartial, trial_activity
from ingest.analysis.extents import measure_extents
from ingest.analysis.frames import canonical_frames
from ingest.analysis.signals import SignalSummary, summarise_signal, valid_part
from ingest.analysis.video import VideoAnalysis, analyse_video
from ingest.facts import Problem, Row, TrialFacts
from ingest.reading.arrays import LoadedArray, load_array

TOPIC = "ingest"
BAD = "bad_file"
"""The kind of problem with a file that holds no array, or not the one it should."""
UNREADABLE = "unreadable_file"
"""The kind of problem with a file that the system or a zip does not give out, whatever it may hold."""
DIMENSIONS = {"video": 3, "response": 2, "behavior": 2, "gaze": 2}
ROWS = {"behavior": 2, "gaze": 2}
SIGNALS_OF: dict[str, tuple[tuple[str, int | None], ...]] = {
    "video": (("video", None),),
    "response": (("response", None),),
    "behavior": (("pupil", 0), ("locomotion", 1)),
    "gaze": (("gaze", None),),
}
"""Kind of array file to the signals it holds, and the row of each where they share the array."""
PIXEL_RANGE = (0.0, 255.0)


@dataclass(frozen=True)
class TrialTask:
    """What is to be read: the recording's root, and the path in it of each kind of array of the trial.

    `algorithms` is by what the digests of files are made, by path; that of others is a CRC-32.
    """

    recording: str
    root: Path
    trial: int
    files: dict[str, str]
    algorithms: Mapping[str, str] = field(default_factory=dict)


@dataclass
class TrialResult:
    """What one trial's files hold.

    Attributes
    ----------
    facts
        Its rows, without tier and video.
    analysis
        What its video shows; None when there is none that can be analysed.
    activity
        Its part of the neurons' statistics; None without a valid response.
    n_neurons
        Rows of its response array; None without one.
    n_frames
        Columns of its arrays, padding included; None when it has no readable array.
    problems
        What is wrong with its files.
    """

    facts: TrialFacts
    analysis: VideoAnalysis | None = None
    activity: ActivityPartial | None = None
    n_neurons: int | None = None
    n_frames: int | None = None
    problems: list[Problem] = field(default_factory=list)


def kept_trial(facts: TrialFacts, activity: ActivityPartial | None) -> TrialResult:
    """Return the result of a trial whose rows stay as they are; of its files, no more than the response was read."""
    shapes = {file["signal"]: file["shape"] for file in facts.files}
    return TrialResult(
        facts,
        activity=activity,
        n_neurons=shapes["response"][0] if "response" in shapes else None,
        n_frames=max((shape[-1] for shape in shapes.values()), default=None),
    )


def read_trial(task: TrialTask) -> TrialResult:
    """Read and analyse the files of a trial.

    A file that is missing or broken costs its own signal: that is invalid, and its count of valid frames unknown.

    Raises
    ------
    UnreachableError
        The system gives out nothing of the recording at the moment, which says nothing of its files.
    """
    result = TrialResult(TrialFacts(task.trial, _without_signals()))
    lengths: dict[str, int] = {}
    root = root_at(task.root)
    for kind, path in task.files.items():
        loaded = _load(task, root, kind, path, result)
        if loaded is None:
            continue
        lengths[path] = loaded.values.shape[-1]
        for signal, row in SIGNALS_OF[kind]:
            result.facts.files.append(_file_row(signal, row, path, loaded))
            values = loaded.values if row is None else loaded.values[row]
            # Infinite values are looked for and told; numpy need not warn of them before.
            with np.errstate(invalid="ignore", over="ignore"):
                _take_signal(task, signal, path, values, result)
    _compare_lengths(task, lengths, result)
    counts = [result.facts.columns[f"valid_frames_{signal}"] for signal in ("video", "response")]
    result.facts.columns["valid_frames"] = min((count for count in counts if count is not None), default=None)
    return result


def _without_signals() -> Row:
    columns: Row = {"label": None, "first_label": None, "peaks": None, "n_peaks": None, "video_hash": None}
    columns |= {"segments_n_peaks": None, "segments_bad_n": None, "segments_avg_duration": None}
    columns |= {"valid_frames": None, "valid_trial": False}
    for signal in ("video", "response", "pupil", "gaze", "locomotion"):
        columns |= {f"valid_frames_{signal}": None, f"valid_{signal}": False}
    return columns


def fault_of(root: Root, kind: str, path: str) -> str | None:
    """Return the kind of problem that there would be with a file (`BAD`, `UNREADABLE`) if it were read now.

    Raises
    ------
    UnreachableError
        See `read_trial`.
    """
    try:
        _array_of(kind, *root.read(path))
    except UnreachableError:
        raise
    except (ArrayError, UnreadableError) as error:
        return _fault(error)
    return None


def _load(task: TrialTask, root: Root, kind: str, path: str, result: TrialResult) -> LoadedArray | None:
    try:
        algorithm = task.algorithms.get(path, CRC32)
        content, found = root.read(path)
        # Also of a file that holds no array: it may be cut for the time being, and get back what it was when listed.
        result.facts.seen.append({"path": path, "bytes": found.bytes, "modified_ns": found.modified_ns})
        return _array_of(kind, content, found, algorithm)
    except UnreachableError:
        raise
    except (ArrayError, UnreadableError) as error:
        _note(result, task, "error", _fault(error), kind, path, str(error), f"the trial has no valid {kind} signal")
        return None


def _array_of(kind: str, content: bytes, found: FoundFile, algorithm: str = CRC32) -> LoadedArray:
    loaded = load_array(content, found, dimensions=DIMENSIONS[kind], algorithm=algorithm)
    shape = loaded.values.shape
    if shape[-1] == 0:
        raise ArrayError(f"has no frames: its shape is {shape}")
    if kind in ROWS and shape[0] != ROWS[kind]:
        raise ArrayError(f"has the shape {shape}, expected ({ROWS[kind]}, frames)")
    if shape[0] == 0:
        raise ArrayError(f"holds nothing: its shape is {shape}")
    return loaded


def _fault(error: ArrayError | UnreadableError) -> str:
    return BAD if isinstance(error, ArrayError) else UNREADABLE


def _file_row(signal: str, row: int | None, path: str, loaded: LoadedArray) -> Row:
    return {
        "signal": signal,
        "path": path,
        "array_row": row,
        "bytes": loaded.bytes,
        "modified_ns": loaded.modified_ns,
        "digest": loaded.digest,
        "dtype": str(loaded.values.dtype),
        "shape": list(loaded.values.shape),
    }


def _take_signal(task: TrialTask, signal: str, path: str, values: NDArray[Any], result: TrialResult) -> None:
    if values.dtype.kind != "f":
        values = values.astype(np.float64)
    columns = result.facts.columns
    if signal == "video":
        _take_video(task, path, values, result)
        return
    if signal == "response":
        summary, low, high = _take_response(values, result)
    else:
        summary = summarise_signal(values)
        low, high = _extent(values, summary)
    columns[f"valid_frames_{signal}"] = summary.valid_frames
    columns[f"valid_{signal}"] = summary.valid
    if not np.isfinite(high - low):
        columns[f"valid_{signal}"] = False
        result.activity = None
        _note(result, task, "error", "not_finite", signal, path, "holds infinite values", "the signal is invalid")
    elif summary.gap or summary.partial:
        _note(
            result, task, "warning", "nan_inside", signal, path,
            f"has {_where(gap=summary.gap)}", "counted the frames that hold values",
        )  # fmt: skip


def _take_response(values: NDArray[Any], result: TrialResult) -> tuple[SignalSummary, float, float]:
    """Keep the response's part of the activity statistics; return its summary, smallest and largest value.

    The statistics tell all of these, so that nothing else has to read a response.
    """
    result.n_neurons = values.shape[0]
    valid, gap = valid_part(values)
    n_frames = valid.shape[1]
    if n_frames == 0:
        return SignalSummary(valid_frames=0, valid=False, gap=False, partial=False), 0.0, 0.0
    activity = trial_activity(valid)
    partial = bool((activity.count < n_frames).any())
    summary = SignalSummary(n_frames, valid=activity.total != 0, gap=gap, partial=partial)
    if summary.valid:
        result.activity = activity
    active = activity.count > 0
    return summary, float(activity.minimum[active].min()), float(activity.maximum[active].max())


def _extent(values: NDArray[Any], summary: SignalSummary) -> tuple[float, float]:
    """Return the smallest and the largest value, leaving NaN aside."""
    if summary.valid_frames == 0:
        return 0.0, 0.0
    return float(np.fmin.reduce(values, axis=None)), float(np.fmax.reduce(values, axis=None))


def _where(*, gap: bool) -> str:
    return "frames of NaN before its last valid frame" if gap else "NaN inside valid frames"


def _take_video(task: TrialTask, path: str, values: NDArray[Any], result: TrialResult) -> None:
    frames, gap = canonical_frames(values)
    result.facts.columns["valid_frames_video"] = len(frames)
    if len(frames) == 0:
        _note(result, task, "warning", "no_frames", "video", path, "holds only NaN", "the trial has no video")
        return
    extents = measure_extents(frames)
    low, high = extents.low, extents.high
    if gap or np.isnan(low):
        _note(result, task, "error", "nan_inside", "video", path, f"has {_where(gap=gap)}", "the trial has no video")
        return
    if not extents.finite:
        _note(result, task, "error", "not_finite", "video", path, "holds infinite values", "the trial has no video")
        return
    if low < PIXEL_RANGE[0] or high > PIXEL_RANGE[1]:
        _note(
            result, task, "warning", "pixel_range", "video", path,
            f"has intensities from {low:g} to {high:g}, expected 0 to 255", "analysed it as it is",
        )  # fmt: skip
    _take_analysis(analyse_video(frames, extents), result)


def _take_analysis(analysis: VideoAnalysis, result: TrialResult) -> None:
    result.analysis = analysis
    valid = analysis.segments_bad_n == 0
    result.facts.columns |= {
        "label": analysis.label,
        "first_label": analysis.first_label,
        "peaks": list(analysis.peaks),
        "n_peaks": len(analysis.peaks),
        "segments_n_peaks": analysis.segments_n_peaks,
        "segments_bad_n": analysis.segments_bad_n,
        "segments_avg_duration": analysis.segments_avg_duration,
        "video_hash": analysis.content_hash,
        "valid_video": valid,
        "valid_trial": valid,
    }
    result.facts.segments = [
        {"segment_index": index, **vars(segment)} for index, segment in enumerate(analysis.segments)
    ]


def _compare_lengths(task: TrialTask, lengths: dict[str, int], result: TrialResult) -> None:
    result.n_frames = max(lengths.values(), default=None)
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{path} {length}" for path, length in lengths.items())
        _note(
            result, task, "warning", "lengths_differ", None, None,
            f"the trial's arrays differ in length: {told}", "took each as it is",
        )  # fmt: skip


def _note(
    result: TrialResult,
    task: TrialTask,
    severity: str,
    kind: str,
    signal: str | None,
    path: str | None,
    what: str,
    action: str,
) -> None:
    message = f"{path} {what}" if path else what
    result.problems.append(Problem(severity, kind, TOPIC, message, action, task.recording, task.trial, signal, path))
