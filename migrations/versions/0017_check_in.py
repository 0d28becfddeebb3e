"""self check-in: who says that they are here, and who asks to be added

Revision ID: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

TABLES = ("walk_in_request", "check_in_try", "check_in_link", "check_in_key", "check_in")


def upgrade() -> None:
    """The key of a session's codes, check-ins, requests, links and tries."""
    add_keys()
    add_check_ins()
    add_requests()
    add_links()
    add_tries()


def downgrade() -> None:
    """And takes them away."""
    for table in TABLES:
        op.drop_table(table)


def add_check_ins() -> None:
    """Who says that they are here."""
    op.create_table(
        "check_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("settled_as", sa.String(length=10), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "settled_as IN ('', 'confirmed', 'taken away')", name=op.f("ck_check_in_settled_as")
        ),
        sa.CheckConstraint("way IN ('sign-in', 'link', 'code')", name=op.f("ck_check_in_way")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_check_in_booking_id_booking")),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["event_session.id"],
            name=op.f("fk_check_in_session_id_event_session"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["person.id"], name=op.f("fk_check_in_settled_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in")),
        sa.UniqueConstraint("booking_id", "session_id", name=op.f("uq_check_in_booking_id_session_id")),
    )
    with op.batch_alter_table("check_in") as batch_op:
        batch_op.create_index(batch_op.f("ix_check_in_session_id"), ["session_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_check_in_settled_by_id"), ["settled_by_id"], unique=False)


def add_keys() -> None:
    """What the codes of a session are made with."""
    op.create_table(
        "check_in_key",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["person.id"], name=op.f("fk_check_in_key_opened_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["event_session.id"],
            name=op.f("fk_check_in_key_session_id_event_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_check_in_key")),
    )
    with op.batch_alter_table("check_in_key") as batch_op:
        batch_op.create_index(batch_op.f("ix_check_in_key_opened_by_id"), ["opened_by_id"], unique=False)


def add_links() -> None:
    """Links for one check-in each."""
    op.create_table(
        "check_in_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_check_in_link_booking_id_booking")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["event_session.id"],
            name=op.f("fk_check_in_link_session_id_event_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_check_in_link_token_hash")),
    )
    with op.batch_alter_table("check_in_link") as batch_op:
        batch_op.create_index(batch_op.f("ix_check_in_link_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_check_in_link_session_id"), ["session_id"], unique=False)


def add_tries() -> None:
    """What guesses and mails are counted by."""
    op.create_table(
        "check_in_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("who", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["event_session.id"],
            name=op.f("fk_check_in_try_session_id_event_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in_try")),
    )
    with op.batch_alter_table("check_in_try") as batch_op:
        batch_op.create_index(batch_op.f("ix_check_in_try_session_id"), ["session_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_check_in_try_who_at"), ["who", "at"], unique=False)


def add_requests() -> None:
    """Who asks to be added."""
    op.create_table(
        "walk_in_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("affiliation_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("settled_as", sa.String(length=10), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "settled_as IN ('', 'approved', 'declined')", name=op.f("ck_walk_in_request_settled_as")
        ),
        sa.ForeignKeyConstraint(
            ["affiliation_id"], ["affiliation.id"], name=op.f("fk_walk_in_request_affiliation_id_affiliation")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_walk_in_request_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["event_session.id"],
            name=op.f("fk_walk_in_request_session_id_event_session"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["person.id"], name=op.f("fk_walk_in_request_settled_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walk_in_request")),
        sa.UniqueConstraint("person_id", "session_id", name=op.f("uq_walk_in_request_person_id_session_id")),
    )
    with op.batch_alter_table("walk_in_request") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_walk_in_request_affiliation_id"), ["affiliation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_walk_in_request_session_id"), ["session_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_walk_in_request_settled_by_id"), ["settled_by_id"], unique=False)
