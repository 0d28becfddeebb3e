"""Self check-in: the key of a session's codes, who says they are here, who asks to be added, links and tries."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Affiliation, Person
from ..booking.models import Booking
from ..catalogue.models import EventSession
from ..db import Base
from .check_in_rules import CheckInWay

WAYS = ", ".join(f"'{way}'" for way in CheckInWay)


def of_session() -> sa.ForeignKey:
    """A session that is taken away because the date moved takes with it what was said of it."""
    return sa.ForeignKey("event_session.id", ondelete="CASCADE")


class CheckInKey(Base):
    """What the codes of one session are made with; deleted once the session is over."""

    __tablename__ = "check_in_key"
    __table_args__ = (sa.Index(None, "opened_by_id"),)

    session_id: Mapped[int] = mapped_column(of_session(), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(64))
    opened_at: Mapped[datetime]
    opened_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    session: Mapped[EventSession] = relationship()


class CheckIn(Base):
    """Somebody says that they are here. Not a mark: that comes of it when the trainer confirms."""

    __tablename__ = "check_in"
    of_an_event = True
    __table_args__ = (
        sa.UniqueConstraint("booking_id", "session_id"),
        sa.CheckConstraint(f"way IN ({WAYS})", name="way"),
        sa.CheckConstraint("settled_as IN ('', 'confirmed', 'taken away')", name="settled_as"),
        sa.Index(None, "session_id"),
        sa.Index(None, "settled_by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"))
    session_id: Mapped[int] = mapped_column(of_session())
    said_at: Mapped[datetime]
    way: Mapped[str] = mapped_column(sa.String(10))
    step: Mapped[int]  # of the code they had
    device: Mapped[str] = mapped_column(
        sa.String(64), default=""
    )  # keyed hash; wiped a day after the session
    shared: Mapped[bool] = mapped_column(default=False)  # the phone had said so for somebody else before
    settled_as: Mapped[str] = mapped_column(sa.String(10), default="")
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    booking: Mapped[Booking] = relationship()
    session: Mapped[EventSession] = relationship()


class WalkInRequest(Base):
    """Somebody without a place says that they are here, and asks the trainer to add them."""

    __tablename__ = "walk_in_request"
    of_an_event = True
    __table_args__ = (
        sa.UniqueConstraint("person_id", "session_id"),
        sa.CheckConstraint("settled_as IN ('', 'approved', 'declined')", name="settled_as"),
        sa.Index(None, "session_id"),
        sa.Index(None, "affiliation_id"),
        sa.Index(None, "settled_by_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    affiliation_id: Mapped[int] = mapped_column(sa.ForeignKey("affiliation.id"))
    session_id: Mapped[int] = mapped_column(of_session())
    asked_at: Mapped[datetime]
    step: Mapped[int]
    settled_as: Mapped[str] = mapped_column(sa.String(10), default="")
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    affiliation: Mapped[Affiliation] = relationship()
    session: Mapped[EventSession] = relationship()


class CheckInLink(Base):
    """A link for one check-in, mailed to the booking's address; only a keyed hash of it is kept."""

    __tablename__ = "check_in_link"
    __table_args__ = (sa.Index(None, "booking_id"), sa.Index(None, "session_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"))
    session_id: Mapped[int] = mapped_column(of_session())
    asked_at: Mapped[datetime]
    step: Mapped[int]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    booking: Mapped[Booking] = relationship()
    session: Mapped[EventSession] = relationship()


class CheckInTry(Base):
    """A guess that failed, or a mail that was asked for, to count by; forgotten after an hour."""

    __tablename__ = "check_in_try"
    __table_args__ = (sa.Index(None, "who", "at"), sa.Index(None, "session_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int | None] = mapped_column(of_session())
    who: Mapped[str] = mapped_column(sa.String(64))  # keyed hash of what is counted: a network, an address
    at: Mapped[datetime]
