"""what is sent: messages switched on and off, readers' choices, addresses whose mail came back

Revision ID: 0005
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is switched yet: every message is sent as domain.md says."""
    op.create_table(
        "message_switch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(length=40), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_message_switch_partnership_id_partnership")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_switch")),
    )
    op.create_index(op.f("ix_message_switch_partnership_id"), "message_switch", ["partnership_id"])
    op.create_table(
        "message_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("message", sa.String(length=40), nullable=False),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_choice")),
    )
    op.create_index(op.f("ix_message_choice_email_message"), "message_choice", ["email", "message"])
    op.create_table(
        "unreachable",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_unreachable_letter_id_letter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unreachable")),
    )
    op.create_index(op.f("ix_unreachable_email"), "unreachable", ["email"])


def downgrade() -> None:
    """Forget them."""
    for table in ("unreachable", "message_choice", "message_switch"):
        op.drop_table(table)
