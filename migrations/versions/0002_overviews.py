"""The views that join what people ask about most.

Revision: 0002_overviews
After: 0001_tables
"""

from alembic import op

revision = "0002_overviews"
down_revision = "0001_tables"
branch_labels = None
depends_on = None

TRIAL_OVERVIEW = """
CREATE VIEW trial_overview AS
SELECT
    recordings.name AS recording,
    trials.trial,
    trials.label,
    trials.trial_type,
    trials.video_id,
    trials.valid_frames,
    trials.valid_trial,
    trials.valid_frames_video,
    trials.valid_frames_response,
    trials.valid_frames_pupil,
    trials.valid_frames_gaze,
    trials.valid_frames_locomotion,
    trials.valid_video,
    trials.valid_response,
    trials.valid_pupil,
    trials.valid_gaze,
    trials.valid_locomotion,
    trials.first_label,
    trials.peaks,
    trials.n_peaks,
    trials.segments_n_peaks,
    trials.segments_bad_n,
    trials.segments_avg_duration,
    trials.video_hash,
    trials.published_video_id,
    trials.id,
    trials.recording_id
FROM trials
JOIN recordings ON recordings.id = trials.recording_id
"""

# Where a presentation was measured itself, its own frames count: repeats may have dropped or doubled frames.
SEGMENT_OVERVIEW = """
CREATE VIEW segment_overview AS
SELECT
    segments.id AS segment_id,
    segments.label AS segment_label,
    videos.id AS video_id,
    videos.label AS video_label,
    recordings.name AS recording,
    trials.trial,
    video_segments.segment_index,
    COALESCE(trial_segments.frame_start, video_segments.frame_start) AS frame_start,
    COALESCE(trial_segments.frame_end, video_segments.frame_end) AS frame_end,
    trials.trial_type,
    trials.id AS trial_id
FROM video_segments
JOIN segments ON segments.id = video_segments.segment_id
JOIN videos ON videos.id = video_segments.video_id
JOIN trials ON trials.video_id = videos.id
JOIN recordings ON recordings.id = trials.recording_id
LEFT JOIN trial_segments
    ON trial_segments.trial_id = trials.id AND trial_segments.segment_index = video_segments.segment_index
"""


def upgrade():
    """Create the views."""
    op.execute(TRIAL_OVERVIEW)
    op.execute(SEGMENT_OVERVIEW)


def downgrade():
    """Drop the views; they hold nothing."""
    op.execute("DROP VIEW segment_overview")
    op.execute("DROP VIEW trial_overview")
