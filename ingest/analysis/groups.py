"""Groups: presentations that show the same video, and occurrences of the same segment, under one ID.

Sameness is closed transitively, among the presentations at hand and with what the catalog knows. An ID is the smallest
content hash of the first batch that showed the video, so it depends on content alone: not on the order of files, on the
number of workers, or on the machine. Of each group only *variants* are kept for comparison: a presentation that is
nearly identical to a variant, with the same segmentation, adds nothing that the variant does not match as well.
"""

from collections.abc import Callable, Hashable, Iterable
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
    return _Batch(presentations, known, _VIDEOS).group()


def group_segments(
    occurrences: Iterable[tuple[str, SegmentSignature]], known: Known[SegmentSignature] | None = None
) -> Grouping:
    """Return the segment IDs of occurrences of segments, given as (segment hash, signature)."""
    return _Batch(occurrences, known, _SEGMENTS).group()


@dataclass(frozen=True)
class _Kind(Generic[Signature]):
    """How signatures of one kind are searched and compared.

    ``limits`` takes a projection: those of a signature with which another is searched, or of a variant in the catalog.
    """

    compare: Callable[[Signature, Signature], Likeness]
    projections: Callable[[Signature], Iterable[Projection]]
    limits: Callable[[Projection], SearchLimits]


_VIDEOS = _Kind(compare_videos, lambda signature: (signature.projection(),), video_search_limits)
_SEGMENTS = _Kind(compare_segments, SegmentSignature.projections, segment_search_limits)


@dataclass(frozen=True)
class _Node:
    """A group of the catalog (``id``), or a content hash of the batch."""

    id: str | None
    content_hash: str | None = None


@dataclass(frozen=True, eq=False)
class _Entry:
    """A variant in the search index: of the catalog, found by ``key``, or of the batch."""

    node: _Node
    key: Hashable = None


class _Batch(Generic[Signature]):
    """One run of grouping: a search index of variants, and groups that grow as matches are found."""

    def __init__(
        self, members: Iterable[tuple[str, Signature]], known: Known[Signature] | None, kind: _Kind[Signature]
    ) -> None:
        self._members = dict(members)
        self._known = known
        self._kind = kind
        self._index: CandidateIndex[_Entry] = CandidateIndex()
        self._ranks: dict[str, int] = {}
        self._parents: dict[_Node, _Node] = {}
        self._loaded: dict[Hashable, Signature] = {}

    def group(self) -> Grouping:
        """Return the grouping. Going by content hash makes it independent of the order in which files were read."""
        if self._known is not None:
            self._index_known(self._known)
        variants = [content_hash for content_hash in sorted(self._members) if self._place(content_hash)]
        ids, merges = self._name_groups()
        return Grouping(
            ids={content_hash: ids[self._root(_Node(None, content_hash))] for content_hash in self._members},
            new_variants=tuple(
                Variant(ids[self._root(_Node(None, content_hash))], content_hash) for content_hash in variants
            ),
            merges=tuple(merges),
        )

    def _index_known(self, known: Known[Signature]) -> None:
        for variant in sorted(known.candidates(), key=lambda one: (one.rank, one.id)):
            self._ranks[variant.id] = min(variant.rank, self._ranks.get(variant.id, variant.rank))
            node = _Node(variant.id)
            self._parents[node] = node
            limits = self._kind.limits(variant.projection)
            self._index.add(variant.projection, _Entry(node, variant.key), limits)

    def _place(self, content_hash: str) -> bool:
        """Join a member to the groups that it matches; return whether it is a variant, and then index it."""
        signature = self._members[content_hash]
        node = _Node(None, content_hash)
        self._parents[node] = node
        projections = []
        represented = False
        compared: set[_Entry] = set()
        for projection in self._kind.projections(signature):
            projections.append(projection)
            for entry in self._index.search(projection, self._kind.limits(projection)):
                if entry in compared:
                    continue
                compared.add(entry)
                likeness = self._kind.compare(signature, self._signature(entry))
                if likeness is not Likeness.DIFFERENT:
                    self._join(node, entry.node)
                # One that a variant stands for may still match others: all are looked at.
                represented = represented or likeness is Likeness.REPRESENTED
        if represented:
            return False
        for projection in projections:
            self._index.add(projection, _Entry(node), self._kind.limits(projection))
        return True

    def _signature(self, entry: _Entry) -> Signature:
        if entry.node.content_hash is not None:
            return self._members[entry.node.content_hash]
        if entry.key not in self._loaded:
            assert self._known is not None
            self._loaded[entry.key] = self._known.signature(entry.key)
        return self._loaded[entry.key]

    def _root(self, node: _Node) -> _Node:
        while self._parents[node] is not node:
            self._parents[node] = self._parents[self._parents[node]]
            node = self._parents[node]
        return node

    def _join(self, one: _Node, other: _Node) -> None:
        self._parents[self._root(one)] = self._root(other)

    def _name_groups(self) -> tuple[dict[_Node, str], list[Merge]]:
        """Return the ID of each group's root: that known for longest, else the smallest hash; and what merged."""
        members: dict[_Node, list[_Node]] = {}
        for node in self._parents:
            members.setdefault(self._root(node), []).append(node)
        ids: dict[_Node, str] = {}
        merges: list[Merge] = []
        for root, nodes in members.items():
            known = sorted((self._ranks[node.id], node.id) for node in nodes if node.id is not None)
            hashes = [node.content_hash for node in nodes if node.content_hash is not None]
            ids[root] = known[0][1] if known else min(hashes)
            merges += [Merge(kept=ids[root], merged=merged) for _, merged in known[1:]]
        return ids, sorted(merges, key=lambda merge: (merge.kept, merge.merged))
