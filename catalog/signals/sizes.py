"""Sizes of signals in words, as notebooks show them: `54 neurons x 324 frames, 30 Hz`."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from catalog.counts import counted


def size_of(shape: Sequence[int | str], sampling_freq: float, names: Sequence[str] = (), note: str = "") -> str:
    """Return the size of an array that has frames last, and how many there are in a second, if that is known.

    `names` are those of its first axes, as of one: `neuron`. What has none is a number alone. A size that is not known
    may be a word. The note is on the frames.
    """
    named = dict(enumerate(names)) | {len(shape) - 1: "frame"}
    sizes = (_counted(size, named[axis]) if axis in named else str(size) for axis, size in enumerate(shape))
    return " x ".join(sizes) + note + ("" if math.isnan(sampling_freq) else f", {sampling_freq:g} Hz")


def stack_size(shape: Sequence[int], signals: Iterable[object], places: Sequence[str]) -> str:
    """Return the signal of a stack, and its size; `places` are the names of its axes before those of the signals."""
    first = next(iter(signals), None)
    name, freq = getattr(first, "name", "nothing"), getattr(first, "sampling_freq", math.nan)
    return f"{name}: {size_of(shape, freq, (*places, 'neuron') if name == 'response' else places)}"


def _counted(size: int | str, name: str) -> str:
    return f"{size} {name}s" if isinstance(size, str) else counted(size, name)
