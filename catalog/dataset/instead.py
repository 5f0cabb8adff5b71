"""Methods of the published class that a DataSet does not have, and what does their work."""

from __future__ import annotations

_MADE = "`catalog ingest DATA` makes the metadata, and `catalog export DIR --format published` writes its files"
_KNOWN = "what it reads is known from the start: `info`, `trials_df` and `segments_df`"
_MEASURED = 'ingest measures neurons: `info[recording]["neurons"].stats_activity`'
INSTEAD = {
    **dict.fromkeys(
        (
            "add_segments_id_to_video_metadata",
            "classify_videos",
            "compute_dissimilarity_segments",
            "compute_dissimilarity_videos",
            "create_folders_metadata",
            "define_segments_id",
            "define_valid_frames",
            "define_valid_responses",
            "define_videos_id",
            "generates_basic_metadata_per_recording",
            "save_trials_metadata",
        ),
        _MADE,
    ),
    **dict.fromkeys(("add_data_info", "load_neurons", "load_trial_types", "set_trial_type"), _KNOWN),
    **dict.fromkeys(
        ("compute_neurons_stats", "compute_neurons_stats_per_neuron", "generates_neurons_metadata"), _MEASURED
    ),
}
"""What to say of each."""
