"""The register: a mark per delegate and session. Unmarked is no row."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Person
from ..booking.models import Booking, Headcount
from ..catalogue.models import Event, EventSession
from ..db import Base


class Mark(Base):
    """How one delegate was there in one session."""

    __tablename__ = "mark"
    of_an_event = True
    __table_args__ = (
        sa.UniqueConstraint("booking_id", "session_id"),
        sa.CheckConstraint("mark IN ('present', 'absent', 'excused')", name="mark"),
        sa.CheckConstraint("minutes_late >= 0 AND left_early >= 0", name="minutes"),
        sa.Index(None, "session_id"),
        sa.Index(None, "marked_by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"))
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("event_session.id"))
    mark: Mapped[str] = mapped_column(sa.String(10))
    minutes_late: Mapped[int] = mapped_column(default=0)
    left_early: Mapped[int] = mapped_column(default=0)  # minutes before the end
    why: Mapped[str] = mapped_column(sa.String(200), default="")  # absence reason
    marked_at: Mapped[datetime]
    marked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    booking: Mapped[Booking] = relationship()
    session: Mapped[EventSession] = relationship()


class MarkChange(Base):
    """A mark that was changed: what it was, what it became, who, when and (after closing) why."""

    __tablename__ = "mark_change"
    of_an_event = True

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("event_session.id"))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    was: Mapped[str] = mapped_column(sa.String(10))
    became: Mapped[str] = mapped_column(sa.String(10))  # "" when the mark was taken back
    why: Mapped[str] = mapped_column(sa.Text, default="")


class RegisterClosing(Base):
    """The register of an event was closed: everybody has a mark; from now on it is corrected with a reason."""

    __tablename__ = "register_closing"
    of_an_event = True

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), primary_key=True)
    closed_at: Mapped[datetime]
    closed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    event: Mapped[Event] = relationship()
    closed_by: Mapped[Person | None] = relationship()


class HeadcountMark(Base):
    """How many of an organisation came to a headcount-only event (0: nobody did)."""

    __tablename__ = "headcount_mark"
    of_an_event = True
    __table_args__ = (sa.CheckConstraint("came >= 0", name="came"),)

    headcount_id: Mapped[int] = mapped_column(sa.ForeignKey("headcount.id"), primary_key=True)
    came: Mapped[int]
    marked_at: Mapped[datetime]
    marked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    headcount: Mapped[Headcount] = relationship()
