"""what an event needs, calls that close, reserves and who stood in for whom

Revision ID: 0022
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

PARTS = "delivers_as IN ('lead', 'co', 'observing')"
BEFORE = "answer IN ('', 'yes', 'no', 'taken back', 'filled', 'called off')"
ANSWERS = "answer IN ('', 'yes', 'waits', 'reserve', 'no', 'taken back', 'filled', 'called off', 'too late')"
OPEN, ALIVE = sa.text("answer = ''"), sa.text("answer IN ('', 'waits', 'reserve')")
# What was said with the last call of an event is what the event needs.
KEPT = """
    INSERT INTO trainer_need (event_id, trainers, leads, agencies, set_by_id, set_at)
    SELECT event_id, needed, 1, CASE WHEN needed > 1 THEN 2 ELSE 1 END, asked_by_id, asked_at FROM trainer_call
    WHERE id IN (SELECT max(id) FROM trainer_call GROUP BY event_id)
"""
GIVEN_BACK = """
    UPDATE trainer_call SET needed = coalesce(
        (SELECT trainers FROM trainer_need WHERE trainer_need.event_id = trainer_call.event_id
         ORDER BY trainer_need.id DESC LIMIT 1), 2)
"""


def upgrade() -> None:
    """Calls that are open stay open until the event begins, and a yes is confirmed at once, as it was."""
    add_needs()
    op.execute(KEPT)
    widen_calls()
    add_changes()
    with op.batch_alter_table("venue") as batch_op:
        batch_op.add_column(sa.Column("area", sa.String(length=80), nullable=False, server_default=""))


def downgrade() -> None:
    """And takes it away: who waited or is a reserve has answered."""
    with op.batch_alter_table("venue") as batch_op:
        batch_op.drop_column("area")
    op.drop_table("trainer_change")
    op.execute("UPDATE trainer_call SET answer = 'filled' WHERE answer IN ('waits', 'reserve', 'too late')")
    op.drop_index("uq_trainer_call_alive", table_name="trainer_call")
    with op.batch_alter_table("trainer_call") as batch_op:
        batch_op.drop_constraint(op.f("ck_trainer_call_answer"), type_="check")
        batch_op.drop_constraint(op.f("ck_trainer_call_delivers_as"), type_="check")
        batch_op.drop_constraint(op.f("ck_trainer_call_confirmed_by"), type_="check")
        batch_op.create_check_constraint(op.f("ck_trainer_call_answer"), BEFORE)
        for column in ("delivers_as", "confirmed_by", "closes_at", "again_at", "asked_again_at"):
            batch_op.drop_column(column)
        batch_op.drop_column("asked_why")
        batch_op.drop_column("maybe_at")
        batch_op.add_column(sa.Column("needed", sa.Integer(), nullable=False, server_default="2"))
    op.execute(GIVEN_BACK)
    with op.batch_alter_table("trainer_call") as batch_op:
        batch_op.alter_column("needed", server_default=None)
        batch_op.create_check_constraint(op.f("ck_trainer_call_needed"), "needed >= 1")
    alone = {"unique": True, "sqlite_where": OPEN, "postgresql_where": OPEN}
    op.create_index("uq_trainer_call_open", "trainer_call", ["event_id", "person_id"], **alone)
    op.drop_table("trainer_need")


def add_needs() -> None:
    """What an event needs, other than the setting says."""
    op.create_table(
        "trainer_need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("trainers", sa.Integer(), nullable=False),
        sa.Column("leads", sa.Integer(), nullable=False),
        sa.Column("agencies", sa.Integer(), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("trainers >= 1", name=op.f("ck_trainer_need_trainers")),
        sa.CheckConstraint("leads >= 0 AND leads <= trainers", name=op.f("ck_trainer_need_leads")),
        sa.CheckConstraint("agencies >= 1 AND agencies <= trainers", name=op.f("ck_trainer_need_agencies")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_trainer_need_event_id_event")),
        sa.ForeignKeyConstraint(["set_by_id"], ["person.id"], name=op.f("fk_trainer_need_set_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainer_need")),
    )
    op.create_index(op.f("ix_trainer_need_event_id"), "trainer_need", ["event_id"])


def widen_calls() -> None:
    """In which part, until when, who confirms; maybe, and asked once more."""
    at = sa.DateTime(timezone=True)
    op.drop_index("uq_trainer_call_open", table_name="trainer_call")
    with op.batch_alter_table("trainer_call") as batch_op:
        batch_op.drop_constraint(op.f("ck_trainer_call_answer"), type_="check")
        batch_op.drop_constraint(op.f("ck_trainer_call_needed"), type_="check")
        batch_op.drop_column("needed")
        batch_op.add_column(sa.Column("delivers_as", sa.String(length=10), nullable=False, server_default="lead"))
        batch_op.add_column(
            sa.Column("confirmed_by", sa.String(length=10), nullable=False, server_default="at once")
        )
        for name in ("closes_at", "again_at", "asked_again_at", "maybe_at"):
            batch_op.add_column(sa.Column(name, at, nullable=True))
        batch_op.add_column(sa.Column("asked_why", sa.Text(), nullable=False, server_default=""))
        batch_op.create_check_constraint(op.f("ck_trainer_call_answer"), ANSWERS)
        batch_op.create_check_constraint(op.f("ck_trainer_call_delivers_as"), PARTS)
        batch_op.create_check_constraint(
            op.f("ck_trainer_call_confirmed_by"), "confirmed_by IN ('at once', 'desk')"
        )
    alone = {"unique": True, "sqlite_where": ALIVE, "postgresql_where": ALIVE}
    op.create_index("uq_trainer_call_alive", "trainer_call", ["event_id", "person_id"], **alone)


def add_changes() -> None:
    """Who left, who came, and who stood in for whom."""
    people = ("by_id", "went_id", "came_id")
    op.create_table(
        "trainer_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("went_id", sa.Integer(), nullable=True),
        sa.Column("came_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint("went_id IS NOT NULL OR came_id IS NOT NULL", name=op.f("ck_trainer_change_somebody")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_trainer_change_event_id_event")),
        *(
            sa.ForeignKeyConstraint([one], ["person.id"], name=op.f(f"fk_trainer_change_{one}_person"))
            for one in people
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainer_change")),
    )
    for column in ("event_id", "went_id", "came_id"):
        op.create_index(op.f(f"ix_trainer_change_{column}"), "trainer_change", [column])
