"""The truth about a simulated data set: what every trial shows, and what went wrong with it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from ingest.simulation.faults import shown_times
from ingest.simulation.options import SimulationOptions
from ingest.simulation.sessions import Presentation, Recording
from ingest.simulation.stimuli import Stimulus
from ingest.simulation.stimuli.natural_video import LABEL as NATURAL_VIDEO

__all__ = ["VERSION", "truth"]

VERSION = 1


def truth(options: SimulationOptions, recordings: list[Recording]) -> dict[str, Any]:
    """All that is known, ready for JSON; docs/simulation.md describes the keys."""
    stimuli = {trial.stimulus.name: trial.stimulus for recording in recordings for trial in recording.trials}
    return {
        "version": VERSION,
        "seed": options.seed,
        "options": asdict(options),
        "recordings": {recording.name: _recording(recording) for recording in recordings},
        "stimuli": {name: _stimulus(stimuli[name]) for name in sorted(stimuli)},
    }


def _recording(recording: Recording) -> dict[str, Any]:
    return {
        "pair": recording.pair,
        "dtype": recording.dtype,
        "T": recording.samples,
        "n_neurons": recording.n_neurons,
        "behavior_folder": recording.behavior_folder,
        "gaps": list(recording.gaps),
        "tiers": {str(trial.trial): trial.tier for trial in recording.trials},
        "trials": {str(trial.trial): _trial(trial) for trial in recording.trials},
    }


def _trial(trial: Presentation) -> dict[str, Any]:
    stimulus = trial.stimulus
    # A segment starts where its first frame is shown, counted in frames of the presentation.
    shown_before = np.concatenate([[0], np.cumsum(shown_times(stimulus.frames, trial.faults))])
    return {
        "label": stimulus.label,
        "stimulus": stimulus.name,
        "tier": trial.tier,
        "repeat": trial.repeat,
        "valid_frames": trial.frames,
        "segment_starts": [int(shown_before[segment.start]) for segment in stimulus.segments],
        "segment_ends": [int(shown_before[segment.end]) for segment in stimulus.segments],
        "segments": _segment_names(stimulus),
        "drift_rate": trial.drift_rate,
        "faults": [asdict(fault) for fault in trial.faults],
        "valid": {
            "video": all(fault.kind != "stalled" for fault in trial.faults),
            "response": not trial.withheld,
            "pupil": True,
            "gaze": True,
            "locomotion": trial.running,
        },
    }


def _segment_names(stimulus: Stimulus) -> list[str | None]:
    """The segments by name; scenes of natural videos have no identity of their own."""
    return [None if stimulus.label == NATURAL_VIDEO else segment.name for segment in stimulus.segments]


def _stimulus(stimulus: Stimulus) -> dict[str, Any]:
    return {
        "label": stimulus.label,
        "frames": stimulus.frames,
        "segments": [
            {
                "name": segment.name,
                "start": segment.start,
                "end": segment.end,
                "onset": segment.onset,
                "parameters": dict(segment.parameters),
            }
            for segment in stimulus.segments
        ],
        "look_alike": asdict(stimulus.look_alike) if stimulus.look_alike else None,
    }
