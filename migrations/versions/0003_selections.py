"""Selections of trials that can be cited.

Revision: 0003_selections
After: 0002_overviews
"""

import sqlalchemy as sa
from alembic import op

revision = "0003_selections"
down_revision = "0002_overviews"
branch_labels = None
depends_on = None


def upgrade():
    """Create the tables; no selection exists yet."""
    # PostgreSQL compares and orders text by code point, as SQLite does.
    text = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    op.create_table(
        "selections",
        sa.Column("name", text, nullable=False),
        sa.Column("conditions", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("digest", text, nullable=False),
        sa.Column("n_trials", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.Integer()),
        sa.Column("schema_revision", text, nullable=False),
        sa.Column("version", text, nullable=False),
        sa.Column("note", text),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_selections")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_selections_name_not_empty")),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_selections_digest_is_sha256")),
        sa.CheckConstraint("n_trials >= 0", name=op.f("ck_selections_n_trials_not_negative")),
        sa.ForeignKeyConstraint(
            ["run_id"], ["ingest_runs.id"], name=op.f("fk_selections_run_id_ingest_runs"), ondelete="SET NULL"
        ),
    )
    op.create_table(
        "selection_trials",
        sa.Column("selection", text, nullable=False),
        sa.Column("recording", text, nullable=False),
        sa.Column("trial", sa.Integer(), nullable=False),
        sa.Column("label", text),
        sa.Column("trial_type", text),
        sa.Column("video_id", text),
        sa.Column("video_hash", text),
        sa.Column("valid_frames", sa.Integer()),
        sa.Column("valid_trial", sa.Boolean(), nullable=False),
        sa.Column("valid_video", sa.Boolean(), nullable=False),
        sa.Column("valid_response", sa.Boolean(), nullable=False),
        sa.Column("valid_pupil", sa.Boolean(), nullable=False),
        sa.Column("valid_gaze", sa.Boolean(), nullable=False),
        sa.Column("valid_locomotion", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("selection", "recording", "trial", name=op.f("pk_selection_trials")),
        sa.CheckConstraint("trial >= 0", name=op.f("ck_selection_trials_trial_not_negative")),
        sa.ForeignKeyConstraint(
            ["selection"],
            ["selections.name"],
            name=op.f("fk_selection_trials_selection_selections"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
    )


def downgrade():
    """Drop the tables; the selections in them are lost."""
    op.drop_table("selection_trials")
    op.drop_table("selections")
