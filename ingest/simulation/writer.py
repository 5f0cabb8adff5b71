"""Writing recordings in the layout of the published raw data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from ingest.simulation.behavior import behave
from ingest.simulation.drift import resample, wander
from ingest.simulation.faults import frames_shown
from ingest.simulation.responses import Neurons, respond
from ingest.simulation.sessions import Presentation, Recording
from ingest.simulation.stimuli import Frames

__all__ = ["NO_TIER", "write_metadata", "write_trial"]

NO_TIER = "none"  # of a trial number without files


def write_metadata(folder: Path, recording: Recording, neurons: Neurons) -> None:
    """Write what describes a whole recording, and make the folders of its trials."""
    data, meta = folder / "data", folder / "meta"
    for directory in (
        *(data / name for name in ("videos", "responses", recording.behavior_folder, "pupil_center")),
        *(meta / name for name in ("neurons", "trials")),
    ):
        directory.mkdir(parents=True)
    tiers = dict.fromkeys(recording.gaps, NO_TIER) | {trial.trial: trial.tier for trial in recording.trials}
    np.save(meta / "trials" / "tiers.npy", np.array([tiers[number] for number in range(len(tiers))]))
    np.save(meta / "neurons" / "cell_motor_coordinates.npy", neurons.coordinates)
    np.save(meta / "neurons" / "unit_ids.npy", neurons.unit_ids)


def write_trial(
    folder: Path, seed: int, recording: Recording, neurons: Neurons, trial: Presentation, stimulus_frames: Frames
) -> None:
    """Write the four arrays of a trial.

    Args:
        folder: of the recording.
        seed: of the simulation.
        recording: the trial is part of.
        neurons: of the recording.
        trial: what is written.
        stimulus_frames: (frames, height, width) as designed, before the presentation.
    """
    data, name = folder / "data", f"{trial.trial}.npy"
    np.save(data / "videos" / name, _video(recording, trial, stimulus_frames))
    np.save(data / "responses" / name, _responses(seed, recording, neurons, trial))
    behavior = behave(seed, recording.name, trial)
    np.save(data / recording.behavior_folder / name, _padded(behavior.pupil_and_running, recording))
    np.save(data / "pupil_center" / name, _padded(behavior.gaze, recording))


def _video(recording: Recording, trial: Presentation, stimulus_frames: Frames) -> npt.NDArray[np.floating]:
    shown = stimulus_frames
    if trial.faults:
        shown = stimulus_frames[frames_shown(len(stimulus_frames), trial.faults)]
    recorded = resample(shown, trial.drift_rate)
    frames = wander(recorded, shown, trial.drift_rate) if recording.wander else recorded
    return _padded(frames.transpose(1, 2, 0), recording)


def _responses(seed: int, recording: Recording, neurons: Neurons, trial: Presentation) -> npt.NDArray[np.floating]:
    if trial.withheld:
        return np.zeros((recording.n_neurons, recording.samples), recording.dtype)
    return _padded(respond(seed, recording.name, neurons, trial), recording)


def _padded(signal: npt.NDArray[np.floating], recording: Recording) -> npt.NDArray[np.floating]:
    """The signal (…, frames) in the recording's dtype and length, NaN after its own end."""
    padded = np.empty((*signal.shape[:-1], recording.samples), recording.dtype)
    padded[..., : signal.shape[-1]] = signal
    padded[..., signal.shape[-1] :] = np.nan
    return padded
