"""Groups: presentations that show the same video, and occurrences of the same segment, under one ID.

Sameness is closed transitively, among the presentations at hand and with what the catalog knows. An ID is the smallest
content hash of the first batch that showed the video, so it depends on content alone: not on the order of files, on the
number of workers, or on the machine. Of each group only *variants* are kept for comparison: a presentation that is
nearly identical to a variant, with the same segmentation, adds nothing that the variant does not match as well.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from ingest.analysis.candidates import CandidateIndex
from ingest.analysis.identity import (
    Likeness,
    SearchLimits,
    compare_segments,
    compare_videos,
    segment_search_limits,
    video_search_limits,
)
from ingest.analysis.signatures import Projection, SegmentSignature, VideoSignature

Signature = TypeVar("Signature")
SignatureOut = TypeVar("SignatureOut", covariant=True)


@dataclass(frozen=True)
class KnownVariant:
    """A variant of a video or segment in the catalog.

    ``key`` is whatever the catalog finds its signature by; a lower ``rank`` means known for longer.
    """

    id: str
    key: Hashable
    projection: Projection
    rank: int


class Known(Protocol[SignatureOut]):
    """What the catalog knows: cheap projections of all variants, full signatures on demand."""

    def candidates(self) -> Iterable[KnownVariant]:
        """Return every variant."""

    def signature(self, key: Hashable) -> SignatureOut:
        """Return the signature of a variant; called once at most for each, and only where it may match."""


@dataclass(frozen=True)
class Variant:
    """A presentation whose signature is to be kept: the first of a new ID, or a variant of one."""

    id: str
    content_hash: str


@dataclass(frozen=True)
class Merge:
    """Two IDs of the catalog that turned out to be one; ``kept`` is the one of lower rank."""

    kept: str
    merged: str


@dataclass(frozen=True)
class Grouping:
    """The ID of each content hash, the signatures to keep, and known IDs that are one."""

    ids: dict[str, str]
    new_variants: tuple[Variant, ...]
    merges: tuple[Merge, ...]


def group_videos(
    presentations: Iterable[tuple[str, VideoSignature]], known: Known[VideoSignature] | None = None
) -> Grouping:
    """Return the video IDs of presentations, given as (content hash, signature)."""

    def limits(signature: VideoSignature, _: Projection) -> SearchLimits:
        return video_search_limits(signature)

    def projections(signature: VideoSignature) -> Sequence[Projection]:
        return (signature.projection(),)

    return _Grouper(compare_videos, projections, limits).group(presentations, known)


def group_segments(
    occurrences: Iterable[tuple[str, SegmentSignature]], known: Known[SegmentSignature] | None = None
) -> Grouping:
    """Return the segment IDs of occurrences of segments, given as (segment hash, signature)."""

    def limits(_: SegmentSignature, projection: Projection) -> SearchLimits:
        return segment_search_limits(projection)

    return _Grouper(compare_segments, SegmentSignature.projections, limits).group(occurrences, known)
