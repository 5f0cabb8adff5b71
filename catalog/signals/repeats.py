"""Videos that were shown repeatedly, within recordings and across them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from catalog.counts import counted
from catalog.errors import NotFoundError, QueryError, nearest
from catalog.signals.collection import Signals, common_dtype, common_shape, required_normalization, stackable
from catalog.signals.sizes import stack_size
from catalog.signals.stacks import Stacking, bytes_of, require_memory

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False, repr=False)
class VideoRepeats:
    """The trials in which one recording saw one video, in the order of the trials."""

    recording: str
    video_id: str
    label: str | None
    trials: Signals[Any]

    def __repr__(self) -> str:
        """Show which video, and how often it was shown."""
        shown = f"{self.video_id} ({self.label or 'no label'}) in {self.recording}"
        return f"<VideoRepeats of {shown}: {self.trials.wish.signal} of {counted(len(self.trials), 'trial')}>"


@dataclass(frozen=True, eq=False, repr=False)
class RepeatStack:
    """Repeated videos of one recording as one array.

    Attributes
    ----------
    recording
        Whose.
    values
        (video, repeat, neuron, frame); for other signals (video, repeat, …, frame). NaN where there is no value.
    mask
        The same shape; True where there is no value: repeats that a video has not, frames after the end of a trial,
        and where the file holds NaN.
    videos
        What is along the first axis: the IDs of the videos.
    trials
        What is along the second: the signals of each video's repeats, in the order of the trials.
    """

    recording: str
    values: NDArray[Any]
    mask: NDArray[np.bool_]
    videos: list[str]
    trials: list[list[Any]]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of `values` and of `mask`."""
        return self.values.shape

    def __repr__(self) -> str:
        """Show of what it is, and its size."""
        shown = stack_size(self.shape, (one for signals in self.trials for one in signals), ("video", "repeat"))
        return f"<RepeatStack of {self.recording}, {shown}, {self.values.dtype}; values, mask, videos, trials>"

    def to_frame(self) -> pd.DataFrame:
        """Return a DataFrame, a row for each repeat of each video: where it is in the array, and which trial it is."""
        import pandas as pd

        rows = [
            {"video": place, "repeat": repeat, **signal.facts()}
            for place, signals in enumerate(self.trials)
            for repeat, signal in enumerate(signals)
        ]
        return pd.DataFrame(rows)

    def masked(self) -> np.ma.MaskedArray[Any, Any]:
        """Return values and mask as one masked array of numpy."""
        return np.ma.MaskedArray(self.values, self.mask)


