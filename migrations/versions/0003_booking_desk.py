"""the booking desk: offers, approvals, mix, nominations, charges, evidence, invitations, venues, imports

``event`` may await its date, which on SQLite rebuilds the table: the guards of 0002 are dropped before and created
again after, together with those that count the places a lead holds without names (``nomination.places``).
"""

import secrets

import sqlalchemy as sa
from alembic import op

from migrations.places import create_guards, drop_guards

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


# What points at people and bookings from long tables, so that many can be deleted together.
POINTS = (
    ("booking", "made_by_id"),
    ("booking", "successor_id"),
    ("booking_change", "by_id"),
    ("mark", "marked_by_id"),
)
END_OF_THE_UNDATED = {
    "sqlite": "UPDATE event SET ends_at = datetime(starts_at, '+1 hour') WHERE ends_at IS NULL",
    "postgresql": "UPDATE event SET ends_at = starts_at + interval '1 hour' WHERE ends_at IS NULL",
}


def give_tokens():
    headcount = sa.table("headcount", sa.column("id"), sa.column("token"))
    for (row_id,) in op.get_bind().execute(sa.select(headcount.c.id)).all():
        change = sa.update(headcount).where(headcount.c.id == row_id)
        op.get_bind().execute(change.values(token=secrets.token_urlsafe(12)))


