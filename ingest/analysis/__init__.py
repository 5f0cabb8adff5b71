"""Analysis of arrays: pure functions from pixels and signals to labels, segments, signatures, groups and statistics."""

from ingest.analysis.activity import (
    ActivityPartial,
    ActivityStatistics,
    activity_statistics,
    trial_activity,
)
from ingest.analysis.frames import canonical_frames
from ingest.analysis.groups import (
    Grouping,
    Known,
    KnownVariants,
    Merge,
    Variant,
    group_segments,
    group_videos,
)
from ingest.analysis.hashes import segment_hash, video_hash
from ingest.analysis.identity import same_segment, same_video
from ingest.analysis.projections import Projections, read_projections
from ingest.analysis.segments import Segment
from ingest.analysis.signals import SignalSummary, summarise_signal
from ingest.analysis.signatures import Projection, SegmentSignature, VideoSignature
from ingest.analysis.video import VideoAnalysis, analyse_video

__all__ = [
    "ActivityPartial",
    "ActivityStatistics",
    "Grouping",
    "Known",
    "KnownVariants",
    "Merge",
    "Projection",
    "Projections",
    "Segment",
    "SegmentSignature",
    "SignalSummary",
    "Variant",
    "VideoAnalysis",
    "VideoSignature",
    "activity_statistics",
    "analyse_video",
    "canonical_frames",
    "group_segments",
    "group_videos",
    "read_projections",
    "same_segment",
    "same_video",
    "segment_hash",
    "summarise_signal",
    "trial_activity",
    "video_hash",
]
