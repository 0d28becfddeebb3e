"""sign-in sheets, materials, recordings, content notes

Revision ID: 0018
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is known of any of them so far."""
    for table in ("course", "event"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("content_note", sa.Text(), nullable=False, server_default=""))
    add_sheet_choices()
    add_materials()
    add_recordings()


def downgrade() -> None:
    """And takes it away."""
    for table in ("recording_consent", "recording_notice", "material", "sheet_choice"):
        op.drop_table(table)
    op.drop_column("event", "content_note")
    op.drop_column("course", "content_note")


def key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """A named foreign key."""
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def add_sheet_choices() -> None:
    """What stands on the sign-in sheets of an event, or of every event of a partnership."""
    op.create_table(
        "sheet_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("boxes", sa.String(length=10), nullable=False),
        sa.Column("blank_rows", sa.Integer(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chosen_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("boxes IN ('in and out', 'sessions')", name=op.f("ck_sheet_choice_boxes")),
        sa.CheckConstraint("blank_rows >= 0", name=op.f("ck_sheet_choice_blank_rows")),
        key("sheet_choice", "partnership_id", "partnership"),
        key("sheet_choice", "event_id", "event"),
        key("sheet_choice", "chosen_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sheet_choice")),
    )
    op.create_index(op.f("ix_sheet_choice_partnership_id_event_id"), "sheet_choice", ["partnership_id", "event_id"])
    op.create_index(op.f("ix_sheet_choice_event_id"), "sheet_choice", ["event_id"])


def add_materials() -> None:
    """Files and links for those booked on an event, or on any event of a course."""
    op.create_table(
        "material",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("course_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("url", sa.String(length=800), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("file_type", sa.String(length=100), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=True),
        sa.Column("shown", sa.String(length=10), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("only_who_came", sa.Boolean(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('file', 'link', 'recording')", name=op.f("ck_material_kind")),
        sa.CheckConstraint("shown IN ('booking', 'before', 'after')", name=op.f("ck_material_shown")),
        sa.CheckConstraint("(event_id IS NULL) <> (course_id IS NULL)", name=op.f("ck_material_of_one")),
        sa.CheckConstraint("kind <> 'recording' OR until_on IS NOT NULL", name=op.f("ck_material_expires")),
        sa.CheckConstraint("working_days >= 0", name=op.f("ck_material_working_days")),
        key("material", "partnership_id", "partnership"),
        key("material", "event_id", "event"),
        key("material", "course_id", "course"),
        key("material", "added_by_id", "person"),
        key("material", "removed_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material")),
        sa.UniqueConstraint("public_id", name=op.f("uq_material_public_id")),
    )
    op.create_index(op.f("ix_material_event_id"), "material", ["event_id"])
    op.create_index(op.f("ix_material_course_id_partnership_id"), "material", ["course_id", "partnership_id"])
    op.create_index(op.f("ix_material_until_on"), "material", ["until_on"])


def add_recordings() -> None:
    """Whether an event is recorded, each time it was said; and who agrees to it."""
    op.create_table(
        "recording_notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("recorded", sa.Boolean(), nullable=False),
        sa.Column("what_for", sa.String(length=300), nullable=False),
        sa.Column("seen_by", sa.String(length=300), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "NOT recorded OR (what_for <> '' AND seen_by <> '' AND until_on IS NOT NULL)",
            name=op.f("ck_recording_notice_complete"),
        ),
        key("recording_notice", "event_id", "event"),
        key("recording_notice", "said_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_notice")),
    )
    op.create_index(op.f("ix_recording_notice_event_id"), "recording_notice", ["event_id"])
    op.create_table(
        "recording_consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("agrees", sa.Boolean(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("said_by_id", sa.Integer(), nullable=True),
        key("recording_consent", "booking_id", "booking"),
        key("recording_consent", "notice_id", "recording_notice"),
        key("recording_consent", "said_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recording_consent")),
    )
    op.create_index(op.f("ix_recording_consent_booking_id"), "recording_consent", ["booking_id"])
    op.create_index(op.f("ix_recording_consent_notice_id"), "recording_consent", ["notice_id"])