def upgrade():
    drop_guards(op.get_bind())
    op.create_table(
        "charge_export",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_charge_export_by_id_person")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_charge_export_partnership_id_partnership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge_export")),
        sa.UniqueConstraint("public_id", name=op.f("uq_charge_export_public_id")),
    )
    op.create_table(
        "event_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("to", sa.JSON(), nullable=False),
        sa.Column("subject", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reached", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_event_message_by_id_person")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_message_event_id_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_message")),
        sa.UniqueConstraint("public_id", name=op.f("uq_event_message_public_id")),
    )
    with op.batch_alter_table("event_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_message_event_id"), ["event_id"], unique=False)

    op.create_table(
        "charge_policy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("charging", sa.Boolean(), nullable=False),
        sa.Column("half_day", sa.Integer(), nullable=False),
        sa.Column("full_day", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("exempt", sa.JSON(), nullable=False),
        sa.Column("empty_place", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(length=40), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_charge_policy_partnership_id_partnership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge_policy")),
        sa.UniqueConstraint(
            "partnership_id", "from_on", name=op.f("uq_charge_policy_partnership_id_from_on")
        ),
    )
    op.create_table(
        "course_equivalent",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("equivalent_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_course_equivalent_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["equivalent_id"], ["course.id"], name=op.f("fk_course_equivalent_equivalent_id_course")
        ),
        sa.PrimaryKeyConstraint("course_id", "equivalent_id", name=op.f("pk_course_equivalent")),
    )
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "kind IN ('courses', 'venues', 'events', 'bookings')", name=op.f("ck_import_batch_kind")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_import_batch_partnership_id_partnership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
        sa.UniqueConstraint("public_id", name=op.f("uq_import_batch_public_id")),
    )
    op.create_table(
        "import_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("cells", sa.LargeBinary(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("good", sa.Integer(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('courses', 'venues', 'events', 'bookings')", name=op.f("ck_import_draft_kind")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_import_draft_partnership_id_partnership")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_draft")),
        sa.UniqueConstraint("public_id", name=op.f("uq_import_draft_public_id")),
    )
    op.create_table(
        "person_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_person_note_by_id_person")),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_person_note_partnership_id_partnership")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_person_note_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_note")),
    )
    with op.batch_alter_table("person_note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_note_person_id"), ["person_id"], unique=False)

    op.create_table(
        "event_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("setting_id", sa.Integer(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "email <> '' OR agency_id IS NOT NULL OR setting_id IS NOT NULL",
            name=op.f("ck_event_invitation_says_who"),
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.id"], name=op.f("fk_event_invitation_agency_id_agency")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_event_invitation_event_id_event")),
        sa.ForeignKeyConstraint(
            ["setting_id"], ["setting.id"], name=op.f("fk_event_invitation_setting_id_setting")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_invitation")),
        sa.UniqueConstraint(
            "event_id",
            "email",
            "agency_id",
            "setting_id",
            name=op.f("uq_event_invitation_event_id_email_agency_id_setting_id"),
        ),
    )
    with op.batch_alter_table("event_invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_invitation_event_id"), ["event_id"], unique=False)

    op.create_table(
        "imported_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("table", sa.String(length=40), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_imported_row_batch_id_import_batch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imported_row")),
    )
    with op.batch_alter_table("imported_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_imported_row_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_imported_row_table_row_id"), ["table", "row_id"], unique=False)

    op.create_table(
        "mix_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("of", sa.String(length=10), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=True),
        sa.Column("setting_id", sa.Integer(), nullable=True),
        sa.Column("sector", sa.String(length=80), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('cap', 'kept')", name=op.f("ck_mix_rule_kind")),
        sa.CheckConstraint("of IN ('agency', 'setting', 'sector')", name=op.f("ck_mix_rule_of")),
        sa.CheckConstraint("places >= 0", name=op.f("ck_mix_rule_places")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_mix_rule_agency_id_agency")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_mix_rule_event_id_event")),
        sa.ForeignKeyConstraint(["setting_id"], ["setting.id"], name=op.f("fk_mix_rule_setting_id_setting")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mix_rule")),
    )
    with op.batch_alter_table("mix_rule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mix_rule_event_id"), ["event_id"], unique=False)

    op.create_table(
        "nomination",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("agency_id", sa.Integer(), nullable=False),
        sa.Column("setting_id", sa.Integer(), nullable=True),
        sa.Column("team_id", sa.Integer(), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("name_by_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("asked >= 1", name=op.f("ck_nomination_asked")),
        sa.CheckConstraint("places >= 0", name=op.f("ck_nomination_places")),
        sa.ForeignKeyConstraint(["agency_id"], ["agency.id"], name=op.f("fk_nomination_agency_id_agency")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_nomination_by_id_person")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_nomination_event_id_event")),
        sa.ForeignKeyConstraint(
            ["setting_id"], ["setting.id"], name=op.f("fk_nomination_setting_id_setting")
        ),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_nomination_team_id_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nomination")),
        sa.UniqueConstraint("public_id", name=op.f("uq_nomination_public_id")),
    )
    with op.batch_alter_table("nomination", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_nomination_agency_id"), ["agency_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_nomination_event_id"), ["event_id"], unique=False)

    op.create_table(
        "requirement_waiver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_requirement_waiver_by_id_person")),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_requirement_waiver_event_id_event")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_requirement_waiver_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_requirement_waiver")),
        sa.UniqueConstraint("person_id", "event_id", name=op.f("uq_requirement_waiver_person_id_event_id")),
    )
    with op.batch_alter_table("requirement_waiver", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_requirement_waiver_event_id"), ["event_id"], unique=False)

    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("approver_name", sa.String(length=200), nullable=False),
        sa.Column("approver_email", sa.String(length=254), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_again_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("escalated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("before_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "decision IN ('', 'approved', 'declined', 'expired', 'delegated', 'withdrawn')",
            name=op.f("ck_approval_decision"),
        ),
        sa.CheckConstraint("mode IN ('manager', 'lead')", name=op.f("ck_approval_mode")),
        sa.ForeignKeyConstraint(["before_id"], ["approval.id"], name=op.f("fk_approval_before_id_approval")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_approval_booking_id_booking")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_approval_decided_by_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
        sa.UniqueConstraint("public_id", name=op.f("uq_approval_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_approval_token_hash")),
    )
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_approval_booking_id"), ["booking_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_approval_decision_asked_at"), ["decision", "asked_at"], unique=False
        )

    op.create_table(
        "charge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("pence", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("purchase_order", sa.String(length=60), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("export_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('place', 'late', 'missed')", name=op.f("ck_charge_kind")),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'waived', 'exported')", name=op.f("ck_charge_state")
        ),
        sa.CheckConstraint("pence > 0", name=op.f("ck_charge_pence")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_charge_booking_id_booking")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_charge_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["export_id"], ["charge_export.id"], name=op.f("fk_charge_export_id_charge_export")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge")),
        sa.UniqueConstraint("booking_id", "kind", name=op.f("uq_charge_booking_id_kind")),
        sa.UniqueConstraint("public_id", name=op.f("uq_charge_public_id")),
    )
    with op.batch_alter_table("charge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_charge_state"), ["state"], unique=False)

    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("provider", sa.String(length=200), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("file_type", sa.String(length=60), nullable=False),
        sa.Column("file", sa.LargeBinary(), nullable=False),
        sa.Column("handed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("completion_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'accepted', 'refused')", name=op.f("ck_evidence_state")),
        sa.ForeignKeyConstraint(
            ["completion_id"], ["completion.id"], name=op.f("fk_evidence_completion_id_completion")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_evidence_course_id_course")),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["person.id"], name=op.f("fk_evidence_decided_by_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["partnership_id"], ["partnership.id"], name=op.f("fk_evidence_partnership_id_partnership")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_evidence_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("public_id", name=op.f("uq_evidence_public_id")),
    )
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_evidence_person_id_course_id"), ["person_id", "course_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_evidence_partnership_id_state"), ["partnership_id", "state"], unique=False
        )

    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.add_column(sa.Column("priority", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("offer_ends_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("declined_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("swap", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("party", sa.String(length=24), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("manager_name", sa.String(length=200), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("manager_email", sa.String(length=254), server_default="", nullable=False)
        )

    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.add_column(sa.Column("approval", sa.String(length=10), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("copies_manager", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(
            sa.Column("part_one", sa.String(length=10), server_default="chase", nullable=False)
        )
        batch_op.add_column(
            sa.Column("several_places", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.create_check_constraint(
            op.f("ck_course_approval"), "approval IN ('', 'confirm', 'manager', 'lead')"
        )
        batch_op.create_check_constraint(op.f("ck_course_part_one"), "part_one IN ('chase', 'release')")

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.add_column(sa.Column("minimum", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("minimum_by", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("series", sa.String(length=24), server_default="", nullable=False))
        batch_op.add_column(sa.Column("link_shown_hours", sa.Integer(), nullable=True))
        batch_op.alter_column("starts_at", existing_type=sa.DateTime(timezone=True), nullable=True)
        batch_op.alter_column("ends_at", existing_type=sa.DateTime(timezone=True), nullable=True)
        batch_op.drop_constraint(op.f("ck_event_state"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_event_state"), "state IN ('draft', 'published', 'postponed', 'cancelled')"
        )
        batch_op.create_check_constraint(
            op.f("ck_event_dated_or_not"), "(starts_at IS NULL) = (ends_at IS NULL)"
        )
        batch_op.create_check_constraint(op.f("ck_event_minimum"), "minimum IS NULL OR minimum >= 1")

    with op.batch_alter_table("pool_member", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone", sa.String(length=40), server_default="", nullable=False))

    with op.batch_alter_table("event_trainer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("invite_sequence", sa.Integer(), server_default="0", nullable=False))

    with op.batch_alter_table("headcount", schema=None) as batch_op:
        batch_op.add_column(sa.Column("token", sa.String(length=24), nullable=True))
        batch_op.add_column(
            sa.Column("contact_name", sa.String(length=200), server_default="", nullable=False)
        )
        batch_op.add_column(
            sa.Column("contact_email", sa.String(length=254), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("needs", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("sent_from", sa.String(length=64), server_default="", nullable=False))
        batch_op.add_column(sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True))
    give_tokens()
    with op.batch_alter_table("headcount", schema=None) as batch_op:
        batch_op.alter_column("token", existing_type=sa.String(length=24), nullable=False)
        batch_op.create_unique_constraint(batch_op.f("uq_headcount_token"), ["token"])

    with op.batch_alter_table("interest", schema=None) as batch_op:
        batch_op.add_column(sa.Column("area", sa.String(length=80), server_default="", nullable=False))
        batch_op.add_column(sa.Column("time_of_day", sa.String(length=20), server_default="", nullable=False))

    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.add_column(sa.Column("access_notes", sa.Text(), server_default="", nullable=False))
        batch_op.add_column(sa.Column("contact", sa.String(length=200), server_default="", nullable=False))
        batch_op.add_column(sa.Column("phone", sa.String(length=40), server_default="", nullable=False))
        batch_op.add_column(sa.Column("places", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    create_guards(op.get_bind(), nominations=True)
    for table, column in POINTS:
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=False)


def downgrade():
    for table, column in POINTS:
        op.drop_index(op.f(f"ix_{table}_{column}"), table)
    drop_guards(op.get_bind(), nominations=True)
    # What awaits its date has none to go back to, and nobody can have marked it.
    op.execute("UPDATE event SET starts_at = created_at, state = 'cancelled' WHERE starts_at IS NULL")
    op.execute(END_OF_THE_UNDATED[op.get_bind().dialect.name])
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.drop_column("closed_at")
        batch_op.drop_column("places")
        batch_op.drop_column("phone")
        batch_op.drop_column("contact")
        batch_op.drop_column("access_notes")

    with op.batch_alter_table("interest", schema=None) as batch_op:
        batch_op.drop_column("time_of_day")
        batch_op.drop_column("area")

    with op.batch_alter_table("headcount", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_headcount_token"), type_="unique")
        batch_op.drop_column("cancelled_at")
        batch_op.drop_column("sent_from")
        batch_op.drop_column("sent_at")
        batch_op.drop_column("needs")
        batch_op.drop_column("contact_email")
        batch_op.drop_column("contact_name")
        batch_op.drop_column("token")

    with op.batch_alter_table("pool_member", schema=None) as batch_op:
        batch_op.drop_column("phone")

    with op.batch_alter_table("event_trainer", schema=None) as batch_op:
        batch_op.drop_column("invite_sequence")

    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_event_state"), type_="check")
        batch_op.drop_constraint(op.f("ck_event_dated_or_not"), type_="check")
        batch_op.drop_constraint(op.f("ck_event_minimum"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_event_state"), "state IN ('draft', 'published', 'cancelled')"
        )
        batch_op.alter_column("ends_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.alter_column("starts_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.drop_column("link_shown_hours")
        batch_op.drop_column("series")
        batch_op.drop_column("minimum_by")
        batch_op.drop_column("minimum")

    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_course_approval"), type_="check")
        batch_op.drop_constraint(op.f("ck_course_part_one"), type_="check")
        batch_op.drop_column("several_places")
        batch_op.drop_column("part_one")
        batch_op.drop_column("copies_manager")
        batch_op.drop_column("approval")

    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_column("manager_email")
        batch_op.drop_column("manager_name")
        batch_op.drop_column("party")
        batch_op.drop_column("swap")
        batch_op.drop_column("declined_at")
        batch_op.drop_column("offer_ends_at")
        batch_op.drop_column("priority")

    with op.batch_alter_table("event_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_message_event_id"))

    op.drop_table("event_message")
    with op.batch_alter_table("evidence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_evidence_partnership_id_state"))
        batch_op.drop_index(batch_op.f("ix_evidence_person_id_course_id"))

    op.drop_table("evidence")
    with op.batch_alter_table("charge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_charge_state"))

    op.drop_table("charge")
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_approval_decision_asked_at"))
        batch_op.drop_index(batch_op.f("ix_approval_booking_id"))

    op.drop_table("approval")
    with op.batch_alter_table("requirement_waiver", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_requirement_waiver_event_id"))

    op.drop_table("requirement_waiver")
    with op.batch_alter_table("nomination", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_nomination_event_id"))
        batch_op.drop_index(batch_op.f("ix_nomination_agency_id"))

    op.drop_table("nomination")
    with op.batch_alter_table("mix_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mix_rule_event_id"))

    op.drop_table("mix_rule")
    with op.batch_alter_table("imported_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_imported_row_table_row_id"))
        batch_op.drop_index(batch_op.f("ix_imported_row_batch_id"))

    op.drop_table("imported_row")
    with op.batch_alter_table("event_invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_invitation_event_id"))

    op.drop_table("event_invitation")
    with op.batch_alter_table("person_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_note_person_id"))

    op.drop_table("person_note")
    op.drop_table("import_batch")
    op.drop_table("import_draft")
    op.drop_table("course_equivalent")
    op.drop_table("charge_policy")
    op.drop_table("charge_export")
    create_guards(op.get_bind())
