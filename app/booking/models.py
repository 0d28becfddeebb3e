"""Bookings, what happened to them, interests, and headcounts of organisations."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Agency, Person, Setting, Team
from ..catalogue.models import Course, Event
from ..db import Base, new_public_id
from .rules import LIVE, State

STATES = ", ".join(f"'{state}'" for state in State)
UNIQUE_STATES = sorted(LIVE | {State.WALK_IN})


class Booking(Base):
    """A delegate's claim on an event, from request to outcome.

    Agency, setting, sector, team and role group are those of the day it was made.
    """

    __tablename__ = "booking"
    of_an_event = True
    __table_args__ = (
        sa.CheckConstraint(f"state IN ({STATES})", name="state"),
        sa.Index(None, "event_id", "state"),
        sa.Index(None, "person_id", "state"),
        sa.Index(
            "uq_booking_live",
            "event_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("state IN ({})".format(", ".join(f"'{s}'" for s in UNIQUE_STATES))),
            postgresql_where=sa.text("state IN ({})".format(", ".join(f"'{s}'" for s in UNIQUE_STATES))),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(sa.String(20))
    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agency.id"))
    setting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("setting.id"))
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("team.id"))
    sector: Mapped[str] = mapped_column(sa.String(80), default="")
    role_group: Mapped[str] = mapped_column(sa.String(60), default="")
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    joined_at: Mapped[datetime]  # when they joined the waiting list: its order
    needs: Mapped[str] = mapped_column(sa.Text, default="")  # access and diet; wiped 30 days after
    mobile: Mapped[str] = mapped_column(sa.String(40), default="")  # for the day; wiped 30 days after
    policy: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)  # the rules it was made under
    successor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking.id"))  # moved or substituted to
    # Rises with every change an invite tells of; SEQUENCE in the calendar.
    invite_sequence: Mapped[int] = mapped_column(default=0)

    event: Mapped[Event] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    agency: Mapped[Agency] = relationship()
    setting: Mapped[Setting | None] = relationship()
    team: Mapped[Team | None] = relationship()


class BookingChange(Base):
    """One change of a booking: who, when, from, to, why. Never overwritten."""

    __tablename__ = "booking_change"
    of_an_event = True

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # None: the clock
    from_state: Mapped[str] = mapped_column(sa.String(20), default="")
    to_state: Mapped[str] = mapped_column(sa.String(20))
    why: Mapped[str] = mapped_column(sa.Text, default="")
    late: Mapped[bool] = mapped_column(default=False)

    booking: Mapped[Booking] = relationship()
    by: Mapped[Person | None] = relationship()


class Interest(Base):
    """ "Tell me when this runs": a person who waits for a date of a course."""

    __tablename__ = "interest"
    __table_args__ = (sa.UniqueConstraint("course_id", "person_id", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(sa.String(60), default="")
    ended_at: Mapped[datetime | None]  # booked, or no longer wanted

    course: Mapped[Course] = relationship()
    person: Mapped[Person] = relationship()


class Headcount(Base):
    """An organisation on a headcount-only event: its numbers, no accounts."""

    __tablename__ = "headcount"
    of_an_event = True
    __table_args__ = (sa.UniqueConstraint("event_id", "organisation"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), index=True)
    organisation: Mapped[str] = mapped_column(sa.String(200))
    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agency.id"))
    setting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("setting.id"))
    sector: Mapped[str] = mapped_column(sa.String(80), default="")
    expected: Mapped[int]
    booked_on: Mapped[date]

    agency: Mapped[Agency] = relationship()
    setting: Mapped[Setting | None] = relationship()
