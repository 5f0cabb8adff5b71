"""Analysis of one video: from its pixels to label, segments, hashes and signatures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ingest.analysis.descriptors import SegmentDescriber
from ingest.analysis.extents import Extents, measure_extents
from ingest.analysis.frames import canonical_frames
from ingest.analysis.hashes import segment_hash, video_hash
from ingest.analysis.labels import classify
from ingest.analysis.peaks import find_peaks
from ingest.analysis.segments import Bounds, Segment, cut_at_peaks, split_missed_cuts
from ingest.analysis.signatures import SegmentSignature, VideoSignature, sign_segments, sign_video
from ingest.analysis.stimulus_classes import PARAMETRIC_CLASSES, UNKNOWN, peak_parameters

__all__ = ["VideoAnalysis", "analyse_video", "canonical_frames"]


@dataclass(frozen=True, eq=False)
class VideoAnalysis:
    """What one presentation of a video shows.

    ``peaks`` are those of the last peak pass, before segments that hide a missed cut are split: there can be more
    segments than ``segments_n_peaks``. ``segment_hashes`` and ``segment_signatures`` have one entry a segment for
    parametric labels and are empty otherwise. The ``segments_`` numbers bear their published names.
    """

    first_label: str
    label: str
    peaks: tuple[int, ...]
    segments: tuple[Segment, ...]
    content_hash: str
    segment_hashes: tuple[str, ...]
    signature: VideoSignature
    segment_signatures: tuple[SegmentSignature, ...]

    @property
    def segments_n_peaks(self) -> int:
        """Number of segments that the peaks make."""
        return len(self.peaks) + 1

    @property
    def segments_bad_n(self) -> int:
        """Number of bad segments."""
        return sum(segment.bad_properties for segment in self.segments)

    @property
    def segments_avg_duration(self) -> float:
        """Mean duration of the final segments, in frames; 0 without frames."""
        return float(np.mean([segment.duration for segment in self.segments])) if self.segments else 0.0


def analyse_video(frames: NDArray[np.float32], extents: Extents | None = None) -> VideoAnalysis:
    """Return the analysis of a video's valid frames: (T, height, width), float32, finite, 0…255.

    ``extents`` are theirs, where they are known already.
    """
    if extents is None and frames.size:
        # In the memory order that the frames come in.
        extents = measure_extents(frames)
    frames = np.ascontiguousarray(frames)
    first_label, peaks, label, segments = _segment(frames, extents)
    parametric = label in PARAMETRIC_CLASSES
    return VideoAnalysis(
        first_label=first_label,
        label=label,
        peaks=peaks,
        segments=segments,
        content_hash=video_hash(frames),
        segment_hashes=tuple(segment_hash(frames[one.frame_start : one.frame_end]) for one in segments)
        if parametric
        else (),
        signature=sign_video(frames, label, segments),
        segment_signatures=sign_segments(frames, label, segments),
    )


def _segment(
    frames: NDArray[np.float32], extents: Extents | None
) -> tuple[str, tuple[int, ...], str, tuple[Segment, ...]]:
    """Return first label, peaks, label and segments, after the three passes of the published method."""
    if frames.size == 0:
        return UNKNOWN, (), UNKNOWN, ()
    describer = SegmentDescriber(frames, extents)
    peaks = find_peaks(describer.change, peak_parameters(None))
    bounds = cut_at_peaks(peaks, len(frames))
    first_label, segments = _label(describer, bounds)
    label = first_label
    if first_label != UNKNOWN:
        peaks = find_peaks(describer.change, peak_parameters(first_label))
        bounds = cut_at_peaks(peaks, len(frames))
        label, segments = _label(describer, bounds)
    if label in PARAMETRIC_CLASSES:
        split = split_missed_cuts(bounds, PARAMETRIC_CLASSES[label].nominal_duration)
        if split != bounds:
            label, segments = _label(describer, split)
    return first_label, peaks, label, segments


def _label(describer: SegmentDescriber, bounds: Sequence[Bounds]) -> tuple[str, tuple[Segment, ...]]:
    segments = [describer.describe(one) for one in bounds]
    label, bad = classify(segments)
    return label, tuple(
        replace(segment, bad_properties=True) if is_bad else segment
        for segment, is_bad in zip(segments, bad, strict=True)
    )
