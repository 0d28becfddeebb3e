"""Who wants to hear of a course's next date."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...accounts.models import Person
from ...catalogue.models import Course
from ...db import Base


class Interest(Base):
    """ "Tell me when this runs": a person who waits for a date of a course."""

    __tablename__ = "interest"
    __table_args__ = (sa.UniqueConstraint("course_id", "person_id", "asked_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), index=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    asked_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(sa.String(60), default="")
    ended_at: Mapped[datetime | None]  # booked, or no longer wanted
    area: Mapped[str] = mapped_column(
        sa.String(80), default="", server_default=""
    )  # where they would come to
    time_of_day: Mapped[str] = mapped_column(sa.String(20), default="", server_default="")

    course: Mapped[Course] = relationship()
    person: Mapped[Person] = relationship()

    @staticmethod
    def open_of(person_id: int) -> sa.Select["Interest"]:
        """The courses a person still waits to hear of."""
        return sa.select(Interest).where(Interest.person_id == person_id, Interest.ended_at.is_(None))
