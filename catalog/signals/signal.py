"""One signal of one trial: what the catalog knows of it, and its values, read when they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from catalog.errors import SignalError
from catalog.signals.roots import Roots, SignalFile
from catalog.signals.sizes import size_of
from catalog.signals.spans import SegmentSpan

FACTS = (
    "recording",
    "trial",
    "label",
    "trial_type",
    "video_id",
    "published_video_id",
    "sampling_freq",
    "trial_valid_frames",
    "valid_frames",
    "valid",
)
"""What tables say of a signal, besides its values."""


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Signal:
    """One signal of one trial; nothing is opened before its values are asked for, and nothing stays open after.

    Attributes
    ----------
    name, unit
        Which signal, and of what unit its values are, for the labels of axes.
    recording, trial, trial_id
        The recording's name, the trial's number, and its internal number in the catalog.
    label, trial_type, video_id, published_video_id
        What was shown, and in which tier; None where not known.
    sampling_freq
        Frames a second; NaN where not known.
    valid_frames, trial_valid_frames
        Frames of this signal, and of the trial (the fewer of video and responses); the rest of an array is padding.
    valid
        Whether the values can be used: they are there, and not all zero.
    segments
        The pieces of the trial's video, in their order; the catalog is asked when they are looked at, for those of all
        trials of the query at once.
    file
        Where the values are; None if the catalog knows of no file.
    allow_invalid
        Whether the values of a signal that is not valid may be asked for.
    """

    name: ClassVar[str]
    unit: ClassVar[str]
    _axes: ClassVar[tuple[str, ...]] = ()

    recording: str
    trial: int
    trial_id: int
    label: str | None
    trial_type: str | None
    video_id: str | None
    published_video_id: str | None
    sampling_freq: float
    valid_frames: int | None
    trial_valid_frames: int | None
    valid: bool
    segments: Sequence[SegmentSpan]
    file: SignalFile | None
    roots: Roots
    source: str = "raw"
    allow_invalid: bool = False

    @property
    def path(self) -> str:
        """The file, relative to the root of its recording."""
        return self._known_file().path

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of `data`, frames last, as the catalog knows it: nothing is opened."""
        file = self._known_file()
        return file.shape if file.array_row is None else file.shape[1:]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the values in `data`."""
        return np.dtype(self._known_file().dtype)

    @property
    def n_frames(self) -> int:
        """Frames of the trial that can be used: `get_data(trim=True)` has as many."""
        frames = self._known_file().shape[-1]
        known = [self.trial_valid_frames, self.valid_frames, frames]
        return min(next(count for count in known if count is not None), frames)

    @property
    def data(self) -> NDArray[Any]:
        """The whole array as stored, read-only; memory-mapped where it is a file of its own.

        Raises
        ------
        SignalError
            The signal is not valid, or its file is unknown, not there, changed since it was ingested, or unreadable.
        """
        values = self._open(self._rows())
        values.flags.writeable = False
        return values

    @property
    def times(self) -> NDArray[np.float64]:
        """When each frame of `data` began, (frames,), in seconds from the first."""
        return np.arange(self.shape[-1]) / self.sampling_freq

    def get_data(self, *, trim: bool = False) -> NDArray[Any]:
        """Return a copy of the values, frames last; with `trim`, without the padding after the trial's end.

        Raises
        ------
        SignalError
            See `data`.
        """
        return self._copy(trim)

    def facts(self) -> dict[str, Any]:
        """Return what is known of it, as a row of a table."""
        return {name: getattr(self, name) for name in FACTS}

    def __repr__(self) -> str:
        """Show what it is of, its size and its unit; neither a file nor the catalog is opened."""
        shown = ", ".join(filter(None, (self.label, self.video_id))) or "nothing known"
        return (
            f"<{type(self).__name__} of trial {self.trial} of {self.recording}, {shown}: {self._size()}, {self.unit}>"
        )

    def describe(self) -> str:
        """Return what an error says of it."""
        return f"the {self.name} of trial {self.trial} of {self.recording}"

    def frame_spans(self, wanted: bool = True) -> list[tuple[int, int]]:
        """Return the first frame of each segment and the frame after its last; none unless wanted."""
        return [(span.frame_start, span.frame_end) for span in self.segments] if wanted else []

    def _size(self) -> str:
        if self.file is None:
            return "no file"
        usable = f"{self.n_frames} valid" if self.valid else "not valid"
        return size_of(self._known_shape(), self.sampling_freq, self._axes, f" ({usable})")

    def _known_shape(self) -> Sequence[int | str]:
        """Return the shape, as far as it is known without a question to the catalog."""
        return self.shape

    def _rows(self) -> NDArray[np.intp] | slice | None:
        """Which rows of the array to read; None for all, of what is mapped into memory."""
        row = self._known_file().array_row
        return None if row is None else slice(row, row + 1)

    def _open(self, rows: NDArray[np.intp] | slice | None) -> NDArray[Any]:
        self._require_valid()
        file = self._known_file()
        values = self.roots.open(file, self.describe(), rows)
        return values if file.array_row is None else values[0]

    def _copy(self, trim: bool) -> NDArray[Any]:
        rows = self._rows()
        if not trim:
            # Chosen rows are read into an array of their own; what is mapped would have to be copied.
            return self._open(slice(None) if rows is None else rows)
        return np.array(self._open(rows)[..., : self.n_frames])

    def _require_valid(self) -> None:
        if not self.valid and not self.allow_invalid and self.file is not None:
            raise SignalError(
                f"{self.describe()} ({self.file.path}) is not valid: all its values are zero or missing, as where it "
                f"was withheld; leave such trials out with filter(valid_{self.name}=True), which trials and "
                f"segment_presentations take, or have them with allow_invalid=True"
            )

    def _known_file(self) -> SignalFile:
        if self.file is not None:
            return self.file
        if self.source == "published":
            raise SignalError(
                f"{self.describe()}: the catalog knows this recording from published metadata alone; "
                "`catalog ingest DATA` takes in its arrays"
            )
        raise SignalError(
            f"{self.describe()}: its file was missing or unreadable when the recording was ingested; "
            "`catalog problems` tells why, and `catalog ingest DATA` takes it in once it is mended"
        )
