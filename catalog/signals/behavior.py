"""What the mouse did: gaze, pupil and running."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.signals.signal import Signal


@dataclass(frozen=True, eq=False, kw_only=True)
class Gaze(Signal):
    """Where the eye looked: (2, frames), the centre of the pupil along x and y in the image of the eye camera."""

    name = "gaze"
    unit = "pupil centre (a.u.)"


@dataclass(frozen=True, eq=False, kw_only=True)
class Pupil(Signal):
    """How wide the pupil was: (frames,)."""

    name = "pupil"
    unit = "pupil dilation (a.u.)"


@dataclass(frozen=True, eq=False, kw_only=True)
class Locomotion(Signal):
    """How fast the mouse ran: (frames,)."""

    name = "locomotion"
    unit = "running speed (a.u.)"
