"""Indexes of trials that answer two conditions, and count what meets them, without looking at the trials themselves.

Revision: 0005_trial_indexes
After: 0004_trial_changes
"""

from alembic import op

revision = "0005_trial_indexes"
down_revision = "0004_trial_changes"
branch_labels = None
depends_on = None

BEFORE = ["label", "trial_type"]
AFTER = {
    "ix_trials_label_trial_type": ["label", "trial_type", "recording_id", "trial", "valid_frames", "valid_response"],
    "ix_trials_trial_type_valid_response": ["trial_type", "valid_response", "recording_id", "trial", "valid_frames"],
}


def upgrade():
    """Widen the index of labels, and add one of tiers."""
    op.drop_index("ix_trials_label_trial_type", "trials")
    for name, columns in AFTER.items():
        op.create_index(name, "trials", columns)


def downgrade():
    """Bring the narrow index back."""
    for name in AFTER:
        op.drop_index(name, "trials")
    op.create_index("ix_trials_label_trial_type", "trials", BEFORE)
