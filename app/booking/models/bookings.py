"""Bookings and what happened to them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...accounts.models import Agency, Person, Setting, Team
from ...catalogue.models import Course, Event, EventSession
from ...db import Base, new_public_id
from ..rules import LIVE, State

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
        # So that many people or bookings can be deleted together: the database looks for what points at each.
        sa.Index(None, "made_by_id"),
        sa.Index(None, "successor_id"),
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
    priority: Mapped[int] = mapped_column(
        default=0, server_default="0"
    )  # above joining; the reason is a change
    # How long an offer stands. On a booking that is still waiting: the place is free to the first who accepts.
    offer_ends_at: Mapped[datetime | None]
    # They let an offer go and kept their place in the list: not asked again until another place comes free.
    declined_at: Mapped[datetime | None]
    swap: Mapped[bool] = mapped_column(
        default=False, server_default=sa.false()
    )  # gives up another date for this
    party: Mapped[str] = mapped_column(sa.String(24), default="", server_default="")  # booked as one group
    manager_name: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    manager_email: Mapped[str] = mapped_column(sa.String(254), default="", server_default="")

    event: Mapped[Event] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    agency: Mapped[Agency] = relationship()
    setting: Mapped[Setting | None] = relationship()
    team: Mapped[Team | None] = relationship()

    @staticmethod
    def live_sittings(
        person_ids: Sequence[int] | sa.BindParameter[Any], now: datetime | sa.BindParameter[Any]
    ) -> sa.Select[*tuple[Any, ...]]:
        """A row per booking of these people that is live (or made in the room) and session of its event.

        One row without times for an event that awaits its date.
        """
        return (
            sa.select(
                Booking.person_id,
                Booking.public_id,
                Booking.event_id,
                Event.course_id,
                Course.title,
                Booking.state,
                EventSession.starts_at,
                EventSession.ends_at,
            )
            .join(Event, Event.id == Booking.event_id)
            .join(Course, Course.id == Event.course_id)
            .outerjoin(EventSession, EventSession.event_id == Event.id)
            .where(
                Booking.person_id.in_(person_ids),
                Booking.state.in_(UNIQUE_STATES),
                sa.or_(Event.ends_at > now, Event.ends_at.is_(None)),
            )
            .order_by(EventSession.starts_at)
        )

    @staticmethod
    def waiting_for(event_id: int) -> sa.Select["Booking", Person]:
        """Those who wait for a place on an event, with who they are, first in line first."""
        return (
            sa.select(Booking, Person)
            .join(Person, Person.id == Booking.person_id)
            .where(Booking.event_id == event_id, Booking.state == State.WAITING)
            .order_by(Booking.priority.desc(), Booking.joined_at, Booking.id)
        )

    @staticmethod
    def number_waiting(event_id: int | sa.SQLColumnExpression[int]) -> sa.Select[int]:
        """How many wait for a place on an event."""
        return (
            sa.select(sa.func.count())
            .select_from(Booking)
            .where(Booking.event_id == event_id, Booking.state == State.WAITING)
        )

    @staticmethod
    def number_before(booking: "Booking") -> sa.Select[int]:
        """How many stand before this one in the waiting list."""
        return Booking.number_waiting(booking.event_id).where(stands_before(Booking, booking))

    @staticmethod
    def lists_to_settle(now: datetime) -> sa.Select[int]:
        """Events whose waiting list the clock has to look at.

        A place is free and somebody waits, an offer has run out, or the course has begun.
        """
        free = sa.and_(
            Booking.state == State.WAITING,
            Event.state == "published",
            Event.places_held < Event.booking_limit,
            Event.starts_at > now,
        )
        over = sa.and_(Booking.state == State.OFFERED, Booking.offer_ends_at <= now)
        begun = sa.and_(Booking.state.in_((State.WAITING, State.OFFERED)), Event.starts_at <= now)
        return (
            sa.select(Event.id)
            .join(Booking, Booking.event_id == Event.id)
            .where(sa.or_(free, over, begun))
            .distinct()
        )


def stands_before(other: Any, booking: Any) -> sa.ColumnElement[bool]:
    """The condition that one who waits stands before another: priority, then joining, then as written down."""
    return sa.or_(
        other.priority > booking.priority,
        sa.and_(
            other.priority == booking.priority,
            sa.or_(
                other.joined_at < booking.joined_at,
                sa.and_(other.joined_at == booking.joined_at, other.id < booking.id),
            ),
        ),
    )


class BookingChange(Base):
    """One change of a booking: who, when, from, to, why. Never overwritten."""

    __tablename__ = "booking_change"
    of_an_event = True

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)  # None: the clock
    from_state: Mapped[str] = mapped_column(sa.String(20), default="")
    to_state: Mapped[str] = mapped_column(sa.String(20))
    why: Mapped[str] = mapped_column(sa.Text, default="")
    late: Mapped[bool] = mapped_column(default=False)

    booking: Mapped[Booking] = relationship()
    by: Mapped[Person | None] = relationship()

    @staticmethod
    def of(
        booking_id: int | sa.BindParameter[Any],
    ) -> sa.Select[datetime, int | None, str, str, str, bool, str]:
        """What happened to a booking, newest first, each with the name of who did it."""
        return (
            sa.select(
                BookingChange.at,
                BookingChange.by_id,
                BookingChange.from_state,
                BookingChange.to_state,
                BookingChange.why,
                BookingChange.late,
                Person.name,
            )
            .outerjoin(Person, Person.id == BookingChange.by_id)
            .where(BookingChange.booking_id == booking_id)
            .order_by(BookingChange.id.desc())
        )

    @staticmethod
    def places_that_came_free(course_id: int, before: datetime) -> sa.Select[int, int]:
        """Of the course's earlier events with a waiting list: how many places came free, on how many events."""
        promoted = sa.and_(
            BookingChange.from_state == State.WAITING,
            BookingChange.to_state.in_((State.BOOKED, State.OFFERED)),
        )
        waited = sa.or_(BookingChange.to_state == State.WAITING, BookingChange.from_state == State.WAITING)
        return (
            sa.select(
                sa.func.count(sa.case((promoted, Booking.id)).distinct()),
                sa.func.count(Booking.event_id.distinct()),
            )
            .select_from(BookingChange)
            .join(Booking, Booking.id == BookingChange.booking_id)
            .join(Event, Event.id == Booking.event_id)
            .where(Event.course_id == course_id, Event.starts_at <= before, waited)
        )
