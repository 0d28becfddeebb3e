"""what a trainer's calendar knew of a date that they no longer deliver

Revision ID: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Who was taken off before this is not known any more: their calendars dropped it at once."""
    op.create_table(
        "trainer_released",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trainer", sa.String(length=24), nullable=False),
        sa.Column("invite_sequence", sa.Integer(), nullable=False),
        sa.Column("sessions", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_trainer_released_event_id_event")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_trainer_released_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainer_released")),
        sa.UniqueConstraint("trainer", name=op.f("uq_trainer_released_trainer")),
    )
    op.create_index(op.f("ix_trainer_released_event_id"), "trainer_released", ["event_id"])
    op.create_index(op.f("ix_trainer_released_person_id_at"), "trainer_released", ["person_id", "at"])


def downgrade() -> None:
    """And takes it away."""
    op.drop_table("trainer_released")
