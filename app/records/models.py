"""The learning record: certificates."""

from datetime import datetime

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
