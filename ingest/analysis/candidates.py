"""Candidate search: which signatures could be the same as a given one, without comparing it with all of them.

Averaging pixels over blocks never increases a mean squared difference, so coarse pictures that differ by more than the
limit rule a pair out with certainty: nothing that is the same is missed. Dictionaries of cells over a few contrasts of
each coarse picture find the neighbourhood without reading the rest; a vectorised look at the whole coarse pictures
leaves the candidates, for which alone the full signatures are compared.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, product
from math import prod, sqrt
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from ingest.analysis.frames import COARSE_SHAPE, coarse_gain
from ingest.analysis.identity import SearchLimits
from ingest.analysis.signatures import Pictures, Projection

Item = TypeVar("Item")
Cell = tuple[int, ...]

_ROUNDING = 1
"""Two block means, each rounded to a whole gray level, can differ by this much more than before."""

_FEW = 32
"""Up to so many rows, looking at all of them is faster than looking for fewer."""


def _contrasts() -> NDArray[np.float64]:
    """Return three orthogonal patterns over the blocks: mean, left against right, top against bottom.

    The mean square of each is 1, so that two coarse pictures differ by at least as much, in root mean square, as their
    contrasts do.
    """
    height, width = COARSE_SHAPE
    across = np.where(np.arange(width) < width // 2, 1.0, -1.0)[None].repeat(height, axis=0)
    down = np.sign(np.arange(height) - (height - 1) / 2)[:, None].repeat(width, axis=1)
    patterns = np.stack([np.ones(COARSE_SHAPE), across, down]).reshape(3, -1)
    return np.asarray(patterns / np.sqrt((patterns**2).mean(axis=1, keepdims=True)) / patterns.shape[1])


_CONTRASTS = _contrasts()


class CandidateIndex(Generic[Item]):
    """Items by the coarse pictures of their key frames."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, tuple[int, int]], dict[int, _Bucket[Item]]] = {}

    def add(self, projection: Projection, item: Item, limits: SearchLimits) -> None:
        """Add an item; ``limits`` are those by which such items will be searched, which set the size of the cells."""
        lengths = self._buckets.setdefault((projection.label, projection.shape), {})
        length = len(projection.coarse)
        if length not in lengths:
            lengths[length] = _Bucket(length, _scaled(limits, projection).frame)
        lengths[length].add(projection.coarse, item)

    def search(self, projection: Projection, limits: SearchLimits) -> Iterator[Item]:
        """Yield the items whose coarse pictures are within the limits; of equally many pictures, the nearest first."""
        lengths = self._buckets.get((projection.label, projection.shape), {})
        scaled = _scaled(limits, projection)
        for length, bucket in lengths.items():
            if limits.length is None or abs(length - len(projection.coarse)) <= limits.length:
                yield from bucket.search(projection.coarse, scaled)


class _Bucket(Generic[Item]):
    """Items with the same number of coarse pictures, by the cells of each two of their pictures in a row."""

    def __init__(self, length: int, frame_limit: float) -> None:
        self._cell_size = 2 * _reach(frame_limit)
        self._cells: list[dict[Cell, list[int]]] = [{} for _ in range((length + 1) // 2)]
        self._items: list[Item] = []
        self._coarse = np.empty((_FEW, length, prod(COARSE_SHAPE)), dtype=np.uint8)

    def add(self, coarse: Pictures, item: Item) -> None:
        row = len(self._items)
        if row == len(self._coarse):
            self._coarse = np.concatenate([self._coarse, np.empty_like(self._coarse)])
        self._coarse[row] = coarse
        self._items.append(item)
        for cells, cell in zip(self._cells, self._cells_of(coarse, 0.0), strict=True):
            cells.setdefault(cell, []).append(row)

    def search(self, coarse: Pictures, limits: SearchLimits) -> Iterator[Item]:
        rows = np.array(self._neighbourhood(coarse, _reach(limits.frame)), dtype=np.intp)
        return (self._items[row] for row in self._within(rows, coarse, limits))

    def _cells_of(self, coarse: Pictures, offset: float) -> Iterator[Cell]:
        """Yield the cell of the contrasts, all moved by ``offset``, of each two pictures in a row."""
        cells = np.floor((coarse @ _CONTRASTS.T + offset) / self._cell_size).astype(int).tolist()
        return (tuple(chain.from_iterable(cells[start : start + 2])) for start in range(0, len(cells), 2))

    def _neighbourhood(self, coarse: Pictures, reach: float) -> Sequence[int]:
        """Return the rows near in those two pictures for which they are fewest.

        Whatever is the same is near in all pictures, so any two would do. A video that shares all but one picture with
        hundreds of others has few neighbours in that one.
        """
        fewest: list[Sequence[int]] = [range(len(self._items))]
        count = len(self._items)
        length = self._coarse.shape[1]
        # Of pictures that only the stored items have, the cells say nothing.
        common = coarse[:length] if len(coarse) >= length else coarse[: len(coarse) // 2 * 2]
        corners = zip(self._cells, self._cells_of(common, -reach), self._cells_of(common, reach), strict=False)
        for cells, low, high in corners:
            spans = [range(first, last + 1) for first, last in zip(low, high, strict=False)]
            if prod(map(len, spans)) > count:
                continue
            near: list[Sequence[int]] = [cells[cell] for cell in product(*spans) if cell in cells]
            if sum(map(len, near)) < count:
                fewest, count = near, sum(map(len, near))
            if count <= _FEW:
                break
        return list(chain.from_iterable(fewest))

    def _within(self, rows: NDArray[np.intp], coarse: Pictures, limits: SearchLimits) -> list[int]:
        """Return the rows within the limits, nearest first, looking at ever more pictures of ever fewer rows."""
        common = min(self._coarse.shape[1], len(coarse))
        total = np.zeros(len(rows))
        start, count = 0, 1
        while start < common and len(rows):
            stop = common if len(rows) <= _FEW else min(start + count, common)
            pictures = self._coarse[rows, start:stop].astype(np.int16)
            difference = np.maximum(np.abs(pictures - coarse[start:stop]) - _ROUNDING, 0).astype(np.float64)
            distances = np.einsum("rfb,rfb->rf", difference, difference) / difference.shape[2]
            total += distances.sum(axis=1)
            kept = (distances.max(axis=1) <= limits.frame) & (total <= limits.total)
            rows, total = rows[kept], total[kept]
            start, count = stop, 2 * count
        return [int(row) for row in rows[np.argsort(total, kind="stable")]]


def _scaled(limits: SearchLimits, projection: Projection) -> SearchLimits:
    gain = coarse_gain(*projection.shape)
    return SearchLimits(frame=limits.frame * gain, total=limits.total * gain, length=limits.length)


def _reach(frame_limit: float) -> float:
    """Return by how much contrasts of rounded coarse pictures can differ within a limit on their squared difference."""
    return sqrt(frame_limit) + _ROUNDING
