"""Who has done what, and how we know."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Person
from ..catalogue.models import Course
from ..db import Base, new_public_id


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


class Evidence(Base):
    """A certificate from elsewhere that somebody handed in for a course; checked by an administrator."""

    __tablename__ = "evidence"
    __table_args__ = (
        sa.CheckConstraint("state IN ('waiting', 'accepted', 'refused')", name="state"),
        sa.Index(None, "person_id", "course_id"),
        sa.Index(None, "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    provider: Mapped[str] = mapped_column(sa.String(200), default="")
    completed_on: Mapped[date]
    file_name: Mapped[str] = mapped_column(sa.String(200))
    file_type: Mapped[str] = mapped_column(sa.String(60))
    file: Mapped[bytes] = mapped_column(sa.LargeBinary, deferred=True)
    handed_in_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(sa.String(10), default="waiting")
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    why: Mapped[str] = mapped_column(sa.Text, default="")
    completion_id: Mapped[int | None] = mapped_column(sa.ForeignKey("completion.id"))

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])
    course: Mapped[Course] = relationship()
