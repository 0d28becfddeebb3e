"""who asks to join the pool, releases by managers, contracts with experts

Revision ID: 0021
"""

import sqlalchemy as sa
from alembic import op

from app.db import UTCDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nobody has asked yet."""
    add_applications()
    add_release_requests()
    add_commissions()


def downgrade() -> None:
    """And takes it away."""
    for table in ("commission_event", "commission", "release_request", "pool_application"):
        op.drop_table(table)


def key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """A key under the name that all of them have."""
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name)


def add_applications() -> None:
    """What somebody wrote who would like to join."""
    table = "pool_application"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("course_ids", sa.JSON(), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("days_offered", sa.Integer(), nullable=True),
        sa.Column("in_the_room", sa.Boolean(), nullable=False),
        sa.Column("virtual", sa.Boolean(), nullable=False),
        sa.Column("train_the_trainer_on", sa.Date(), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("manager_name", sa.String(length=200), nullable=False),
        sa.Column("manager_email", sa.String(length=254), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'accepted', 'declined', 'withdrawn')", name=op.f(f"ck_{table}_state")
        ),
        sa.CheckConstraint("days_offered >= 0", name=op.f(f"ck_{table}_days_offered")),
        key(table, "partnership_id", "partnership"),
        key(table, "person_id", "person"),
        key(table, "decided_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
    )
    op.create_index(op.f(f"ix_{table}_person_id"), table, ["person_id"])
    waiting = sa.text("state = 'waiting'")
    op.create_index(
        "uq_pool_application_waiting",
        table,
        ["partnership_id", "person_id"],
        unique=True,
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def add_release_requests() -> None:
    """What managers were asked."""
    table = "release_request"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("manager_name", sa.String(length=200), nullable=False),
        sa.Column("manager_email", sa.String(length=254), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("asked_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("asked_again_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("expires_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("answered_at", UTCDateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "answer IN ('', 'agreed', 'declined', 'expired', 'taken back')", name=op.f(f"ck_{table}_answer")
        ),
        key(table, "member_id", "pool_member"),
        key(table, "asked_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f(f"uq_{table}_token_hash")),
    )
    op.create_index(op.f(f"ix_{table}_member_id"), table, ["member_id"])
    still_open = sa.text("answer = ''")
    op.create_index(
        "uq_release_request_open",
        table,
        ["member_id"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def add_commissions() -> None:
    """Contracts with experts, and the dates each is for."""
    table = "commission"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("fee_pence", sa.Integer(), nullable=False),
        sa.Column("for_what", sa.Text(), nullable=False),
        sa.Column("agreed_by", sa.String(length=200), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("called_off_on", sa.Date(), nullable=True),
        sa.Column("entered_at", UTCDateTime(timezone=True), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("fee_pence >= 0", name=op.f(f"ck_{table}_fee_pence")),
        sa.CheckConstraint(
            "paid_on IS NULL OR called_off_on IS NULL", name=op.f(f"ck_{table}_paid_or_called_off")
        ),
        key(table, "member_id", "pool_member"),
        key(table, "entered_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{table}_public_id")),
    )
    op.create_index(op.f(f"ix_{table}_member_id"), table, ["member_id"])
    table = "commission_event"
    op.create_table(
        table,
        sa.Column("commission_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        key(table, "commission_id", "commission"),
        key(table, "event_id", "event"),
        sa.PrimaryKeyConstraint("commission_id", "event_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_event_id"), table, ["event_id"])
