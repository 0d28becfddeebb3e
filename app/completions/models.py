"""Who has done what, and how we know."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from ..accounts.models import Person
from ..catalogue.models import Course
from ..db import Base, new_public_id
from ..partnerships.models import Partnership


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
        sa.Index(None, "partnership_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    partnership_id: Mapped[int] = mapped_column(
        sa.ForeignKey("partnership.id")
    )  # whose administrators check it
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
    partnership: Mapped[Partnership] = relationship()

    @staticmethod
    def by_public_id(public_id: str) -> sa.Select["Evidence"]:
        """One certificate with whose it is, for what, and who decided; without its file."""
        everything = (Evidence.person, Evidence.course, Evidence.partnership, Evidence.decided_by)
        return (
            sa.select(Evidence)
            .where(Evidence.public_id == public_id)
            .options(*(joinedload(part) for part in everything))
        )

    @staticmethod
    def waiting_of(person_id: int, course_id: int) -> sa.Select[str]:
        """The public id of what a person handed in for a course and nobody has checked yet."""
        return sa.select(Evidence.public_id).where(
            Evidence.person_id == person_id, Evidence.course_id == course_id, Evidence.state == "waiting"
        )

    @staticmethod
    def not_counted(person_id: int) -> sa.Select["Evidence"]:
        """What a person handed in and does not count (yet), newest first."""
        return (
            sa.select(Evidence)
            .where(Evidence.person_id == person_id, Evidence.state != "accepted")
            .options(joinedload(Evidence.course))
            .order_by(Evidence.handed_in_at.desc())
        )

    @staticmethod
    def at_the_desk(partnership_id: int, *, waiting: bool) -> sa.Select["Evidence"]:
        """What waits to be checked, longest waiting first; or what was decided, newest first."""
        order = Evidence.handed_in_at if waiting else Evidence.decided_at.desc()
        return (
            sa.select(Evidence)
            .where(
                Evidence.partnership_id == partnership_id,
                (Evidence.state == "waiting") if waiting else (Evidence.state != "waiting"),
            )
            .options(
                joinedload(Evidence.person), joinedload(Evidence.course), joinedload(Evidence.decided_by)
            )
            .order_by(order, Evidence.id)
        )

    @staticmethod
    def number_waiting(partnership_id: int) -> sa.Select[int]:
        """How many certificates wait to be checked."""
        return (
            sa.select(sa.func.count())
            .select_from(Evidence)
            .where(Evidence.partnership_id == partnership_id, Evidence.state == "waiting")
        )
