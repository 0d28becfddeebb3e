"""Events with their sessions, where they meet, what happened to them and who is invited."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from ...db import Base, new_public_id
from ...partnerships.models import Partnership
from .courses import Course


class Venue(Base):
    """A place where people meet."""

    __tablename__ = "venue"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(200), unique=True)
    address: Mapped[str] = mapped_column(sa.String(300), default="")
    postcode: Mapped[str] = mapped_column(sa.String(10), default="")
    notes: Mapped[str] = mapped_column(sa.Text, default="")  # parking, how to find it
    access_notes: Mapped[str] = mapped_column(sa.Text, default="", server_default="")  # steps, lift, loop
    contact: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    phone: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")
    places: Mapped[int | None]  # how many people the room takes
    area: Mapped[str] = mapped_column(sa.String(80), default="", server_default="")  # as trainers name theirs
    closed_at: Mapped[datetime | None]  # no longer offered for new dates


class Event(Base):
    """One dated delivery of a course.

    ``places_held`` (booked + offered + requested) is kept by triggers on ``booking``; the database refuses to
    raise it above ``booking_limit``. ``starts_at`` and ``ends_at`` are those of the first and last session; an
    event that awaits its date (undated, or postponed) has no session and neither of the two.
    """

    __tablename__ = "event"
    __table_args__ = (
        sa.CheckConstraint("state IN ('draft', 'published', 'postponed', 'cancelled')", name="state"),
        sa.CheckConstraint("capacity >= 1", name="capacity"),
        sa.CheckConstraint("booking_limit >= 0", name="booking_limit"),
        sa.CheckConstraint("places_held >= 0", name="places_held"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="dated_or_not"),
        sa.CheckConstraint("minimum IS NULL OR minimum >= 1", name="minimum"),
        sa.Index(None, "course_id", "host_id", "starts_at"),
        sa.Index(None, "host_id", "starts_at"),
        sa.Index(None, "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    host_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    state: Mapped[str] = mapped_column(sa.String(12), default="published")
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    capacity: Mapped[int]
    booking_limit: Mapped[int]
    places_held: Mapped[int] = mapped_column(default=0, server_default="0")
    by_invitation: Mapped[bool] = mapped_column(default=False)
    headcount_only: Mapped[bool] = mapped_column(default=False)
    took_place: Mapped[bool] = mapped_column(default=True)  # False: cancelled, so its supply is told apart
    notes: Mapped[str] = mapped_column(sa.Text, default="")  # for those booked: parking, what to bring
    content_note: Mapped[str] = mapped_column(
        sa.Text, default="", server_default=""
    )  # what may be hard to hear
    join_token: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    created_at: Mapped[datetime]
    minimum: Mapped[int | None]  # fewer booked than this by ``minimum_by`` is said at the desk
    minimum_by: Mapped[date | None]
    series: Mapped[str] = mapped_column(
        sa.String(24), default="", server_default=""
    )  # events that run termly
    link_shown_hours: Mapped[int | None]  # before the start; None: as the partnership has it
    # When who came has completed it; None: as its course has it, or the partnership.
    outcome_rule: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))

    course: Mapped[Course] = relationship()
    host: Mapped[Partnership] = relationship()
    sessions: Mapped[list["EventSession"]] = relationship(
        back_populates="event", order_by="EventSession.starts_at", lazy="raise"
    )

    @property
    def places_left(self) -> int:
        """Free places; never negative, also after the limit was lowered."""
        return max(0, self.booking_limit - self.places_held)

    @property
    def awaits_date(self) -> bool:
        """Whether it has no date yet: undated from the beginning, or postponed."""
        return self.starts_at is None

    @property
    def times(self) -> tuple[datetime, datetime]:
        """When its first session starts and its last one ends. Raises ValueError while it awaits its date."""
        if self.starts_at is None or self.ends_at is None:
            raise ValueError(f"event {self.id} has no date yet")
        return self.starts_at, self.ends_at

    def has_begun(self, now: datetime) -> bool:
        """Whether its first session has started; never so while it awaits its date."""
        return self.starts_at is not None and self.starts_at <= now

    def is_over(self, now: datetime) -> bool:
        """Whether its last session has ended; never so while it awaits its date."""
        return self.ends_at is not None and self.ends_at <= now


class EventSession(Base):
    """A sitting of an event ("session" on screen)."""

    __tablename__ = "event_session"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "starts_at"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
        sa.Index(None, "starts_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    venue_id: Mapped[int | None] = mapped_column(sa.ForeignKey("venue.id"))
    joining_url: Mapped[str] = mapped_column(sa.String(800), default="")

    event: Mapped[Event] = relationship(back_populates="sessions")
    venue: Mapped[Venue | None] = relationship()

    @property
    def minutes(self) -> int:
        """Length in minutes."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60

    @staticmethod
    def of(event_id: int) -> sa.Select["EventSession"]:
        """The sessions of an event with their venues, first one first."""
        return (
            sa.select(EventSession)
            .where(EventSession.event_id == event_id)
            .options(joinedload(EventSession.venue))
            .order_by(EventSession.starts_at)
        )


class EventChange(Base):
    """What happened to an event itself: its capacity's history, published, cancelled, moved."""

    __tablename__ = "event_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(sa.String(40), default="")
    what: Mapped[str] = mapped_column(sa.String(40))
    was: Mapped[Any] = mapped_column(sa.JSON, default=None)
    now: Mapped[Any] = mapped_column(sa.JSON, default=None)
    why: Mapped[str] = mapped_column(sa.Text, default="")


class EventInvitation(Base):
    """Somebody, or everybody of an agency or setting, who may book an event by invitation."""

    __tablename__ = "event_invitation"
    __table_args__ = (
        sa.CheckConstraint("email <> '' OR agency_id IS NOT NULL OR setting_id IS NOT NULL", name="says_who"),
        sa.UniqueConstraint("event_id", "email", "agency_id", "setting_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), index=True)
    email: Mapped[str] = mapped_column(sa.String(254), default="")  # lower case; with or without an account
    name: Mapped[str] = mapped_column(sa.String(200), default="")
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id"))
    setting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("setting.id"))
    invited_at: Mapped[datetime]
    by: Mapped[str] = mapped_column(sa.String(40), default="")  # a person's public id
    told_at: Mapped[datetime | None]
