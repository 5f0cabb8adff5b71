"""The fields of recordings, trials, videos, segments and neurons, by name alone.

`catalog.entities` says what each is in SQL. The names stand apart from it since `--help` tells them, and may not wait
for SQLAlchemy.
"""

from __future__ import annotations

from dataclasses import dataclass

VALIDITY = ("valid_trial", "valid_video", "valid_response", "valid_pupil", "valid_gaze", "valid_locomotion")


@dataclass(frozen=True)
class FieldNames:
    """The names of an entity's fields.

    Attributes
    ----------
    columns
        Those that belong to it, in the order in which they are shown.
    more
        Those that are only given on request.
    shown
        Those of the times it was on screen, to filter by alone.
    """

    columns: tuple[str, ...]
    more: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()


FIELDS = {
    "recordings": FieldNames(
        columns=(
            *("name", "animal_id", "session", "scan_idx", "sampling_freq", "samples_per_trial", "n_trials"),
            *("n_neurons", "dataset_url", "data_url", "source"),
        ),
        more=("id",),
    ),
    "trials": FieldNames(
        columns=(
            *("recording", "trial", "label", "trial_type", "video_id", "valid_frames", "valid_trial"),
            *("valid_frames_video", "valid_frames_response", "valid_frames_pupil", "valid_frames_gaze"),
            *("valid_frames_locomotion", "valid_video", "valid_response", "valid_pupil", "valid_gaze"),
            *("valid_locomotion", "first_label", "peaks", "n_peaks", "segments_n_peaks", "segments_bad_n"),
            *("segments_avg_duration", "video_hash", "published_video_id", "id", "recording_id"),
        ),
        more=("animal_id", "session", "scan_idx", "sampling_freq"),
    ),
    "videos": FieldNames(
        columns=("id", "label", "valid_frames", "sampling_freq", "n_segments", "source"),
        more=("n_trials", "n_recordings"),
        shown=("recording", "trial", "trial_type", *VALIDITY),
    ),
    "segments": FieldNames(
        columns=("id", "label", "valid_frames", "sampling_freq", "source"),
        more=("n_trials", "n_recordings"),
        shown=("video_id", "segment_index", "recording", "trial", "trial_type", *VALIDITY),
    ),
    "neurons": FieldNames(
        columns=(
            *("recording", "row", "unit_id", "coord_x", "coord_y", "coord_z", "mean_activation", "std_activation"),
            *("min_activation", "max_activation"),
        ),
        more=("recording_id", "animal_id", "session", "scan_idx"),
    ),
}
