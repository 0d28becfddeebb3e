"""what trainers may deliver, how marks came about

Revision ID: 0015
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

PARTS = "delivers_as IN ('lead', 'co', 'observing')"
WAYS = "how IN ('register', 'link', 'check-in', 'report', 'import')"


def upgrade() -> None:
    """Everybody known as a trainer leads; every mark there is was ticked on a register."""
    widen_members()
    add_approvals()
    add_unavailability()
    widen_trainers()
    for table in ("mark", "mark_change"):
        column = sa.Column("how", sa.String(length=10), nullable=False, server_default="register")
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(column)
            if table == "mark":
                batch_op.create_check_constraint(op.f("ck_mark_how"), WAYS)


def downgrade() -> None:
    """And takes it away."""
    with op.batch_alter_table("mark_change") as batch_op:
        batch_op.drop_column("how")
    with op.batch_alter_table("mark") as batch_op:
        batch_op.drop_constraint(op.f("ck_mark_how"), type_="check")
        batch_op.drop_column("how")
    with op.batch_alter_table("event_trainer") as batch_op:
        batch_op.drop_constraint(op.f("ck_event_trainer_delivers_as"), type_="check")
        batch_op.drop_constraint(op.f("ck_event_trainer_minutes"), type_="check")
        for column in ("travel_minutes", "delivery_minutes", "delivers_as"):
            batch_op.drop_column(column)
    op.drop_table("unavailability")
    op.drop_table("delivery_approval")
    with op.batch_alter_table("pool_member") as batch_op:
        batch_op.drop_constraint(op.f("ck_pool_member_days_offered"), type_="check")
        for column in (
            "about",
            "virtual",
            "in_the_room",
            "areas",
            "days_offered",
            "released_until",
            "released_by",
            "train_the_trainer_on",
        ):
            batch_op.drop_column(column)


def widen_members() -> None:
    """What a partnership knows of those who deliver for it."""
    with op.batch_alter_table("pool_member") as batch_op:
        batch_op.add_column(sa.Column("train_the_trainer_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("released_by", sa.String(length=200), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("released_until", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("days_offered", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("areas", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("in_the_room", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("virtual", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("about", sa.Text(), nullable=False, server_default=""))
        batch_op.create_check_constraint(op.f("ck_pool_member_days_offered"), "days_offered >= 0")


def add_approvals() -> None:
    """What they may deliver, in which part."""
    op.create_table(
        "delivery_approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("delivers_as", sa.String(length=10), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("approved_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(PARTS, name=op.f("ck_delivery_approval_delivers_as")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["pool_member.id"], name=op.f("fk_delivery_approval_member_id_pool_member")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_delivery_approval_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["approved_by_id"], ["person.id"], name=op.f("fk_delivery_approval_approved_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_approval")),
    )
    op.create_index(op.f("ix_delivery_approval_member_id"), "delivery_approval", ["member_id"])
    op.create_index(op.f("ix_delivery_approval_course_id"), "delivery_approval", ["course_id"])


def add_unavailability() -> None:
    """When they cannot."""
    op.create_table(
        "unavailability",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_unavailability_order")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["pool_member.id"], name=op.f("fk_unavailability_member_id_pool_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unavailability")),
    )
    op.create_index(op.f("ix_unavailability_member_id"), "unavailability", ["member_id"])


def widen_trainers() -> None:
    """In which part somebody delivers an event, and what it took."""
    with op.batch_alter_table("event_trainer") as batch_op:
        batch_op.add_column(sa.Column("delivers_as", sa.String(length=10), nullable=False, server_default="lead"))
        batch_op.add_column(sa.Column("delivery_minutes", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("travel_minutes", sa.Integer(), nullable=False, server_default="0"))
        batch_op.create_check_constraint(op.f("ck_event_trainer_delivers_as"), PARTS)
        batch_op.create_check_constraint(
            op.f("ck_event_trainer_minutes"), "delivery_minutes >= 0 AND travel_minutes >= 0"
        )
