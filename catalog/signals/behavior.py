"""What the mouse did: gaze, pupil and running."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from catalog.signals.signal import Signal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from catalog.pictures import Picture


class Traced(Signal):
    """A signal of one value a frame, which is shown as a trace."""

    def show_trace(self, *, segments: bool = False, ax: Axes | None = None) -> Picture[Axes]:
        """Show it over time; with `segments`, also where each segment of the video began."""
        from catalog.pictures import show_trace

        values = self.get_data(trim=True)
        return show_trace(values, self.sampling_freq, unit=self.unit, segments=self.frame_spans(segments), ax=ax)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Gaze(Signal):
    """Where the eye looked: (2, frames), the centre of the pupil along x and y in the image of the eye camera."""

    name = "gaze"
    unit = "pupil centre (a.u.)"

    def show_path(self, *, ax: Axes | None = None) -> Picture[Axes]:
        """Show where it went, coloured by time; see `catalog.pictures.show_gaze_path`."""
        from catalog.pictures import show_gaze_path

        return show_gaze_path(self.get_data(trim=True), self.sampling_freq, ax=ax)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Pupil(Traced):
    """How wide the pupil was: (frames,)."""

    name = "pupil"
    unit = "pupil dilation (a.u.)"

    def detrended(
        self, kind: Literal["linear", "constant"] = "linear", *, breaks: Sequence[int] = ()
    ) -> NDArray[np.float64]:
        """Return it less its line, or its mean; see `catalog.pictures.detrended`."""
        from catalog.pictures import detrended

        return detrended(self.get_data(trim=True), kind, breaks=breaks)

    def power_spectrum(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return frequencies in Hz and power per Hz; see `catalog.pictures.power_spectrum`."""
        from catalog.pictures import power_spectrum

        return power_spectrum(self.get_data(trim=True), self.sampling_freq)

    def show_spectrum(self, *, highest: float | None = None, ax: Axes | None = None) -> Picture[Axes]:
        """Show its power spectrum, up to `highest` Hz; see `catalog.pictures.show_spectrum`."""
        from catalog.pictures import show_spectrum

        return show_spectrum(self.get_data(trim=True), self.sampling_freq, highest=highest, ax=ax)


@dataclass(frozen=True, eq=False, kw_only=True, repr=False)
class Locomotion(Traced):
    """How fast the mouse ran: (frames,)."""

    name = "locomotion"
    unit = "running speed (a.u.)"
