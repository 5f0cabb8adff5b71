"""The tables.

Revision: 0001_tables
After: nothing
"""

import sqlalchemy as sa
from alembic import op

revision = "0001_tables"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "ingest_runs",
    "segments",
    "videos",
    "ingest_problems",
    "recordings",
    "segment_aliases",
    "segment_signatures",
    "video_aliases",
    "video_segments",
    "video_signatures",
    "data_dictionaries",
    "neurons",
    "recording_roots",
    "trials",
    "array_files",
    "trial_segments",
)


def upgrade():
    """Create every table, parents first."""
    # PostgreSQL compares and orders text by code point, as SQLite does.
    text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "ingest_runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("command", text, nullable=False),
        sa.Column("status", text, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("version", text, nullable=False),
        sa.Column("analysis_version", text, nullable=False),
        sa.Column("parameters", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("input_digest", text),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ingest_runs")),
        sa.CheckConstraint("command IN ('ingest', 'import')", name=op.f("ck_ingest_runs_command_known")),
        sa.CheckConstraint("status IN ('running', 'done', 'failed')", name=op.f("ck_ingest_runs_status_known")),
    )
    op.create_table(
        "segments",
        sa.Column("id", text, nullable=False),
        sa.Column("label", text, nullable=False),
        sa.Column("valid_frames", sa.Integer()),
        sa.Column("sampling_freq", sa.Double()),
        sa.Column("source", text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segments")),
        sa.CheckConstraint("id <> '' AND label <> ''", name=op.f("ck_segments_names_not_empty")),
        sa.CheckConstraint("source IN ('published', 'raw')", name=op.f("ck_segments_source_known")),
        sa.CheckConstraint("valid_frames > 0", name=op.f("ck_segments_valid_frames_positive")),
    )
    op.create_index("ix_segments_label", "segments", ["label"])
    op.create_table(
        "videos",
        sa.Column("id", text, nullable=False),
        sa.Column("label", text, nullable=False),
        sa.Column("valid_frames", sa.Integer()),
        sa.Column("sampling_freq", sa.Double()),
        sa.Column("n_segments", sa.Integer(), nullable=False),
        sa.Column("source", text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_videos")),
        sa.CheckConstraint("valid_frames >= 0 AND n_segments >= 0", name=op.f("ck_videos_counts_not_negative")),
        sa.CheckConstraint("id <> '' AND label <> ''", name=op.f("ck_videos_names_not_empty")),
        sa.CheckConstraint("source IN ('published', 'raw')", name=op.f("ck_videos_source_known")),
    )
    op.create_index("ix_videos_label", "videos", ["label"])
    op.create_table(
        "ingest_problems",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("severity", text, nullable=False),
        sa.Column("kind", text, nullable=False),
        sa.Column("topic", text, nullable=False),
        sa.Column("recording", text),
        sa.Column("trial", sa.Integer()),
        sa.Column("signal", text),
        sa.Column("path", text),
        sa.Column("message", text, nullable=False),
        sa.Column("action", text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ingest_problems")),
        sa.CheckConstraint(
            "severity IN ('error', 'warning', 'notice')", name=op.f("ck_ingest_problems_severity_known")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["ingest_runs.id"], name=op.f("fk_ingest_problems_run_id_ingest_runs"), ondelete="CASCADE"
        ),
    )
    op.create_index("ix_ingest_problems_recording", "ingest_problems", ["recording"])
    op.create_index("ix_ingest_problems_run_id", "ingest_problems", ["run_id"])
    op.create_table(
        "recordings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", text, nullable=False),
        sa.Column("animal_id", text),
        sa.Column("session", text),
        sa.Column("scan_idx", text),
        sa.Column("sampling_freq", sa.Double()),
        sa.Column("samples_per_trial", sa.Integer()),
        sa.Column("n_trials", sa.Integer()),
        sa.Column("n_neurons", sa.Integer()),
        sa.Column("dataset_url", text),
        sa.Column("data_url", text),
        sa.Column("source", text, nullable=False),
        sa.Column("run_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recordings")),
        sa.CheckConstraint(
            "n_trials >= 0 AND n_neurons >= 0 AND samples_per_trial >= 0",
            name=op.f("ck_recordings_counts_not_negative"),
        ),
        sa.CheckConstraint("name <> ''", name=op.f("ck_recordings_name_not_empty")),
        sa.CheckConstraint("sampling_freq > 0", name=op.f("ck_recordings_sampling_freq_positive")),
        sa.CheckConstraint("source IN ('published', 'raw')", name=op.f("ck_recordings_source_known")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["ingest_runs.id"], name=op.f("fk_recordings_run_id_ingest_runs"), ondelete="SET NULL"
        ),
        sa.UniqueConstraint("name", name=op.f("uq_recordings_name")),
    )
    op.create_table(
        "segment_aliases",
        sa.Column("alias", text, nullable=False),
        sa.Column("segment_id", text, nullable=False),
        sa.Column("source", text, nullable=False),
        sa.PrimaryKeyConstraint("alias", name=op.f("pk_segment_aliases")),
        sa.CheckConstraint(
            "source IN ('published', 'content', 'merged')", name=op.f("ck_segment_aliases_source_known")
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segments.id"],
            name=op.f("fk_segment_aliases_segment_id_segments"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_segment_aliases_segment_id", "segment_aliases", ["segment_id"])
    op.create_table(
        "segment_signatures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_hash", text, nullable=False),
        sa.Column("segment_id", text, nullable=False),
        sa.Column("projection", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_signatures")),
        sa.ForeignKeyConstraint(
            ["segment_id"],
            ["segments.id"],
            name=op.f("fk_segment_signatures_segment_id_segments"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("content_hash", name=op.f("uq_segment_signatures_content_hash")),
    )
    op.create_index("ix_segment_signatures_segment_id", "segment_signatures", ["segment_id"])
    op.create_table(
        "video_aliases",
        sa.Column("alias", text, nullable=False),
        sa.Column("video_id", text, nullable=False),
        sa.Column("source", text, nullable=False),
        sa.PrimaryKeyConstraint("alias", name=op.f("pk_video_aliases")),
        sa.CheckConstraint("source IN ('published', 'content', 'merged')", name=op.f("ck_video_aliases_source_known")),
        sa.ForeignKeyConstraint(
            ["video_id"],
            ["videos.id"],
            name=op.f("fk_video_aliases_video_id_videos"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_video_aliases_video_id", "video_aliases", ["video_id"])
    op.create_table(
        "video_segments",
        sa.Column("video_id", text, nullable=False),
        sa.Column("segment_index", sa.Integer(), nullable=False),
        sa.Column("frame_start", sa.Integer(), nullable=False),
        sa.Column("frame_end", sa.Integer(), nullable=False),
        sa.Column("bad_properties", sa.Boolean(), nullable=False),
        sa.Column("segment_id", text),
        sa.PrimaryKeyConstraint("video_id", "segment_index", name=op.f("pk_video_segments")),
        sa.CheckConstraint(
            "frame_start >= 0 AND frame_end > frame_start AND segment_index >= 0",
            name=op.f("ck_video_segments_span_valid"),
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segments.id"], name=op.f("fk_video_segments_segment_id_segments"), onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["video_id"],
            ["videos.id"],
            name=op.f("fk_video_segments_video_id_videos"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_video_segments_segment_id", "video_segments", ["segment_id"])
    op.create_table(
        "video_signatures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_hash", text, nullable=False),
        sa.Column("video_id", text, nullable=False),
        sa.Column("projection", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_video_signatures")),
        sa.ForeignKeyConstraint(
            ["video_id"],
            ["videos.id"],
            name=op.f("fk_video_signatures_video_id_videos"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("content_hash", name=op.f("uq_video_signatures_content_hash")),
    )
    op.create_index("ix_video_signatures_video_id", "video_signatures", ["video_id"])
    op.create_table(
        "data_dictionaries",
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("subject", text, nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("recording_id", "subject", name=op.f("pk_data_dictionaries")),
        sa.CheckConstraint("subject IN ('trials', 'neurons')", name=op.f("ck_data_dictionaries_subject_known")),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_data_dictionaries_recording_id_recordings"),
            ondelete="CASCADE",
        ),
    )
    op.create_table(
        "neurons",
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer()),
        sa.Column("coord_x", sa.Integer()),
        sa.Column("coord_y", sa.Integer()),
        sa.Column("coord_z", sa.Integer()),
        sa.Column("mean_activation", sa.Double()),
        sa.Column("std_activation", sa.Double()),
        sa.Column("min_activation", sa.Double()),
        sa.Column("max_activation", sa.Double()),
        sa.PrimaryKeyConstraint("recording_id", "row", name=op.f("pk_neurons")),
        sa.CheckConstraint('"row" >= 0', name=op.f("ck_neurons_row_not_negative")),
        sa.CheckConstraint("std_activation >= 0", name=op.f("ck_neurons_std_not_negative")),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_neurons_recording_id_recordings"), ondelete="CASCADE"
        ),
        sa.UniqueConstraint("recording_id", "unit_id", name=op.f("uq_neurons_recording_id_unit_id")),
    )
    op.create_table(
        "recording_roots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("path", text, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_roots")),
        sa.ForeignKeyConstraint(
            ["recording_id"],
            ["recordings.id"],
            name=op.f("fk_recording_roots_recording_id_recordings"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("recording_id", "path", name=op.f("uq_recording_roots_recording_id_path")),
    )
    op.create_table(
        "trials",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recording_id", sa.Integer(), nullable=False),
        sa.Column("trial", sa.Integer(), nullable=False),
        sa.Column("label", text),
        sa.Column("trial_type", text),
        sa.Column("video_id", text),
        sa.Column("valid_frames", sa.Integer()),
        sa.Column("valid_trial", sa.Boolean(), nullable=False),
        sa.Column("valid_frames_video", sa.Integer()),
        sa.Column("valid_frames_response", sa.Integer()),
        sa.Column("valid_frames_pupil", sa.Integer()),
        sa.Column("valid_frames_gaze", sa.Integer()),
        sa.Column("valid_frames_locomotion", sa.Integer()),
        sa.Column("valid_video", sa.Boolean(), nullable=False),
        sa.Column("valid_response", sa.Boolean(), nullable=False),
        sa.Column("valid_pupil", sa.Boolean(), nullable=False),
        sa.Column("valid_gaze", sa.Boolean(), nullable=False),
        sa.Column("valid_locomotion", sa.Boolean(), nullable=False),
        sa.Column("first_label", text),
        sa.Column("peaks", sa.JSON(none_as_null=True)),
        sa.Column("n_peaks", sa.Integer()),
        sa.Column("segments_n_peaks", sa.Integer()),
        sa.Column("segments_bad_n", sa.Integer()),
        sa.Column("segments_avg_duration", sa.Double()),
        sa.Column("video_hash", text),
        sa.Column("published_video_id", text),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trials")),
        sa.CheckConstraint("trial >= 0", name=op.f("ck_trials_trial_not_negative")),
        sa.CheckConstraint(
            "valid_frames >= 0 AND valid_frames_video >= 0 AND valid_frames_response >= 0 "
            "AND valid_frames_pupil >= 0 AND valid_frames_gaze >= 0 AND valid_frames_locomotion >= 0",
            name=op.f("ck_trials_valid_frames_not_negative"),
        ),
        sa.ForeignKeyConstraint(
            ["recording_id"], ["recordings.id"], name=op.f("fk_trials_recording_id_recordings"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["video_id"], ["videos.id"], name=op.f("fk_trials_video_id_videos"), onupdate="CASCADE"
        ),
        sa.UniqueConstraint("recording_id", "trial", name=op.f("uq_trials_recording_id_trial")),
    )
    op.create_index("ix_trials_label_trial_type", "trials", ["label", "trial_type"])
    op.create_index("ix_trials_published_video_id", "trials", ["published_video_id"])
    op.create_index("ix_trials_video_id", "trials", ["video_id"])
    op.create_table(
        "array_files",
        sa.Column("trial_id", sa.Integer(), nullable=False),
        sa.Column("signal", text, nullable=False),
        sa.Column("path", text, nullable=False),
        sa.Column("array_row", sa.Integer()),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("modified_ns", sa.BigInteger(), nullable=False),
        sa.Column("digest", text, nullable=False),
        sa.Column("dtype", text, nullable=False),
        sa.Column("shape", sa.JSON(none_as_null=True), nullable=False),
        sa.PrimaryKeyConstraint("trial_id", "signal", name=op.f("pk_array_files")),
        sa.CheckConstraint("bytes >= 0", name=op.f("ck_array_files_bytes_not_negative")),
        sa.CheckConstraint(
            "signal IN ('video', 'response', 'pupil', 'gaze', 'locomotion')", name=op.f("ck_array_files_signal_known")
        ),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trials.id"], name=op.f("fk_array_files_trial_id_trials"), ondelete="CASCADE"
        ),
    )
    op.create_table(
        "trial_segments",
        sa.Column("trial_id", sa.Integer(), nullable=False),
        sa.Column("segment_index", sa.Integer(), nullable=False),
        sa.Column("frame_start", sa.Integer(), nullable=False),
        sa.Column("frame_end", sa.Integer(), nullable=False),
        sa.Column("duration", sa.Integer(), nullable=False),
        sa.Column("transition_start", sa.Integer(), nullable=False),
        sa.Column("transition_end", sa.Integer(), nullable=False),
        sa.Column("max_change", sa.Double(), nullable=False),
        sa.Column("is_static", sa.Boolean(), nullable=False),
        sa.Column("intensity_range", sa.Double(), nullable=False),
        sa.Column("margin_left", sa.Integer(), nullable=False),
        sa.Column("margin_right", sa.Integer(), nullable=False),
        sa.Column("margin_top", sa.Integer(), nullable=False),
        sa.Column("margin_bottom", sa.Integer(), nullable=False),
        sa.Column("background_color", sa.Double(), nullable=False),
        sa.Column("background_proportion", sa.Double(), nullable=False),
        sa.Column("is_uniform", sa.Boolean(), nullable=False),
        sa.Column("bad_properties", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("trial_id", "segment_index", name=op.f("pk_trial_segments")),
        sa.CheckConstraint(
            "frame_start >= 0 AND frame_end > frame_start AND segment_index >= 0",
            name=op.f("ck_trial_segments_span_valid"),
        ),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trials.id"], name=op.f("fk_trial_segments_trial_id_trials"), ondelete="CASCADE"
        ),
    )


def downgrade():
    """Drop every table, children first."""
    for table in reversed(TABLES):
        op.drop_table(table)
