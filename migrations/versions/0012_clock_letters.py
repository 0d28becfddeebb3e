"""letters that the clock starts

Revision ID: 0012
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Each part brings its own."""
    add_calls()
    add_absence_reasons()
    op.add_column("course", sa.Column("refresh_every_months", sa.Integer(), nullable=True))


def downgrade() -> None:
    """And takes it away."""
    drop_calls()
    op.drop_table("absence_reason")
    with op.batch_alter_table("course") as batch_op:
        batch_op.drop_column("refresh_every_months")


def add_calls() -> None:
    """Who was asked to deliver an event, and what they said."""
    op.create_table(
        "trainer_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint("part IN ('pool', 'expert')", name=op.f("ck_trainer_call_part")),
        sa.CheckConstraint(
            "answer IN ('', 'yes', 'no', 'taken back', 'filled', 'called off')",
            name=op.f("ck_trainer_call_answer"),
        ),
        sa.CheckConstraint("needed >= 1", name=op.f("ck_trainer_call_needed")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_trainer_call_event_id_event")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_trainer_call_person_id_person")),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_trainer_call_asked_by_id_person")),
        sa.ForeignKeyConstraint(
            ["answered_by_id"], ["person.id"], name=op.f("fk_trainer_call_answered_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainer_call")),
        sa.UniqueConstraint("public_id", name=op.f("uq_trainer_call_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_trainer_call_token_hash")),
    )
    op.create_index(op.f("ix_trainer_call_event_id"), "trainer_call", ["event_id"])
    op.create_index(op.f("ix_trainer_call_person_id"), "trainer_call", ["person_id"])
    still_open = sa.text("answer = ''")
    op.create_index(
        "uq_trainer_call_open",
        "trainer_call",
        ["event_id", "person_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def drop_calls() -> None:
    """Forget them."""
    op.drop_table("trainer_call")


def add_absence_reasons() -> None:
    """Why people did not come, as they say themselves."""
    op.create_table(
        "absence_reason",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "reason IN ('ill', 'work came first', 'caring for somebody', 'on leave', 'forgot or did not know', "
            "'could not join or get there', 'no longer needed', 'other', 'was there')",
            name=op.f("ck_absence_reason_reason"),
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_absence_reason_booking_id_booking")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence_reason")),
    )
    op.create_index(op.f("ix_absence_reason_booking_id"), "absence_reason", ["booking_id"])
