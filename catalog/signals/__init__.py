"""Signals of trials: videos, responses, pupil, gaze and running as arrays, found by questions to the catalog."""

from __future__ import annotations

from catalog.errors import SignalError
from catalog.signals.behavior import Gaze, Locomotion, Pupil
from catalog.signals.collection import Signals
from catalog.signals.neurons import NeuronChoice, Neurons
from catalog.signals.opening import open_signal, repeats_of, signals_of
from catalog.signals.repeats import Repeats, RepeatStack, VideoRepeats
from catalog.signals.responses import Responses
from catalog.signals.signal import Signal
from catalog.signals.spans import SegmentSpan
from catalog.signals.stacks import Stack
from catalog.signals.video import Video, VideoSegment
from catalog.signals.windows import Window, Windows

__all__ = [
    "Gaze",
    "Locomotion",
    "NeuronChoice",
    "Neurons",
    "Pupil",
    "RepeatStack",
    "Repeats",
    "Responses",
    "SegmentSpan",
    "Signal",
    "SignalError",
    "Signals",
    "Stack",
    "Video",
    "VideoRepeats",
    "VideoSegment",
    "Window",
    "Windows",
    "open_signal",
    "repeats_of",
    "signals_of",
]
