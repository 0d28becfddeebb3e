"""Who has done what, and how we know."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Person
from ..catalogue.models import Course
from ..db import Base


class Completion(Base):
    """A person completed a course: by event, module, checked evidence or in an earlier system."""

    __tablename__ = "completion"
    __table_args__ = (
        sa.CheckConstraint("how IN ('event', 'module', 'evidence', 'earlier system')", name="how"),
        sa.UniqueConstraint("person_id", "course_id", "how", "event_id"),
        sa.Index(None, "course_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event.id"))
    completed_at: Mapped[datetime]
    how: Mapped[str] = mapped_column(sa.String(20))

    person: Mapped[Person] = relationship()
    course: Mapped[Course] = relationship()

    @staticmethod
    def of(person_id: int) -> sa.Select["Completion"]:
        """What a person has completed, newest first."""
        return (
            sa.select(Completion)
            .where(Completion.person_id == person_id)
            .order_by(Completion.completed_at.desc())
        )