class Repeats:
    """Which videos each recording saw repeatedly, and a signal of every repeat.

    Iterating yields a `VideoRepeats` for each recording and video, by recording and then in the order of `videos`.

    Parameters
    ----------
    signals
        A signal of each trial that counts.
    min_repeats
        How often a recording must have seen a video, for it to count there.
    min_recordings
        In how many recordings it must count.
    """

    def __init__(self, signals: Signals[Any], min_repeats: int, min_recordings: int) -> None:
        for name, value in (("min_repeats", min_repeats), ("min_recordings", min_recordings)):
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise QueryError(f"{name}={value!r}: expected a whole number, 1 or more")
        self._wish = signals.wish
        shown: dict[str, dict[str, list[Any]]] = {}
        for signal in signals:
            if signal.video_id is not None:
                shown.setdefault(signal.video_id, {}).setdefault(signal.recording, []).append(signal)
        counting = {
            video: {recording: trials for recording, trials in of.items() if len(trials) >= min_repeats}
            for video, of in shown.items()
        }
        self._shown = {
            video: of
            for video, of in sorted(counting.items(), key=lambda item: _order(item[0], item[1]))
            if len(of) >= min_recordings
        }

    @property
    def videos(self) -> list[str]:
        """The IDs of the videos, by label and ID."""
        return list(self._shown)

    @property
    def recordings(self) -> list[str]:
        """The recordings that saw any of them repeatedly, by name."""
        return sorted({recording for of in self._shown.values() for recording in of})

    @property
    def table(self) -> pd.DataFrame:
        """How often each recording saw each video: a row for each video, by its ID, and a column for each recording.

        0 where it did not, or less often than `min_repeats`.
        """
        import pandas as pd

        counts = [[len(of.get(recording, ())) for recording in self.recordings] for of in self._shown.values()]
        index = pd.Index(self.videos, name="video_id", dtype="str")
        return pd.DataFrame(counts, index=index, columns=self.recordings, dtype="int64")

    @property
    def shared(self) -> pd.DataFrame:
        """How many of the videos two recordings have in common: a row and a column for each recording."""
        seen = (self.table > 0).astype("int64")
        return seen.T @ seen

    def __len__(self) -> int:
        """Return how many videos there are."""
        return len(self._shown)

    def __iter__(self) -> Iterator[VideoRepeats]:
        """Yield the repeats of one video in one recording after the other."""
        for recording in self.recordings:
            for video, of in self._shown.items():
                if recording in of:
                    trials = of[recording]
                    yield VideoRepeats(recording, video, trials[0].label, Signals.of(trials, self._wish))

    def stack(
        self,
        recording: str | None = None,
        normalization: str | None = None,
        *,
        trim: bool = True,
        dtype: Any = None,
        limit_bytes: int | None = None,
    ) -> RepeatStack:
        """Return the repeats of one recording as one array: (video, repeat, neuron, frame), with a mask.

        Videos are those that this recording saw repeatedly, in the order of `videos`; with `min_recordings` as large
        as the number of recordings, these are the same for all, and so is the first axis of their stacks.

        Parameters
        ----------
        recording
            One of `recordings`, or a part of its name that no other has; None where there is only one.
        normalization, trim, dtype, limit_bytes
            See `Signals.stack`.

        Raises
        ------
        QueryError
            No video was shown often enough; or there are several recordings, and none is named, or a part of several
            names.
        NotFoundError
            That recording saw none of the videos often enough.
        SignalError
            See `Signals.stack`.
        """
        chosen = self._recording(recording)
        shown = {video: of[chosen] for video, of in self._shown.items() if chosen in of}
        name = required_normalization(normalization, self._wish.signal)
        everything = [signal for signals in shown.values() for signal in signals]
        size = common_shape(everything, self._wish, "trials")
        frames = max(signal.n_frames if trim else signal.shape[-1] for signal in everything)
        kind = common_dtype(everything, name, dtype)
        most = max(map(len, shown.values()))
        shape = (len(shown) * most, *size, frames)
        what = f"the {self._wish.signal} of {counted(len(everything), 'trial')}"
        require_memory(bytes_of(shape, kind), limit_bytes, what)
        stacking = Stacking(shape, kind)
        for place, signals in enumerate(shown.values()):
            for repeat in range(most):
                values = stackable(signals[repeat], name, trim=trim) if repeat < len(signals) else np.empty((*size, 0))
                stacking.put(place * most + repeat, values)
        flat = stacking.finish(everything)
        shape = (len(shown), most, *size, frames)
        return RepeatStack(
            chosen, flat.values.reshape(shape), _split(flat.mask, shape), list(shown), list(shown.values())
        )

    def _recording(self, recording: str | None) -> str:
        known = self.recordings
        if not known:
            raise QueryError(
                "no video was shown often enough: lower min_repeats or min_recordings, or loosen the filters"
            )
        if recording is None and len(known) > 1:
            raise QueryError(
                f"{len(known)} recordings saw these videos repeatedly, and have different neurons: name one of "
                f"{', '.join(known[:3])}"
            )
        if recording is None or recording in known:
            return recording or known[0]
        matching = [name for name in known if recording in name]
        if not matching:
            raise NotFoundError(
                f"recording {recording!r} saw none of these videos repeatedly. {nearest(recording, known)}"
            )
        if len(matching) > 1:
            raise QueryError(
                f"recording={recording!r} is in the names of {len(matching)} recordings that saw these videos "
                f"repeatedly: {', '.join(matching)}; name one of them"
            )
        return matching[0]

    def __repr__(self) -> str:
        """Show how much there is."""
        there = f"{counted(len(self), 'video')} in {counted(len(self.recordings), 'recording')}"
        return f"<Repeats of {there}; table, iterate, or stack(recording)>"


def _order(video: str, shown: Mapping[str, list[Any]]) -> tuple[str, str]:
    """Return by what videos are sorted: label, and ID."""
    labels = (signal.label or "" for signals in shown.values() for signal in signals)
    return next(labels, ""), video


def _split(mask: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Return a mask whose first axis is split into two; one that is the same for all neurons stays stored once."""
    if mask.ndim < 3 or any(stride != 0 for stride in mask.strides[1:-1]):
        return mask.reshape(shape)
    first: Any = (slice(None), *(0,) * (mask.ndim - 2))
    once = mask[first].reshape(*shape[:2], *(1,) * (len(shape) - 3), shape[-1])
    return np.broadcast_to(once, shape)
