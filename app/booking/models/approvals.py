"""Who was asked to agree to a booking, and what they said; and waivers of required courses."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...accounts.models import Person
from ...db import Base, new_public_id
from ..approval_rules import still_ends_at
from .bookings import Booking


class Approval(Base):
    """One approver asked about one booking, by a link whose hash is kept. Delegating or escalating adds a row.

    Without an address there was nobody to ask: then it waits for the desk.
    """

    __tablename__ = "approval"
    __table_args__ = (
        sa.CheckConstraint("mode IN ('manager', 'lead')", name="mode"),
        sa.CheckConstraint(
            "decision IN ('', 'approved', 'declined', 'expired', 'delegated', 'withdrawn')", name="decision"
        ),
        sa.Index(None, "decision", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"), index=True)
    mode: Mapped[str] = mapped_column(sa.String(10))
    approver_name: Mapped[str] = mapped_column(sa.String(200), default="")
    approver_email: Mapped[str] = mapped_column(sa.String(254))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    asked_again_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]  # others were asked besides, or there was nobody else to ask
    decision: Mapped[str] = mapped_column(sa.String(10), default="")  # "" while they have not said
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # None: by the link
    why: Mapped[str] = mapped_column(sa.Text, default="")
    before_id: Mapped[int | None] = mapped_column(sa.ForeignKey("approval.id"))  # who was asked before them

    booking: Mapped[Booking] = relationship()
    decided_by: Mapped[Person | None] = relationship()

    @property
    def ends_at(self) -> datetime:
        """When it runs out, as the course stands now."""
        return still_ends_at(self.expires_at, asked_at=self.asked_at, starts_at=self.booking.event.starts_at)

    @staticmethod
    def of(booking_id: int) -> sa.Select["Approval"]:
        """Everybody who was asked about a booking, the first first."""
        return sa.select(Approval).where(Approval.booking_id == booking_id).order_by(Approval.id)


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
