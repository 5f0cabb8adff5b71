"""Signatures: what is kept of a video or a segment so that later presentations can be compared with it.

A signature holds key frames rounded to whole gray levels. Repeats of one video differ by fractions of a gray level, so
rounding moves a mean squared difference by a fraction of 1, far from the limits; in return it is small enough to keep,
the same for both releases' number types, and its comparison is exact integer arithmetic.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from ingest.analysis.frames import COARSE_SHAPE, coarse_pictures, to_uint8
from ingest.analysis.key_frames import grid_positions, natural_positions, segment_positions, shifted_positions
from ingest.analysis.packing import pack, unpack
from ingest.analysis.segments import Segment
from ingest.analysis.stimulus_classes import BACKGROUND, PARAMETRIC_CLASSES

Pictures = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Projection:
    """Coarse pictures of some key frames: the cheap part of a signature, enough to rule out nearly every other one.

    ``coarse`` is (M, 12) block means, ``shape`` the (height, width) of the frames, ``n_key_frames`` how many key frames
    the whole signature has.
    """

    label: str
    shape: tuple[int, int]
    n_key_frames: int
    coarse: Pictures

    def to_bytes(self) -> bytes:
        """Return a compact form for storing; see `from_bytes`."""
        fields = {"label": self.label, "shape": self.shape, "n_key_frames": self.n_key_frames}
        return pack(b"PROJ", fields, [self.coarse])

    @classmethod
    def from_bytes(cls, data: bytes) -> "Projection":
        """Return the projection that `to_bytes` stored."""
        fields, (coarse,) = unpack(b"PROJ", data)
        height, width = fields["shape"]
        return cls(fields["label"], (height, width), fields["n_key_frames"], coarse)


@dataclass(frozen=True, eq=False)
class VideoSignature:
    """What a presentation of a video is compared by.

    ``starts`` and ``ends`` are the segments' bounds; ``key_frames`` is (K, height, width), taken at ``key_positions``
    (frames from the start) in the segments ``key_segments``. ``thumbnails``, (T, 3, 4), are coarse pictures of every
    frame; parametric videos, whose segments all hold key frames, have none (0, 3, 4).
    """

    label: str
    valid_frames: int
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    key_frames: Pictures
    key_positions: NDArray[np.int32]
    key_segments: NDArray[np.int32]
    thumbnails: Pictures

    @property
    def parametric(self) -> bool:
        """Whether the video consists of the segments of a stimulus class."""
        return self.label in PARAMETRIC_CLASSES

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the frames, in pixels."""
        return self.key_frames.shape[1], self.key_frames.shape[2]

    def projection(self) -> Projection:
        """Return coarse pictures of the first key frame of each segment or, for natural videos, of the grid frames."""
        if self.parametric:
            firsts = np.searchsorted(self.key_segments, np.arange(len(self.starts)))
            coarse = coarse_pictures(self.key_frames[firsts])
        else:
            coarse = self.thumbnails[list(grid_positions(self.valid_frames))]
        return Projection(self.label, self.shape, len(self.key_frames), _flat(coarse))

    def to_bytes(self) -> bytes:
        """Return a compact form for storing; see `from_bytes`."""
        arrays = [self.starts, self.ends, self.key_positions, self.key_segments]
        fields = {"label": self.label, "valid_frames": self.valid_frames}
        return pack(b"VSIG", fields, [*arrays, _differenced(self.key_frames), self.thumbnails])

    @classmethod
    def from_bytes(cls, data: bytes) -> "VideoSignature":
        """Return the signature that `to_bytes` stored."""
        fields, (starts, ends, positions, segments, key_frames, thumbnails) = unpack(b"VSIG", data)
        return cls(
            label=fields["label"],
            valid_frames=fields["valid_frames"],
            starts=starts,
            ends=ends,
            key_frames=_summed(key_frames),
            key_positions=positions,
            key_segments=segments,
            thumbnails=thumbnails,
        )


