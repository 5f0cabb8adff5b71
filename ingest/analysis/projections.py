"""Projections by the thousand: those of one form in one array, as a catalog with many recordings needs them."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.analysis.packing import read_header, split
from ingest.analysis.signatures import Pictures


@dataclass(frozen=True, eq=False)
class Projections:
    """Projections that differ in nothing but their pictures; see `Projection`.

    ``coarse`` is (N, M, 12) block means; ``places``, (N,), says which of the projections that were read these are.
    """

    label: str
    shape: tuple[int, int]
    coarse: Pictures
    places: NDArray[np.intp]


def read_projections(packed: Iterable[bytes]) -> list[Projections]:
    """Return what `Projection.to_bytes` packed, put together by label, shape and number of pictures."""
    by_header: dict[bytes, tuple[list[int], list[bytes]]] = {}
    for place, data in enumerate(packed):
        header, values = split(b"PROJ", data)
        places, pictures = by_header.setdefault(header, ([], []))
        places.append(place)
        pictures.append(values)
    return [_together(header, *found) for header, found in by_header.items()]


def _together(header: bytes, places: list[int], pictures: list[bytes]) -> Projections:
    fields, ((dtype, shape),) = read_header(header)
    height, width = fields["shape"]
    coarse = np.frombuffer(b"".join(pictures), dtype=dtype).reshape(len(places), *shape)
    return Projections(fields["label"], (height, width), coarse, np.array(places, dtype=np.intp))
