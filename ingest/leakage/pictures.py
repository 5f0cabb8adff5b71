"""Pairs of natural videos that are near-equal in their pictures, as far as the catalog keeps any."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import sqlalchemy as sa
from sqlalchemy import Connection

from catalog.counts import counted
from catalog.filters import AnyOf
from catalog.models import VideoSignature as VideoSignatureRow
from ingest.analysis.excerpts import NEAR_LIMIT, Excerpt, FrameLibrary, key_frame_distance
from ingest.analysis.signatures import Pictures, VideoSignature
from ingest.leakage.shared import Pair


class StoredPictures:
    """The pictures that the catalog keeps of some videos: coarse ones of every frame, and key frames on demand."""

    def __init__(self, connection: Connection, videos: Collection[str]) -> None:
        self._connection = connection
        self._coarse: dict[str, Pictures] = {}
        table = VideoSignatureRow.__table__.c
        statement = (
            sa.select(table.video_id, table.signature)
            .where(AnyOf(table.video_id, sorted(videos)))
            .order_by(table.video_id, table.id)
        )
        for video, packed in connection.execute(statement):
            # Of a video that was seen with several segmentations, the oldest is as good as any.
            if video not in self._coarse:
                self._coarse[video] = VideoSignature.from_bytes(bytes(packed)).thumbnails

    def of(self, videos: Collection[str]) -> list[str]:
        """Return those of the videos of which there are coarse pictures of every frame, by ID."""
        return sorted(video for video in videos if len(self._coarse.get(video, ())))

    def key_frame_distance(self, trained: str, tested: str) -> float | None:
        """Return how far the key frames of two videos differ; None if they have none at the same places."""
        one, other = self._signature(trained), self._signature(tested)
        return key_frame_distance(one, other) if one is not None and other is not None else None

    def _signature(self, video: str) -> VideoSignature | None:
        table = VideoSignatureRow.__table__.c
        statement = sa.select(table.signature).where(table.video_id == video).order_by(table.id).limit(1)
        packed = self._connection.execute(statement).scalar()
        # Whoever removes a recording meanwhile takes its videos with it.
        return VideoSignature.from_bytes(bytes(packed)) if packed is not None else None

    def pairs(self, train: Sequence[str], test: Sequence[str]) -> Iterator[Pair]:
        """Yield pairs of different videos that are near as a whole, or share a stretch of frames."""
        library = FrameLibrary([self._coarse[video] for video in train])
        for tested in test:
            coarse = self._coarse[tested]
            excerpts = {train[index]: excerpt for index, excerpt in library.excerpts(coarse).items()}
            near = {train[index] for index in library.near(coarse)}
            for trained in sorted((excerpts.keys() | near) - {tested}):
                distance = self.key_frame_distance(trained, tested)
                because = _because(distance, excerpts.get(trained), len(coarse))
                if because:
                    yield Pair(trained, tested, because)


def _because(distance: float | None, excerpt: Excerpt | None, n_frames: int) -> str:
    told = []
    if excerpt is not None:
        places = f"from frame {excerpt.other_start} on, where it is trained on from frame {excerpt.start} on"
        told.append(f"{excerpt.frames} of {counted(n_frames, 'frame')} in common, {excerpt.longest} in a row {places}")
    if distance is not None and distance < NEAR_LIMIT:
        told.append(f"key frames differ by {distance:.2g} gray levels squared")
    return "; ".join(told)
