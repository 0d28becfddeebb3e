"""what is written to all goes to mobiles too

Revision ID: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The words of the text message, and how many were posted."""
    op.add_column("event_message", sa.Column("short_text", sa.Text(), nullable=False, server_default=""))
    op.add_column("event_message", sa.Column("texted", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Without."""
    with op.batch_alter_table("event_message") as batch_op:
        batch_op.drop_column("texted")
        batch_op.drop_column("short_text")
