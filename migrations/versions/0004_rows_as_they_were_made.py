"""rows as they were made: whether somebody changed what a file had loaded

Revision ID: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the fingerprint; rows loaded before have none, and are taken back as before."""
    with op.batch_alter_table("imported_row") as batch:
        batch.add_column(sa.Column("as_made", sa.String(length=32), server_default="", nullable=False))


def downgrade() -> None:
    """Forget it."""
    with op.batch_alter_table("imported_row") as batch:
        batch.drop_column("as_made")
