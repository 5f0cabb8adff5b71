"""What the catalog knows of videos and segments, in the form in which the analysis compares them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Connection

from ingest.analysis.groups import KnownVariants
from ingest.analysis.projections import read_projections
from ingest.analysis.signatures import SegmentSignature, VideoSignature
from ingest.writing.identities import SEGMENTS, VIDEOS, Identities

Signature = TypeVar("Signature")


@dataclass(frozen=True)
class KnownIdentities(Generic[Signature]):
    """The variants in the catalog; signatures are fetched only where they may match."""

    connection: Connection
    tables: Identities
    decode: Callable[[bytes], Signature]

    def variants(self) -> KnownVariants:
        """Return every variant; the rank of a video or segment is that of its oldest variant."""
        stored = self.tables.stored_variants(self.connection)
        return KnownVariants(stored.ids, stored.numbers, stored.numbers, read_projections(stored.projections))

    def signatures(self, keys: Sequence[Hashable]) -> dict[Hashable, Signature]:
        """Return the signatures of variants."""
        numbers = [int(str(key)) for key in keys]
        return {number: self.decode(data) for number, data in self.tables.stored_signatures(self.connection, numbers)}


def known_videos(connection: Connection) -> KnownIdentities[VideoSignature]:
    """Return the videos in the catalog."""
    return KnownIdentities(connection, VIDEOS, VideoSignature.from_bytes)


def known_segments(connection: Connection) -> KnownIdentities[SegmentSignature]:
    """Return the segments in the catalog."""
    return KnownIdentities(connection, SEGMENTS, SegmentSignature.from_bytes)
