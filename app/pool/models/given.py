"""What delivering took: each time it was said is a row, and the newest holds."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from ...accounts.models import Person
from ...catalogue.models import Course
from ...db import Base


class TimeEntry(Base):
    """Somebody said what an event took of a trainer's time; ``EventTrainer`` holds what was said last."""

    __tablename__ = "time_entry"
    of_an_event = True
    __table_args__ = (
        sa.CheckConstraint(
            "preparation_minutes >= 0 AND delivery_minutes >= 0 AND travel_minutes >= 0", name="minutes"
        ),
        sa.Index(None, "event_id", "person_id"),
        sa.Index(None, "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    preparation_minutes: Mapped[int]
    delivery_minutes: Mapped[int | None]  # None: as long as the sessions are
    travel_minutes: Mapped[int]
    why: Mapped[str] = mapped_column(sa.Text, default="")  # of a coordinator who corrects

    by: Mapped[Person | None] = relationship(foreign_keys=[by_id])

    @staticmethod
    def of(event_id: int, person_id: int) -> sa.Select["TimeEntry"]:
        """Everything that was said of one trainer on one event, the newest first."""
        mine = TimeEntry.event_id == event_id, TimeEntry.person_id == person_id
        return (
            sa.select(TimeEntry).where(*mine).options(joinedload(TimeEntry.by)).order_by(TimeEntry.id.desc())
        )


class PlannedDates(Base):
    """How many dates of a course a coordinator means to run in a reporting year."""

    __tablename__ = "planned_dates"
    __table_args__ = (
        sa.UniqueConstraint("partnership_id", "year", "course_id"),
        sa.CheckConstraint("dates >= 0", name="dates"),
        sa.Index(None, "course_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    year: Mapped[int]  # the calendar year in which it begins
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    dates: Mapped[int]
    set_at: Mapped[datetime]
    set_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    course: Mapped[Course] = relationship()
