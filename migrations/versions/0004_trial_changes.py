"""What each run changed of trials.

Revision: 0004_trial_changes
After: 0003_selections
"""

import sqlalchemy as sa
from alembic import op

revision = "0004_trial_changes"
down_revision = "0003_selections"
branch_labels = None
depends_on = None


def upgrade():
    """Create the table; what earlier runs changed is not known."""
    # PostgreSQL compares and orders text by code point, as SQLite does.
    text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "trial_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("made_by", text, nullable=False),
        sa.Column("recording", text, nullable=False),
        sa.Column("trial", sa.Integer(), nullable=False),
        sa.Column("change", text, nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True)),
        sa.Column("after", sa.JSON(none_as_null=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial_changes")),
        sa.CheckConstraint("made_by IN ('run', 'remove')", name=op.f("ck_trial_changes_made_by_known")),
        sa.CheckConstraint("change IN ('added', 'removed', 'changed')", name=op.f("ck_trial_changes_change_known")),
        sa.CheckConstraint("trial >= 0", name=op.f("ck_trial_changes_trial_not_negative")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["ingest_runs.id"], name=op.f("fk_trial_changes_run_id_ingest_runs"), ondelete="CASCADE"
        ),
    )
    op.create_index(op.f("ix_trial_changes_run_id"), "trial_changes", ["run_id"])


def downgrade():
    """Drop the table; what runs changed is forgotten."""
    op.drop_table("trial_changes")