@dataclass(frozen=True, eq=False)
class SegmentSignature:
    """What a segment of a parametric video is compared by.

    ``key_frames`` is (K, height, width). ``shifted``, (n_shifts, K, height, width), are the same key frames taken a few
    frames earlier and later, for classes in which the best shift counts; it is empty (0, …) otherwise, and in
    signatures read back: of two segments, one with shifts is enough.
    """

    label: str
    valid_frames: int
    key_frames: Pictures
    shifted: Pictures

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the frames, in pixels."""
        return self.key_frames.shape[1], self.key_frames.shape[2]

    def projection(self) -> Projection:
        """Return coarse pictures of the key frames, unshifted."""
        return self._project(self.key_frames)

    def projections(self) -> Iterator[Projection]:
        """Yield `projection` first, then those of the shifted key frames."""
        yield self.projection()
        yield from map(self._project, self.shifted)

    def _project(self, pictures: Pictures) -> Projection:
        return Projection(self.label, self.shape, len(pictures), _flat(coarse_pictures(pictures)))

    def to_bytes(self) -> bytes:
        """Return a compact form for storing, without the shifted key frames; see `from_bytes`."""
        fields = {"label": self.label, "valid_frames": self.valid_frames}
        return pack(b"SSIG", fields, [_differenced(self.key_frames)])

    @classmethod
    def from_bytes(cls, data: bytes) -> "SegmentSignature":
        """Return the signature that `to_bytes` stored."""
        fields, (differenced,) = unpack(b"SSIG", data)
        key_frames = _summed(differenced)
        return cls(fields["label"], fields["valid_frames"], key_frames, key_frames[None][:0])


def sign_video(frames: NDArray[np.float32], label: str, segments: Sequence[Segment]) -> VideoSignature:
    """Return the signature of a video's valid frames, (T, height, width), with its label and segments."""
    bounds = [(segment.frame_start, segment.frame_end) for segment in segments]
    if label in PARAMETRIC_CLASSES:
        rule = PARAMETRIC_CLASSES[label].key_frames
        positions = [frame for one in bounds for frame in segment_positions(one, rule)]
        thumbnails = coarse_pictures(frames[:0])
    else:
        positions = list(natural_positions(bounds, len(frames)))
        thumbnails = coarse_pictures(frames)
    starts = np.array([start for start, _ in bounds], dtype=np.int32)
    return VideoSignature(
        label=label,
        valid_frames=len(frames),
        starts=starts,
        ends=np.array([end for _, end in bounds], dtype=np.int32),
        key_frames=to_uint8(frames[positions]),
        key_positions=np.array(positions, dtype=np.int32),
        key_segments=(np.searchsorted(starts, positions, side="right") - 1).astype(np.int32),
        thumbnails=thumbnails,
    )


def sign_segments(frames: NDArray[np.float32], label: str, segments: Sequence[Segment]) -> tuple[SegmentSignature, ...]:
    """Return the signatures of the segments of a parametric video; none for the other labels."""
    if label not in PARAMETRIC_CLASSES:
        return ()
    rule = PARAMETRIC_CLASSES[label].key_frames
    signatures = []
    for segment in segments:
        bounds = (segment.frame_start, segment.frame_end)
        positions = segment_positions(bounds, rule)
        shifts = [shift for shift in rule.shifts if shift]
        moved = [to_uint8(frames[shifted_positions(positions, shift, bounds)]) for shift in shifts]
        key_frames = to_uint8(frames[list(positions)])
        signatures.append(
            SegmentSignature(
                label=BACKGROUND if label == "NaturalImages" and segment.is_uniform else label,
                valid_frames=segment.duration,
                key_frames=key_frames,
                shifted=np.stack(moved) if moved else key_frames[None][:0],
            )
        )
    return tuple(signatures)


def _flat(coarse: Pictures) -> Pictures:
    return coarse.reshape(len(coarse), prod(COARSE_SHAPE))


def _differenced(pictures: Pictures) -> Pictures:
    """Return each pixel's step from its left neighbour (modulo 256), which compresses better than the pixels."""
    return np.diff(pictures, axis=-1, prepend=np.uint8(0))


def _summed(steps: Pictures) -> Pictures:
    return np.cumsum(steps, axis=-1, dtype=np.uint8)
