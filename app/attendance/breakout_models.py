"""The people of an event in breakout groups: for the day, wiped like their needs (``records.forgetting``)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Person
from ..booking.models import Booking
from ..catalogue.models import EventSession
from ..db import Base


class Breakout(Base):
    """One way the people of an event were put into groups; the newest is the one in use.

    The same people, number of groups, wishes and seed make the same groups again.
    """

    __tablename__ = "breakout"
    of_an_event = True
    __table_args__ = (
        sa.CheckConstraint("number >= 1", name="number"),
        sa.Index(None, "event_id"),
        sa.Index(None, "session_id"),
        sa.Index(None, "made_by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    # Only those marked as present in this session; None: everybody with a place.
    session_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event_session.id"))
    number: Mapped[int]  # of groups
    seed: Mapped[int]
    wishes: Mapped[list[Any]] = mapped_column(sa.JSON)  # ["apart" or "together", booking, booking]
    made_at: Mapped[datetime]
    made_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    session: Mapped[EventSession | None] = relationship()
    made_by: Mapped[Person | None] = relationship()

    @staticmethod
    def of(event_id: int) -> sa.Select["Breakout"]:
        """Those of an event, newest first."""
        return sa.select(Breakout).where(Breakout.event_id == event_id).order_by(Breakout.id.desc())


class BreakoutPlace(Base):
    """Who is in which group."""

    __tablename__ = "breakout_place"
    of_an_event = True
    __table_args__ = (sa.CheckConstraint("number >= 1", name="number"), sa.Index(None, "booking_id"))

    breakout_id: Mapped[int] = mapped_column(sa.ForeignKey("breakout.id"), primary_key=True)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"), primary_key=True)
    number: Mapped[int]  # of the group, from 1

    booking: Mapped[Booking] = relationship()
