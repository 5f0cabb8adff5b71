"""What a query of trials, segments or presentations gives besides rows: the arrays of its signals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

if TYPE_CHECKING:
    from catalog.signals import Gaze, Locomotion, NeuronChoice, Pupil, Responses, Signals, Video, Windows

Frames = tuple[int, int]


class AsksForSignals:
    """The methods of a query that give arrays.

    Of trials, each gives a `Signals`: loop over it, which holds one trial in memory, or `stack()` it. Of segments and
    their presentations, with `window=(-5, 30)` (frames from the segment's first, the last left out), each gives a
    `Windows`, a slice for each time a segment was on screen; a query of segments asks for every presentation of them.
    """

    @overload
    def responses(
        self, neurons: NeuronChoice = None, *, window: None = None, allow_invalid: bool = False
    ) -> Signals[Responses]: ...
    @overload
    def responses(self, neurons: NeuronChoice = None, *, window: Frames, allow_invalid: bool = False) -> Windows: ...
    def responses(
        self, neurons: NeuronChoice = None, *, window: Frames | None = None, allow_invalid: bool = False
    ) -> Signals[Responses] | Windows:
        """Return the responses of neurons, (neurons, frames) of each trial.

        Parameters
        ----------
        neurons
            `cat.neurons.filter(…)`, filters such as `{"coord_z__ge": 300}`, or rows of the response array; only they
            are read. None for all.
        window
            Of segments and presentations: the frames around each.
        allow_invalid
            Give out values of trials whose response is not valid (all zero, or missing), too. Otherwise they are an
            error when they are asked for.

        Raises
        ------
        QueryError
            The query is one of recordings, videos or neurons; or its window is missing, or one too many.
        """
        return self._signals("response", neurons, window, allow_invalid)

    @overload
    def videos(self, *, window: None = None, allow_invalid: bool = False) -> Signals[Video]: ...
    @overload
    def videos(self, *, window: Frames, allow_invalid: bool = False) -> Windows: ...
    def videos(self, *, window: Frames | None = None, allow_invalid: bool = False) -> Signals[Video] | Windows:
        """Return the videos as they were on screen, (height, width, frames) each; see `responses`."""
        return self._signals("video", None, window, allow_invalid)

    @overload
    def pupil(self, *, window: None = None, allow_invalid: bool = False) -> Signals[Pupil]: ...
    @overload
    def pupil(self, *, window: Frames, allow_invalid: bool = False) -> Windows: ...
    def pupil(self, *, window: Frames | None = None, allow_invalid: bool = False) -> Signals[Pupil] | Windows:
        """Return the pupil dilation, (frames,) of each trial; see `responses`."""
        return self._signals("pupil", None, window, allow_invalid)

    @overload
    def gaze(self, *, window: None = None, allow_invalid: bool = False) -> Signals[Gaze]: ...
    @overload
    def gaze(self, *, window: Frames, allow_invalid: bool = False) -> Windows: ...
    def gaze(self, *, window: Frames | None = None, allow_invalid: bool = False) -> Signals[Gaze] | Windows:
        """Return where the eye looked, (2, frames) of each trial; see `responses`."""
        return self._signals("gaze", None, window, allow_invalid)

    @overload
    def locomotion(self, *, window: None = None, allow_invalid: bool = False) -> Signals[Locomotion]: ...
    @overload
    def locomotion(self, *, window: Frames, allow_invalid: bool = False) -> Windows: ...
    def locomotion(self, *, window: Frames | None = None, allow_invalid: bool = False) -> Signals[Locomotion] | Windows:
        """Return the running speed, (frames,) of each trial; see `responses`."""
        return self._signals("locomotion", None, window, allow_invalid)

    def _signals(
        self, signal: str, neurons: NeuronChoice, window: Frames | None, allow_invalid: bool
    ) -> Signals[Any] | Windows:
        from catalog.signals import signals_of

        query: Any = self
        return signals_of(query, signal, neurons, window=window, allow_invalid=allow_invalid)
