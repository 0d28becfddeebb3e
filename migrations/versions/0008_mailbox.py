"""what comes in by mail: the mails, what calendars answered, and how it stands with the mailbox

Revision ID: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KINDS = "'reply', 'counter', 'bounce', 'delayed', 'auto-reply', 'unknown', 'refused'"
PARTSTATS = "'accepted', 'tentative', 'declined', 'kept'"


def upgrade() -> None:
    """Nothing has come in yet."""
    op.create_table(
        "incoming_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("from_email", sa.String(length=255), nullable=False),
        sa.Column("from_name", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("uid", sa.String(length=255), nullable=False),
        sa.Column("partstat", sa.String(length=20), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("did", sa.String(length=12), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=True),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("letter_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=5), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_incoming_mail_kind")),
        sa.CheckConstraint("state IN ('open', 'done')", name=op.f("ck_incoming_mail_state")),
        sa.ForeignKeyConstraint(["partnership_id"], ["partnership.id"], name=op.f("fk_incoming_mail_partnership_id_partnership")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_incoming_mail_booking_id_booking")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_incoming_mail_event_id_event")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_incoming_mail_person_id_person")),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_incoming_mail_letter_id_letter")),
        sa.ForeignKeyConstraint(["settled_by_id"], ["person.id"], name=op.f("fk_incoming_mail_settled_by_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_mail")),
        sa.UniqueConstraint("public_id", name=op.f("uq_incoming_mail_public_id")),
        sa.UniqueConstraint("message_id", name=op.f("uq_incoming_mail_message_id")),
    )
    op.create_index(op.f("ix_incoming_mail_state_received_at"), "incoming_mail", ["state", "received_at"])
    for column in ("booking_id", "event_id", "person_id", "letter_id"):
        op.create_index(op.f(f"ix_incoming_mail_{column}"), "incoming_mail", [column])
    op.create_table(
        "invite_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mail_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("session", sa.String(length=24), nullable=False),
        sa.Column("partstat", sa.String(length=12), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.DateTime(timezone=True), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(f"partstat IN ({PARTSTATS})", name=op.f("ck_invite_reply_partstat")),
        sa.ForeignKeyConstraint(["mail_id"], ["incoming_mail.id"], name=op.f("fk_invite_reply_mail_id_incoming_mail")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_invite_reply_event_id_event")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_invite_reply_booking_id_booking")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_invite_reply_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invite_reply")),
    )
    for columns in (("booking_id", "session"), ("event_id", "person_id"), ("person_id",), ("mail_id",)):
        op.create_index(op.f("ix_invite_reply_" + "_".join(columns)), "invite_reply", list(columns))
    op.create_table(
        "mailbox_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("away_since_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_state")),
    )


def downgrade() -> None:
    """Forget what came in."""
    for table in ("mailbox_state", "invite_reply", "incoming_mail"):
        op.drop_table(table)
