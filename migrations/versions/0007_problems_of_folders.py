"""What is wrong with a data folder's entries is told apart from what is wrong inside a recording.

Revision: 0007_problems_of_folders
After: 0006_digest_algorithms
"""

from alembic import op

revision = "0007_problems_of_folders"
down_revision = "0006_digest_algorithms"
branch_labels = None
depends_on = None


def upgrade():
    """Give such problems a topic of their own."""
    op.execute(
        "UPDATE ingest_problems SET topic = 'folder' WHERE topic = 'ingest' AND kind IN ('contradictory_name', "
        "'doubled_recording', 'no_recording', 'no_trials', 'unreadable_name', 'unreadable_recording')"
    )


def downgrade():
    """Give them the topic of the others."""
    op.execute("UPDATE ingest_problems SET topic = 'ingest' WHERE topic = 'folder'")
