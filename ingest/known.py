"""What the catalog knows of videos and segments, in the form in which the analysis compares them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from sqlalchemy import Connection

from ingest.analysis.groups import KnownVariant
from ingest.analysis.signatures import Projection, SegmentSignature, VideoSignature
from ingest.writing.identities import SEGMENTS, VIDEOS, Identities

Signature = TypeVar("Signature")


@dataclass
class KnownIdentities(Generic[Signature]):
    """The variants in the catalog; signatures are fetched one by one, and only where they may match."""

    connection: Connection
    tables: Identities
    decode: Callable[[bytes], Signature]
    ranks: dict[str, int] = field(default_factory=dict)

    def candidates(self) -> Iterator[KnownVariant]:
        """Yield every variant; the rank of a video or segment is that of its oldest variant."""
        for variant in self.tables.stored_variants(self.connection):
            rank = self.ranks.setdefault(variant.id, variant.number)
            yield KnownVariant(variant.id, variant.number, Projection.from_bytes(bytes(variant.projection)), rank)

    def signature(self, key: Hashable) -> Signature:
        """Return the signature of a variant."""
        return self.decode(self.tables.stored_signature(self.connection, int(str(key))))


def known_videos(connection: Connection) -> KnownIdentities[VideoSignature]:
    """Return the videos in the catalog."""
    return KnownIdentities(connection, VIDEOS, VideoSignature.from_bytes)


def known_segments(connection: Connection) -> KnownIdentities[SegmentSignature]:
    """Return the segments in the catalog."""
    return KnownIdentities(connection, SEGMENTS, SegmentSignature.from_bytes)
