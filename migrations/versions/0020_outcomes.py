"""when a course is completed, outcomes by hand, places missed, learning points, breakout groups

Revision ID: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

OUTCOMES = "outcome IN ('completed', 'not completed', 'by the rule')"


def upgrade() -> None:
    """Whoever has a place by now completes by 80% of all minutes, as it was when it was booked."""
    op.add_column("course", sa.Column("outcome_rule", sa.JSON(none_as_null=True), nullable=True))
    op.add_column(
        "course", sa.Column("learning_points", sa.JSON(), nullable=False, server_default=sa.text("'[]'"))
    )
    op.add_column("event", sa.Column("outcome_rule", sa.JSON(none_as_null=True), nullable=True))
    add_overrides()
    add_missed_places()
    add_breakouts()


def downgrade() -> None:
    """And takes it away."""
    for table in ("breakout_place", "breakout", "missed_place", "outcome_override"):
        op.drop_table(table)
    op.drop_column("event", "outcome_rule")
    op.drop_column("course", "learning_points")
    op.drop_column("course", "outcome_rule")


def add_overrides() -> None:
    """What a person decided of somebody's outcome."""
    op.create_table(
        "outcome_override",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(OUTCOMES, name=op.f("ck_outcome_override_outcome")),
        sa.CheckConstraint("why <> ''", name=op.f("ck_outcome_override_why")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_outcome_override_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_outcome_override_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_override")),
    )
    for column in ("booking_id", "by_id"):
        op.create_index(op.f(f"ix_outcome_override_{column}"), "outcome_override", [column])


def add_missed_places() -> None:
    """Places nobody came for, of registers that are closed by now too."""
    op.create_table(
        "missed_place",
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_missed_place_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_missed_place_person_id_person")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_missed_place")),
    )
    op.create_index(op.f("ix_missed_place_person_id_ended_at"), "missed_place", ["person_id", "ended_at"])
    op.execute(
        "INSERT INTO missed_place (booking_id, person_id, ended_at) "
        "SELECT booking.id, booking.person_id, event.ends_at FROM booking "
        "JOIN event ON event.id = booking.event_id "
        "JOIN register_closing ON register_closing.event_id = event.id "
        "WHERE booking.state = 'booked' AND event.state = 'published' AND event.took_place "
        "AND event.ends_at IS NOT NULL "
        "AND EXISTS (SELECT 1 FROM mark WHERE mark.booking_id = booking.id AND mark.mark = 'absent') "
        "AND NOT EXISTS (SELECT 1 FROM mark WHERE mark.booking_id = booking.id AND mark.mark <> 'absent')"
    )


def add_breakouts() -> None:
    """How the people of a date are put into groups."""
    op.create_table(
        "breakout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("wishes", sa.JSON(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_breakout_number")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_breakout_event_id_event")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["event_session.id"], name=op.f("fk_breakout_session_id_event_session")
        ),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_breakout_made_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breakout")),
    )
    for column in ("event_id", "session_id", "made_by_id"):
        op.create_index(op.f(f"ix_breakout_{column}"), "breakout", [column])
    op.create_table(
        "breakout_place",
        sa.Column("breakout_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_breakout_place_number")),
        sa.ForeignKeyConstraint(
            ["breakout_id"], ["breakout.id"], name=op.f("fk_breakout_place_breakout_id_breakout")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_breakout_place_booking_id_booking")
        ),
        sa.PrimaryKeyConstraint("breakout_id", "booking_id", name=op.f("pk_breakout_place")),
    )
    op.create_index(op.f("ix_breakout_place_booking_id"), "breakout_place", ["booking_id"])
