"""Who belongs to the training pool: what they may deliver and until when, when they cannot."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...accounts.models import Person
from ...catalogue.models import Course
from ...db import Base
from ..rules import DELIVERY_PARTS

PARTS = ", ".join(f"'{part}'" for part in DELIVERY_PARTS)


def in_force(table: Any, day: date) -> sa.ColumnElement[bool]:
    """The condition that a dated row holds on a day, its last day included."""
    return sa.and_(table.from_on <= day, sa.or_(table.until_on.is_(None), table.until_on >= day))


class PoolMember(Base):
    """A person who delivers for a partnership: of the pool, or commissioned from outside; dated."""

    __tablename__ = "pool_member"
    __table_args__ = (
        sa.CheckConstraint("standing IN ('pool', 'expert')", name="standing"),
        sa.CheckConstraint("days_offered >= 0", name="days_offered"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    standing: Mapped[str] = mapped_column(sa.String(10))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    phone: Mapped[str] = mapped_column(sa.String(40), default="", server_default="")  # for the desk, in need
    train_the_trainer_on: Mapped[date | None]
    released_by: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")  # their manager
    released_until: Mapped[date | None]  # until when the manager agreed to release them
    days_offered: Mapped[int | None]  # a reporting year; None where nothing was said
    areas: Mapped[list[str]] = mapped_column(
        sa.JSON, default=list, server_default="[]"
    )  # where they travel to
    in_the_room: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    virtual: Mapped[bool] = mapped_column(default=True, server_default=sa.true())
    about: Mapped[str] = mapped_column(sa.Text, default="", server_default="")  # for the coordinator

    person: Mapped[Person] = relationship()


class DeliveryApproval(Base):
    """A member may deliver a course in a part: approved by whom, from when and until when. Ended, not deleted."""

    __tablename__ = "delivery_approval"
    __table_args__ = (
        sa.CheckConstraint(f"delivers_as IN ({PARTS})", name="delivers_as"),
        sa.Index(None, "member_id"),
        sa.Index(None, "course_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("pool_member.id"))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    delivers_as: Mapped[str] = mapped_column(sa.String(10))
    from_on: Mapped[date]
    until_on: Mapped[date | None]  # the last day; None: until it is ended
    approved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # None: before this system

    member: Mapped[PoolMember] = relationship()
    course: Mapped[Course] = relationship()
    approved_by: Mapped[Person | None] = relationship()


class Unavailability(Base):
    """Days on which a member cannot deliver, both included. Why is theirs to say, and nobody asks."""

    __tablename__ = "unavailability"
    __table_args__ = (sa.CheckConstraint("until_on >= from_on", name="order"), sa.Index(None, "member_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("pool_member.id"))
    from_on: Mapped[date]
    until_on: Mapped[date]

    member: Mapped[PoolMember] = relationship()
