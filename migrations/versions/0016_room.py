"""who made the mark that was changed

Revision ID: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BY = "fk_mark_change_was_by_id_person"


def upgrade() -> None:
    """A mark that was changed keeps who had made it, when, how and with which minutes; of older ones nobody knows."""
    with op.batch_alter_table("mark_change") as batch_op:
        batch_op.add_column(sa.Column("was_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("was_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("was_how", sa.String(length=10), nullable=False, server_default="register")
        )
        batch_op.add_column(sa.Column("was_late", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("was_early", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("was_why", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("stood", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.create_foreign_key(op.f(BY), "person", ["was_by_id"], ["id"])


def downgrade() -> None:
    """And forgets it."""
    with op.batch_alter_table("mark_change") as batch_op:
        batch_op.drop_constraint(op.f(BY), type_="foreignkey")
        for column in ("stood", "was_why", "was_early", "was_late", "was_how", "was_at", "was_by_id"):
            batch_op.drop_column(column)
