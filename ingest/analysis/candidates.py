"""Candidate search: which signatures could be the same as a given one, without comparing it with all of them.

Averaging pixels over blocks never increases a mean squared difference, so coarse pictures that differ by more than the
limit rule a pair out with certainty: nothing that is the same is missed. A few blocks, those in which the given
pictures are most unusual, rule out nearly everything; each is looked at in one go for all that is there, which takes
less than a nanosecond for one of them. The whole coarse pictures of the rest leave the candidates, for which alone the
full signatures are compared.
"""

from collections.abc import Iterator, Sequence
from math import isqrt, prod
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from ingest.analysis.frames import COARSE_SHAPE, coarse_gain
from ingest.analysis.identity import SearchLimits
from ingest.analysis.projections import Projections
from ingest.analysis.signatures import Pictures, Projection

Item = TypeVar("Item")
Rows = NDArray[np.intp]

_BLOCKS = prod(COARSE_SHAPE)

_ROUNDING = 1
"""Two block means, each rounded to a whole gray level, can differ by this much more than before."""

_FEW = 64
"""Up to so many rows, looking at whole pictures of them is faster than looking at a block for fewer rows."""

_FEWEST = 4
"""Up to so many rows, looking at all pictures at once is faster than looking at some for fewer rows."""


class CandidateIndex(Generic[Item]):
    """Items by the coarse pictures of their key frames."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, tuple[int, int]], dict[int, _Bucket[Item]]] = {}

    def add(self, projection: Projection, item: Item) -> None:
        """Add an item."""
        self._bucket(projection.label, projection.shape, len(projection.coarse)).add(projection.coarse[None], [item])

    def add_all(self, projections: Projections, items: Sequence[Item]) -> None:
        """Add many items at once, an item for each projection."""
        length = projections.coarse.shape[1]
        self._bucket(projections.label, projections.shape, length).add(projections.coarse, items)

    def search(self, projection: Projection, limits: SearchLimits) -> Iterator[Item]:
        """Yield the items whose coarse pictures are within the limits; of equally many pictures, the nearest first."""
        lengths = self._buckets.get((projection.label, projection.shape), {})
        gain = coarse_gain(*projection.shape)
        scaled = SearchLimits(frame=limits.frame * gain, total=limits.total * gain, length=limits.length)
        for length, bucket in lengths.items():
            if limits.length is None or abs(length - len(projection.coarse)) <= limits.length:
                yield from bucket.search(projection.coarse, scaled)

    def _bucket(self, label: str, shape: tuple[int, int], length: int) -> "_Bucket[Item]":
        lengths = self._buckets.setdefault((label, shape), {})
        if length not in lengths:
            lengths[length] = _Bucket(length)
        return lengths[length]


class _Bucket(Generic[Item]):
    """Items with the same number of coarse pictures.

    The pictures are kept twice: item by item, to look at all of few items, and block by block, to look at one block of
    all items.
    """

    def __init__(self, length: int) -> None:
        self._items: list[Item] = []
        self._pictures = np.empty((_FEW, length, _BLOCKS), dtype=np.uint8)
        self._blocks = np.empty((length, _BLOCKS, _FEW), dtype=np.uint8)
        self._sums = np.zeros((length, _BLOCKS), dtype=np.int64)

    def add(self, pictures: Pictures, items: Sequence[Item]) -> None:
        start, stop = len(self._items), len(self._items) + len(items)
        if stop > len(self._pictures):
            room = max(stop, 2 * len(self._pictures))
            self._pictures, pictures_before = np.empty((room, *self._pictures.shape[1:]), np.uint8), self._pictures
            self._pictures[:start] = pictures_before[:start]
            self._blocks, blocks_before = np.empty((*self._blocks.shape[:2], room), np.uint8), self._blocks
            self._blocks[..., :start] = blocks_before[..., :start]
        self._pictures[start:stop] = pictures
        self._blocks[..., start:stop] = pictures.transpose(1, 2, 0)
        self._sums += pictures.sum(axis=0, dtype=np.int64)
        self._items.extend(items)

    def search(self, pictures: Pictures, limits: SearchLimits) -> Iterator[Item]:
        count = len(self._items)
        pictures = pictures[: self._pictures.shape[1]]
        unusual = np.abs(pictures - self._sums[: len(pictures)] / count)
        order = _most_telling_first(unusual.max(axis=1, initial=0))
        rows = np.arange(count)
        if count > _FEW and len(pictures):
            rows = self._neighbourhood(pictures, unusual.argmax(axis=1), order, limits.frame)
        return (self._items[row] for row in self._within(rows, pictures, order, limits))

    def _neighbourhood(self, pictures: Pictures, blocks: Rows, order: Rows, frame_limit: float) -> Rows:
        """Return the rows that are near in one block of each picture, looking at ever more pictures of ever fewer rows.

        Whatever is the same is near in all blocks of all pictures, so any would do. Few are near in a block that is far
        from the mean over all rows; of a video that shares all but one picture with hundreds of others, that is one in
        that picture.
        """
        # The squared differences of all blocks of a picture add up to no more than their number times the limit.
        reach = isqrt(int(_BLOCKS * frame_limit)) + _ROUNDING
        levels = pictures[np.arange(len(pictures)), blocks].astype(np.int16)
        lowest = np.maximum(levels - reach, 0)
        spans = (np.minimum(levels + reach, 255) - lowest).astype(np.uint8)
        lowest = lowest.astype(np.uint8)
        rows: Rows | None = None
        for picture in order.tolist():
            found = self._blocks[picture, blocks[picture], : len(self._items)]
            # What is below the lowest wraps around to above the highest: one comparison does for both.
            near = (found if rows is None else found[rows]) - lowest[picture] <= spans[picture]
            rows = np.flatnonzero(near) if rows is None else rows[near]
            if len(rows) <= _FEW:
                break
        assert rows is not None
        return rows

    def _within(self, rows: Rows, pictures: Pictures, order: Rows, limits: SearchLimits) -> list[int]:
        """Return the rows within the limits, nearest first, looking at ever more pictures of ever fewer rows."""
        total = np.zeros(len(rows))
        start, count = 0, 1
        while start < len(pictures) and len(rows):
            stop = len(pictures) if len(rows) <= _FEWEST else min(start + count, len(pictures))
            looked_at = order[start:stop]
            found = self._pictures[rows[:, None], looked_at].astype(np.int16)
            # Squares of gray levels, summed over a picture, are whole numbers that float32 holds exactly.
            difference = np.maximum(np.abs(found - pictures[looked_at]) - _ROUNDING, 0).astype(np.float32)
            distances = np.einsum("rfb,rfb->rf", difference, difference) / np.float64(_BLOCKS)
            total += distances.sum(axis=1)
            kept = (distances.max(axis=1) <= limits.frame) & (total <= limits.total)
            rows, total = rows[kept], total[kept]
            start, count = stop, 2 * count
        return [int(row) for row in rows[np.argsort(total, kind="stable")]]


def _most_telling_first(unusual: NDArray[np.float64]) -> Rows:
    """Return the pictures by how unusual they are, those first that are more so than the ones before and after them.

    Pictures in a row are of one scene as a rule, and what is near in one of them is near in the next.
    """
    around = np.concatenate([[-1.0], unusual, [-1.0]])
    peaks = (unusual >= around[:-2]) & (unusual > around[2:])
    return np.lexsort((-unusual, ~peaks))
