"""what delivering took, what was observed, and the hours of those who delivered in the tallies

Revision ID: 0023
"""

import json
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

TALLY = sa.table(
    "event_tally",
    sa.column("event_id", sa.Integer),
    sa.column("counts", sa.JSON),
    sa.column("digest", sa.String),
)


def upgrade() -> None:
    """Nobody has said yet how long they delivered or travelled: as long as the sessions, and not at all."""
    add_time_entries()
    add_planned_dates()
    add_observations()
    recount(with_hours)


def downgrade() -> None:
    """And takes it away."""
    recount(without_hours)
    for table in ("agreed_point", "observation", "planned_dates", "time_entry"):
        op.drop_table(table)


def with_hours(row: dict[str, Any], minutes: int) -> dict[str, Any]:
    """A trainer in a tally, with the minutes they delivered and travelled."""
    return {**row, "delivery": minutes, "travel": 0}


def without_hours(row: dict[str, Any], minutes: int) -> dict[str, Any]:
    """As it was."""
    return {name: value for name, value in row.items() if name not in ("delivery", "travel")}


def recount(change: Any) -> None:
    """Write the trainers of every stored tally anew, and its digest; guests and hosts are no longer among them."""
    connection = op.get_bind()
    for event_id, counts in connection.execute(sa.select(TALLY.c.event_id, TALLY.c.counts)).all():
        trained = [row for row in counts["trainers"] if row["part"] in ("pool", "expert")]
        counts["trainers"] = [change(row, counts["minutes"]) for row in trained]
        digest = sha256(json.dumps(counts, sort_keys=True).encode()).hexdigest()[:32]
        mine = sa.update(TALLY).where(TALLY.c.event_id == event_id)
        connection.execute(mine.values(counts=counts, digest=digest))


def key(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    """A named foreign key."""
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}_{other}"))


def add_time_entries() -> None:
    """What was said of the time an event took."""
    op.create_table(
        "time_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("preparation_minutes", sa.Integer(), nullable=False),
        sa.Column("delivery_minutes", sa.Integer(), nullable=True),
        sa.Column("travel_minutes", sa.Integer(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "preparation_minutes >= 0 AND delivery_minutes >= 0 AND travel_minutes >= 0",
            name=op.f("ck_time_entry_minutes"),
        ),
        key("time_entry", "event_id", "event"),
        key("time_entry", "person_id", "person"),
        key("time_entry", "by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_entry")),
    )
    op.create_index(op.f("ix_time_entry_event_id_person_id"), "time_entry", ["event_id", "person_id"])
    op.create_index(op.f("ix_time_entry_person_id"), "time_entry", ["person_id"])


def add_planned_dates() -> None:
    """How many dates are meant to run."""
    op.create_table(
        "planned_dates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partnership_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("dates", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("dates >= 0", name=op.f("ck_planned_dates_dates")),
        key("planned_dates", "partnership_id", "partnership"),
        key("planned_dates", "course_id", "course"),
        key("planned_dates", "set_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_dates")),
        sa.UniqueConstraint(
            "partnership_id",
            "year",
            "course_id",
            name=op.f("uq_planned_dates_partnership_id_year_course_id"),
        ),
    )
    op.create_index(op.f("ix_planned_dates_course_id"), "planned_dates", ["course_id"])


def add_observations() -> None:
    """Observations of delivery with the points agreed."""
    op.create_table(
        "observation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("trainer_id", sa.Integer(), nullable=False),
        sa.Column("observer_id", sa.Integer(), nullable=False),
        sa.Column("went_well", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("observer_id <> trainer_id", name=op.f("ck_observation_two_people")),
        key("observation", "event_id", "event"),
        key("observation", "trainer_id", "person"),
        key("observation", "observer_id", "person"),
        key("observation", "written_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
        sa.UniqueConstraint("public_id", name=op.f("uq_observation_public_id")),
        sa.UniqueConstraint(
            "event_id",
            "trainer_id",
            "observer_id",
            name=op.f("uq_observation_event_id_trainer_id_observer_id"),
        ),
    )
    op.create_index(op.f("ix_observation_trainer_id"), "observation", ["trainer_id"])
    op.create_index(op.f("ix_observation_observer_id"), "observation", ["observer_id"])
    op.create_table(
        "agreed_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=24), nullable=False),
        sa.Column("observation_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_on", sa.Date(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        key("agreed_point", "observation_id", "observation"),
        key("agreed_point", "done_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreed_point")),
        sa.UniqueConstraint("public_id", name=op.f("uq_agreed_point_public_id")),
    )
    op.create_index(op.f("ix_agreed_point_observation_id"), "agreed_point", ["observation_id"])
