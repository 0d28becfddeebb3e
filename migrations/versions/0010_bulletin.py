"""the bulletin and who asked for it

Revision ID: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has asked for it yet, and none is written."""
    op.create_table(
        "bulletin_subscriber",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("wishes", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_bulletin_subscriber_partnership_id_partnership")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_subscriber")),
        sa.UniqueConstraint("partnership_id", "email", name=op.f("uq_bulletin_subscriber_partnership_id_email")),
        sa.UniqueConstraint("public_id", name=op.f("uq_bulletin_subscriber_public_id")),
    )
    op.create_table(
        "bulletin_subscriber_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("how", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("wishes", sa.JSON(), nullable=False),
        sa.Column("asked_from", sa.String(length=64), nullable=False),
        sa.CheckConstraint("what IN ('asked', 'subscribed', 'changed', 'unsubscribed', 'removed')", name=op.f("ck_bulletin_subscriber_change_what")),
        sa.ForeignKeyConstraint(["subscriber_id"], ["bulletin_subscriber.id"], name=op.f("fk_bulletin_subscriber_change_subscriber_id_bulletin_subscriber")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin_subscriber_change")),
    )
    op.create_index(op.f("ix_bulletin_subscriber_change_subscriber_id"), "bulletin_subscriber_change", ["subscriber_id"])
    op.create_index(op.f("ix_bulletin_subscriber_change_asked_from_at"), "bulletin_subscriber_change", ["asked_from", "at"])
    op.create_table(
        "bulletin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("closing", sa.Text(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("grouped_by", sa.String(length=10), nullable=False),
        sa.Column("few_first", sa.Boolean(), nullable=False),
        sa.Column("greets", sa.Boolean(), nullable=False),
        sa.Column("left_out", sa.JSON(), nullable=False),
        sa.Column("put_in", sa.JSON(), nullable=False),
        sa.Column("ordered", sa.JSON(), nullable=False),
        sa.Column("courses_left_out", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_by", sa.String(length=40), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(length=40), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("posted", sa.Integer(), nullable=False),
        sa.Column("passed_over", sa.Integer(), nullable=False),
        sa.Column("dropped", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('draft', 'queued', 'sending', 'sent', 'stopped')", name=op.f("ck_bulletin_state")),
        sa.CheckConstraint("grouped_by IN ('month', 'course', 'list')", name=op.f("ck_bulletin_grouped_by")),
        sa.CheckConstraint("weeks BETWEEN 1 AND 52", name=op.f("ck_bulletin_weeks")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_bulletin_partnership_id_partnership")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin")),
        sa.UniqueConstraint("public_id", name=op.f("uq_bulletin_public_id")),
    )
    op.create_index(op.f("ix_bulletin_partnership_id_state"), "bulletin", ["partnership_id", "state"])


def downgrade() -> None:
    """Forget them."""
    for table in ("bulletin", "bulletin_subscriber_change", "bulletin_subscriber"):
        op.drop_table(table)
