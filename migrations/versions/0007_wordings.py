"""wordings edited on the site

Revision ID: 0007
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is edited yet: every wording is as it ships."""
    op.create_table(
        "wording_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("wording", sa.String(length=40), nullable=False),
        sa.Column("as_shipped", sa.Boolean(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("shipped", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_wording_version_partnership_id_partnership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording_version")),
    )
    op.create_index(
        op.f("ix_wording_version_partnership_id_wording"), "wording_version", ["partnership_id", "wording"]
    )
    op.create_table(
        "wording_fault",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["wording_version.id"], name=op.f("fk_wording_fault_version_id_wording_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wording_fault")),
        sa.UniqueConstraint("version_id", name=op.f("uq_wording_fault_version_id")),
    )


def downgrade() -> None:
    """Forget them."""
    op.drop_table("wording_fault")
    op.drop_table("wording_version")
