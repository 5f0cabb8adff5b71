"""Groups: presentations that show the same video, and occurrences of the same segment, under one ID.

Sameness is closed transitively, among the presentations at hand and with what the catalog knows. An ID is the smallest
content hash of the first batch that showed the video, so it depends on content alone: not on the order of files, on the
number of workers, or on the machine. Of each group only *variants* are kept for comparison: a presentation that is
nearly identical to a variant, with the same segmentation, adds nothing that the variant does not match as well.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
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
from ingest.analysis.projections import Projections
from ingest.analysis.signatures import Projection, SegmentSignature, VideoSignature

Signature = TypeVar("Signature")
Item = TypeVar("Item")
SignatureOut = TypeVar("SignatureOut", covariant=True)


@dataclass(frozen=True, eq=False)
class KnownVariants:
    """The variants in the catalog; the places in ``projections`` are those in the other three.

    ``ids`` are the videos or segments they belong to, ``keys`` whatever the catalog finds their signatures by; a lower
    one of the ``ranks`` means known for longer.
    """

    ids: Sequence[str]
    keys: Sequence[Hashable]
    ranks: Sequence[int]
    projections: Sequence[Projections]


class Known(Protocol[SignatureOut]):
    """What the catalog knows: cheap projections of all variants, full signatures on demand."""

    def variants(self) -> KnownVariants:
        """Return every variant."""

    def signatures(self, keys: Sequence[Hashable]) -> Mapping[Hashable, SignatureOut]:
        """Return the signatures of variants; called once at most, with those that may match."""


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

    ``limits`` takes a projection of the signature that is searched for.
    """

    compare: Callable[[Signature, Signature], Likeness]
    projections: Callable[[Signature], Iterable[Projection]]
    limits: Callable[[Projection], SearchLimits]


_VIDEOS = _Kind(compare_videos, lambda signature: (signature.projection(),), video_search_limits)
_SEGMENTS = _Kind(compare_segments, SegmentSignature.projections, segment_search_limits)


@dataclass(frozen=True, slots=True)
class _Node:
    """A group of the catalog (``id``), or a content hash of the batch."""

    id: str | None
    content_hash: str | None = None


@dataclass(frozen=True, eq=False, slots=True)
class _Seen(Generic[Signature]):
    """A signature to compare with: of a variant in the catalog, or of the batch."""

    node: _Node
    signature: Signature


class _Batch(Generic[Signature]):
    """One run of grouping: a search index of variants, and groups that grow as matches are found."""

    def __init__(
        self, members: Iterable[tuple[str, Signature]], known: Known[Signature] | None, kind: _Kind[Signature]
    ) -> None:
        self._members = dict(members)
        self._known = known
        self._kind = kind
        self._projections = {name: tuple(kind.projections(one)) for name, one in self._members.items()}
        self._index: CandidateIndex[_Seen[Signature]] = CandidateIndex()
        self._ranks: dict[str, int] = {}
        self._parents: dict[_Node, _Node] = {}

    def group(self) -> Grouping:
        """Return the grouping. Going by content hash makes it independent of the order in which files were read."""
        known = self._search_known() if self._known is not None and self._members else {}
        variants = [name for name in sorted(self._members) if self._place(name, known.get(name, ()))]
        ids, merges = self._name_groups()
        return Grouping(
            ids={content_hash: ids[self._root(_Node(None, content_hash))] for content_hash in self._members},
            new_variants=tuple(
                Variant(ids[self._root(_Node(None, content_hash))], content_hash) for content_hash in variants
            ),
            merges=tuple(merges),
        )

    def _search_known(self) -> dict[str, list[_Seen[Signature]]]:
        """Return for each member what the catalog knows that may match it."""
        assert self._known is not None
        variants = self._known.variants()
        for name, rank in zip(variants.ids, variants.ranks, strict=True):
            self._ranks[name] = min(rank, self._ranks.get(name, rank))
        index: CandidateIndex[int] = CandidateIndex()
        for together in variants.projections:
            index.add_all(together, together.places.tolist())
        candidates = {name: list(self._search(index, name)) for name in self._members}
        wanted = sorted({place for places in candidates.values() for place in places})
        signatures = self._known.signatures([variants.keys[place] for place in wanted]) if wanted else {}
        seen = {place: _Seen(_Node(variants.ids[place]), signatures[variants.keys[place]]) for place in wanted}
        for one in seen.values():
            self._parents.setdefault(one.node, one.node)
        return {name: [seen[place] for place in places] for name, places in candidates.items()}

    def _search(self, index: CandidateIndex[Item], name: str) -> Iterable[Item]:
        """Return what may match a member, each once."""
        found = (index.search(one, self._kind.limits(one)) for one in self._projections[name])
        return dict.fromkeys(chain.from_iterable(found))

    def _place(self, content_hash: str, known: Iterable[_Seen[Signature]]) -> bool:
        """Join a member to the groups that it matches; return whether it is a variant, and then index it."""
        signature = self._members[content_hash]
        node = _Node(None, content_hash)
        self._parents[node] = node
        represented = False
        for seen in (*known, *self._search(self._index, content_hash)):
            likeness = self._kind.compare(signature, seen.signature)
            if likeness is not Likeness.DIFFERENT:
                self._join(node, seen.node)
            # One that a variant stands for may still match others: all are looked at.
            represented = represented or likeness is Likeness.REPRESENTED
        if represented:
            return False
        for projection in self._projections[content_hash]:
            self._index.add(projection, _Seen(node, signature))
        return True

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
