"""Attendance reports of virtual meetings: the files, what they made of the register, addresses that were confirmed."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Person
from ..booking.models import Booking
from ..catalogue.models import Event, EventSession
from ..db import Base, new_public_id


class AttendanceReport(Base):
    """One or several files of a meeting that were handed in together; saved in the register once somebody confirms.

    A draft is gone after a week. ``answers`` are what was asked of its files (``settling.Answers``). ``decided`` is who in it is whom: by attendee a booking's public id, ""
    for nobody.
    """

    __tablename__ = "attendance_report"
    __table_args__ = (sa.Index(None, "event_id"), sa.Index(None, "handed_in_by_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    handed_in_at: Mapped[datetime]
    handed_in_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # None: a command
    answers: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    decided: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    confirmed_at: Mapped[datetime | None]
    confirmed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    event: Mapped[Event] = relationship()
    handed_in_by: Mapped[Person | None] = relationship(foreign_keys=[handed_in_by_id])
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=[confirmed_by_id])
    undone_by: Mapped[Person | None] = relationship(foreign_keys=[undone_by_id])

    @property
    def stands(self) -> bool:
        """Whether the register holds what it says."""
        return self.confirmed_at is not None and self.undone_at is None

    @staticmethod
    def of(event_id: int) -> sa.Select["AttendanceReport"]:
        """The reports of an event, newest first."""
        mine = sa.select(AttendanceReport).where(AttendanceReport.event_id == event_id)
        return mine.order_by(AttendanceReport.handed_in_at.desc(), AttendanceReport.id.desc())

    @staticmethod
    def standing(event_id: int) -> sa.Select["AttendanceReport"]:
        """Those of which the register holds what they say."""
        return AttendanceReport.of(event_id).where(
            AttendanceReport.confirmed_at.is_not(None), AttendanceReport.undone_at.is_(None)
        )


class ReportFile(Base):
    """A file of a report. Its bytes are kept for 90 days, to look up what was read; its name and hash stay."""

    __tablename__ = "report_file"
    __table_args__ = (sa.Index(None, "report_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(sa.ForeignKey("attendance_report.id"))
    name: Mapped[str] = mapped_column(sa.String(200))
    fingerprint: Mapped[str] = mapped_column(sa.String(64))  # sha256 of its bytes
    kind: Mapped[str] = mapped_column(sa.String(40))
    raw: Mapped[bytes | None] = mapped_column(
        sa.LargeBinary, deferred=True
    )  # compressed; None once forgotten

    report: Mapped[AttendanceReport] = relationship()


class ReportMark(Base):
    """A mark that a report made: what it says, and what was there before, to be brought back."""

    __tablename__ = "report_mark"
    of_an_event = True
    __table_args__ = (
        sa.UniqueConstraint("report_id", "booking_id", "session_id"),
        sa.Index(None, "booking_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(sa.ForeignKey("attendance_report.id"))
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"))
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("event_session.id"))
    seconds: Mapped[int]  # present in the session, as the files say
    became: Mapped[str] = mapped_column(sa.String(10))
    became_late: Mapped[int] = mapped_column(default=0)
    became_early: Mapped[int] = mapped_column(default=0)
    was: Mapped[str] = mapped_column(sa.String(10), default="")  # "" for no mark
    was_late: Mapped[int] = mapped_column(default=0)
    was_early: Mapped[int] = mapped_column(default=0)
    was_why: Mapped[str] = mapped_column(sa.String(200), default="")
    was_how: Mapped[str] = mapped_column(sa.String(10), default="")

    booking: Mapped[Booking] = relationship()
    session: Mapped[EventSession] = relationship()


class ReportWalkIn(Base):
    """Somebody whom a report put on the register: a walk-in made of a row. ``was``: their booking's state before."""

    __tablename__ = "report_walk_in"
    of_an_event = True
    __table_args__ = (sa.Index(None, "report_id"), sa.Index(None, "booking_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(sa.ForeignKey("attendance_report.id"))
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"))
    was: Mapped[str] = mapped_column(sa.String(20), default="")  # "" where the booking is new

    booking: Mapped[Booking] = relationship()


class KnownAddress(Base):
    """Another address under which somebody joins meetings, remembered because an administrator said so."""

    __tablename__ = "known_address"
    __table_args__ = (sa.Index(None, "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    address: Mapped[str] = mapped_column(sa.String(254), unique=True)  # lower case
    remembered_at: Mapped[datetime]
    remembered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    report_id: Mapped[int | None] = mapped_column(sa.ForeignKey("attendance_report.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
