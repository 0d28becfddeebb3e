"""Who was asked to agree to a booking, and what they said; and waivers of required courses."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...accounts.models import Person
from ...db import Base
from .bookings import Booking


class Approval(Base):
    """One approver asked about one booking, by a link whose hash is kept. Delegating or escalating adds a row."""

    __tablename__ = "approval"
    __table_args__ = (
        sa.CheckConstraint("mode IN ('manager', 'lead')", name="mode"),
        sa.CheckConstraint(
            "decision IN ('', 'approved', 'declined', 'expired', 'delegated', 'withdrawn')", name="decision"
        ),
        sa.Index(None, "decision", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    mode: Mapped[str] = mapped_column(sa.String(10))
    approver_name: Mapped[str] = mapped_column(sa.String(200), default="")
    approver_email: Mapped[str] = mapped_column(sa.String(254))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    asked_again_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(sa.String(10), default="")  # "" while they have not said
    decided_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(sa.Text, default="")
    before_id: Mapped[int | None] = mapped_column(sa.ForeignKey("approval.id"))  # who was asked before them

    booking: Mapped[Booking] = relationship()


class RequirementWaiver(Base):
    """Somebody may take an event without the course that comes before it, and why."""

    __tablename__ = "requirement_waiver"
    __table_args__ = (sa.UniqueConstraint("person_id", "event_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    why: Mapped[str] = mapped_column(sa.Text)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    by: Mapped[Person] = relationship(foreign_keys=[by_id])
