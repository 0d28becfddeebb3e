"""The register: a mark per delegate and session. Unmarked is no row. And what the absent say themselves."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Person
from ..booking.models import Booking, Headcount
from ..catalogue.models import Event, EventSession
from ..db import Base
from .override_rules import Decision
from .rules import ABSENCE_REASONS, Way

REASONS = ", ".join(f"'{reason}'" for reason in ABSENCE_REASONS)
WAYS = ", ".join(f"'{way}'" for way in Way)
DECISIONS = ", ".join(f"'{decision}'" for decision in Decision)


class Mark(Base):
    """How one delegate was there in one session."""

    __tablename__ = "mark"
    of_an_event = True
    __table_args__ = (
        sa.UniqueConstraint("booking_id", "session_id"),
        sa.CheckConstraint("mark IN ('present', 'absent', 'excused')", name="mark"),
        sa.CheckConstraint("minutes_late >= 0 AND left_early >= 0", name="minutes"),
        sa.CheckConstraint(f"how IN ({WAYS})", name="how"),
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
    how: Mapped[str] = mapped_column(sa.String(10), default="register", server_default="register")

    booking: Mapped[Booking] = relationship()
    session: Mapped[EventSession] = relationship()


class MarkChange(Base):
    """A mark that was changed: what it was and became, who, when, how and (after closing) why; and who had made it.

    So that every mark is a row: the one that stands in ``mark``, each earlier one here. A tick that was kept on a
    phone and arrives when somebody has said something later never stood: it is kept here, ``stood`` False.
    """

    __tablename__ = "mark_change"
    of_an_event = True

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("event_session.id"))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    was: Mapped[str] = mapped_column(sa.String(10))
    became: Mapped[str] = mapped_column(sa.String(10))  # "" when the mark was taken back
    how: Mapped[str] = mapped_column(sa.String(10), default="register", server_default="register")
    why: Mapped[str] = mapped_column(sa.Text, default="")
    was_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    was_at: Mapped[datetime | None]
    was_how: Mapped[str] = mapped_column(sa.String(10), default="register", server_default="register")
    was_late: Mapped[int] = mapped_column(default=0, server_default="0")
    was_early: Mapped[int] = mapped_column(default=0, server_default="0")
    was_why: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    stood: Mapped[bool] = mapped_column(default=True, server_default=sa.true())


class RegisterClosing(Base):
    """The register of an event was closed: everybody has a mark; from now on it is corrected with a reason."""

    __tablename__ = "register_closing"
    of_an_event = True

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), primary_key=True)
    closed_at: Mapped[datetime]
    closed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    event: Mapped[Event] = relationship()
    closed_by: Mapped[Person | None] = relationship()


class OutcomeOverride(Base):
    """What a person decided of somebody's outcome, whatever the rule says; the newest row of a booking holds."""

    __tablename__ = "outcome_override"
    of_an_event = True
    __table_args__ = (
        sa.CheckConstraint(f"outcome IN ({DECISIONS})", name="outcome"),
        sa.CheckConstraint("why <> ''", name="why"),
        sa.Index(None, "booking_id"),
        sa.Index(None, "by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"))
    outcome: Mapped[str] = mapped_column(sa.String(20))  # "by the rule": an earlier one was taken back
    why: Mapped[str] = mapped_column(sa.Text)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    booking: Mapped[Booking] = relationship()
    by: Mapped[Person | None] = relationship()

    @staticmethod
    def of(booking_id: Any) -> sa.Select["OutcomeOverride"]:
        """What was decided of a booking, newest first."""
        mine = sa.select(OutcomeOverride).where(OutcomeOverride.booking_id == booking_id)
        return mine.order_by(OutcomeOverride.id.desc())

    @staticmethod
    def holding(booking_id: Any) -> sa.ScalarSelect[str]:
        """What holds of a booking, beside other columns; NULL where nobody decided anything."""
        newest = sa.select(OutcomeOverride.outcome).where(OutcomeOverride.booking_id == booking_id)
        newest = newest.order_by(OutcomeOverride.id.desc()).limit(1)
        return newest.correlate_except(OutcomeOverride).scalar_subquery()


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


class AbsenceReason(Base):
    """Why somebody who was expected did not come, as they say themselves; the newest row of a booking holds."""

    __tablename__ = "absence_reason"
    of_an_event = True
    __table_args__ = (sa.CheckConstraint(f"reason IN ({REASONS})", name="reason"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.String(40))  # of rules.ABSENCE_REASONS
    words: Mapped[str] = mapped_column(sa.Text, default="")
    given_at: Mapped[datetime]

    booking: Mapped[Booking] = relationship()

    @staticmethod
    def of(booking_id: Any) -> sa.Select["AbsenceReason"]:
        """What was said about a booking, newest first."""
        mine = sa.select(AbsenceReason).where(AbsenceReason.booking_id == booking_id)
        return mine.order_by(AbsenceReason.id.desc())

    @staticmethod
    def counted(booking_id: Any) -> sa.ScalarSelect[str]:
        """The reason that counts of a booking, beside other columns; NULL where nobody said why."""
        newest = sa.select(AbsenceReason.reason).where(AbsenceReason.booking_id == booking_id)
        newest = newest.order_by(AbsenceReason.id.desc()).limit(1)
        return newest.correlate_except(AbsenceReason).scalar_subquery()
