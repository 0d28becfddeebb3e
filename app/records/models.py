"""The learning record: certificates. And what stands on sign-in sheets."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..booking.models import Booking
from ..db import Base, new_public_id


class Certificate(Base):
    """A certificate was earned for a booking; ``public_id`` is its number, which anybody can check."""

    __tablename__ = "certificate"
    of_an_event = True

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"), unique=True)
    earned_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]  # the register was corrected

    booking: Mapped[Booking] = relationship()


class SheetChoice(Base):
    """What stands on the sign-in sheets of an event, or (without one) of every event of a partnership that has none."""

    __tablename__ = "sheet_choice"
    __table_args__ = (
        sa.CheckConstraint("boxes IN ('in and out', 'sessions')", name="boxes"),
        sa.CheckConstraint("blank_rows >= 0", name="blank_rows"),
        sa.Index(None, "partnership_id", "event_id"),
        sa.Index(None, "event_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event.id"))
    columns: Mapped[Any] = mapped_column(sa.JSON)  # names of columns
    boxes: Mapped[str] = mapped_column(sa.String(10))
    blank_rows: Mapped[int]
    chosen_at: Mapped[datetime]
    chosen_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    @staticmethod
    def holding(event_id: int, partnership_id: int) -> sa.Select["SheetChoice"]:
        """What was chosen last for an event; where nothing was, for its partnership."""
        ours = SheetChoice.partnership_id == partnership_id
        wanted = sa.or_(SheetChoice.event_id == event_id, SheetChoice.event_id.is_(None))
        own_first = SheetChoice.event_id.is_(None), SheetChoice.id.desc()
        return sa.select(SheetChoice).where(ours, wanted).order_by(*own_first).limit(1)
