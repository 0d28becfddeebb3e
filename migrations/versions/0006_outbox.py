"""the outbox: states, order, history and the switch

Revision ID: 0006
"""

import re

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BEFORE = "state IN ('queued', 'sending', 'sent', 'failed', 'withdrawn')"
NOW = "state IN ('queued', 'sending', 'sent', 'failed', 'withdrawn', 'unsure')"


def upgrade() -> None:
    """Letters of before have no history but their row; those with an invite get its UID as their thread."""
    with op.batch_alter_table("letter") as batch_op:
        batch_op.add_column(sa.Column("reason", sa.String(length=300), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("thread", sa.String(length=120), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("channel", sa.String(length=10), nullable=False, server_default="mail"))
        batch_op.add_column(sa.Column("to_phone", sa.String(length=20), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_constraint(op.f("ck_letter_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_letter_state"), NOW)
        batch_op.create_check_constraint(op.f("ck_letter_channel"), "channel IN ('mail', 'text')")
        batch_op.create_index(batch_op.f("ix_letter_thread_state"), ["thread", "state"], unique=False)
    name_threads()
    op.create_table(
        "letter_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("letter_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_event_letter_id_letter")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_event")),
    )
    op.create_index(op.f("ix_letter_event_letter_id"), "letter_event", ["letter_id"])
    op.create_table(
        "mail_switch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_switch")),
    )


def name_threads() -> None:
    """Write the UID of each invite beside it."""
    connection = op.get_bind()
    letter = sa.table("letter", *(sa.column(name) for name in ("id", "calendar", "thread")))
    threads = []
    for row in connection.execute(sa.select(letter.c.id, letter.c.calendar).where(letter.c.calendar != "")):
        uid = re.search(r"(?m)^UID:(.*?)\r?$", re.sub(r"\r?\n[ \t]", "", row.calendar))
        if uid and len(uid[1]) <= 120:
            threads.append({"of": row.id, "uid": uid[1]})
    if threads:
        named = sa.update(letter).where(letter.c.id == sa.bindparam("of")).values(thread=sa.bindparam("uid"))
        connection.execute(named, threads)


def downgrade() -> None:
    """Forget the history; what may have left counts as not sent."""
    op.drop_table("mail_switch")
    op.drop_table("letter_event")
    op.execute("UPDATE letter SET state = 'failed' WHERE state = 'unsure'")
    with op.batch_alter_table("letter") as batch_op:
        batch_op.drop_index(batch_op.f("ix_letter_thread_state"))
        batch_op.drop_constraint(op.f("ck_letter_channel"), type_="check")
        batch_op.drop_constraint(op.f("ck_letter_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_letter_state"), BEFORE)
        for column in ("handed_at", "to_phone", "channel", "thread", "reason"):
            batch_op.drop_column(column)
