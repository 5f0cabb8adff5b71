"""Digests of files say how they were made: those that are there are SHA-256.

Revision: 0006_digest_algorithms
After: 0005_trial_indexes
"""

from alembic import op

revision = "0006_digest_algorithms"
down_revision = "0005_trial_indexes"
branch_labels = None
depends_on = None


def upgrade():
    """Name the algorithm."""
    op.execute("UPDATE array_files SET digest = 'sha256:' || digest WHERE length(digest) = 64")


def downgrade():
    """Leave the name out; digests of another kind stay, and are taken for those of changed files."""
    op.execute("UPDATE array_files SET digest = substr(digest, 8) WHERE digest LIKE 'sha256:%'")
