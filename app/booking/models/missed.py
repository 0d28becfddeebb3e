"""Places somebody had and nobody came for, as a closed register said: written by ``records`` (the register lies above)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ...db import Base


class MissedPlace(Base):
    """Somebody was expected, did not come and was not excused; gone again when the register is corrected."""

    __tablename__ = "missed_place"
    of_an_event = True
    __table_args__ = (sa.Index(None, "person_id", "ended_at"),)

    booking_id: Mapped[int] = mapped_column(
        sa.ForeignKey("booking.id"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    ended_at: Mapped[datetime]  # when the course was over

    @staticmethod
    def number_of(person_id: int, since: datetime, until: datetime) -> sa.Select[int]:
        """How many places of a person's nobody came for, of courses that ended in a span of time."""
        return sa.select(sa.func.count()).where(
            MissedPlace.person_id == person_id, MissedPlace.ended_at > since, MissedPlace.ended_at <= until
        )
