"""attendance reports

Revision ID: 0019
"""

import sqlalchemy as sa
from alembic import op


revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The files of virtual meetings, what they made of registers, addresses that were confirmed."""
    add_reports()
    add_files()
    add_marks()
    add_walk_ins()
    add_addresses()


def downgrade() -> None:
    """And takes them away; the marks stay."""
    for table in ("known_address", "report_walk_in", "report_mark", "report_file", "attendance_report"):
        op.drop_table(table)


def key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """A column that points at another table."""
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def add_index(table: str, *columns: str) -> None:
    """An index for each column."""
    for column in columns:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def add_reports() -> None:
    """One or several files that were handed in together."""
    name = "attendance_report"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_in_by_id", sa.Integer(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("decided", sa.JSON(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_by_id", sa.Integer(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        key(name, "event_id", "event"),
        key(name, "handed_in_by_id", "person"),
        key(name, "confirmed_by_id", "person"),
        key(name, "undone_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("public_id", name=op.f(f"uq_{name}_public_id")),
    )
    add_index(name, "event_id", "handed_in_by_id")


def add_files() -> None:
    """Their bytes are forgotten after 90 days."""
    name = "report_file"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        key(name, "report_id", "attendance_report"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    add_index(name, "report_id")


def add_marks() -> None:
    """What a report made of a mark, and what was there before."""
    name = "report_mark"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("became", sa.String(length=10), nullable=False),
        sa.Column("became_late", sa.Integer(), nullable=False),
        sa.Column("became_early", sa.Integer(), nullable=False),
        sa.Column("was", sa.String(length=10), nullable=False),
        sa.Column("was_late", sa.Integer(), nullable=False),
        sa.Column("was_early", sa.Integer(), nullable=False),
        sa.Column("was_why", sa.String(length=200), nullable=False),
        sa.Column("was_how", sa.String(length=10), nullable=False),
        key(name, "report_id", "attendance_report"),
        key(name, "booking_id", "booking"),
        key(name, "session_id", "event_session"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("report_id", "booking_id", "session_id", name=op.f(f"uq_{name}_report_id_booking_id_session_id")),
    )
    add_index(name, "booking_id")


def add_walk_ins() -> None:
    """Whom a report put on the register."""
    name = "report_walk_in"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("was", sa.String(length=20), nullable=False),
        key(name, "report_id", "attendance_report"),
        key(name, "booking_id", "booking"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    add_index(name, "report_id", "booking_id")


def add_addresses() -> None:
    """Other addresses of people."""
    name = "known_address"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("remembered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("remembered_by_id", sa.Integer(), nullable=True),
        sa.Column("report_id", sa.Integer(), nullable=True),
        key(name, "person_id", "person"),
        key(name, "remembered_by_id", "person"),
        key(name, "report_id", "attendance_report"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("address", name=op.f(f"uq_{name}_address")),
    )
    add_index(name, "person_id")
