"""Who asked to join the training pool, and what their managers were asked about releasing them."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from ...accounts.models import Person
from ...db import Base, new_public_id
from .members import PoolMember


class PoolApplication(Base):
    """Somebody would like to join the training pool: what they wrote, and what was decided."""

    __tablename__ = "pool_application"
    __table_args__ = (
        sa.CheckConstraint("state IN ('waiting', 'accepted', 'declined', 'withdrawn')", name="state"),
        sa.CheckConstraint("days_offered >= 0", name="days_offered"),
        sa.Index(None, "person_id"),
        sa.Index(
            "uq_pool_application_waiting",
            "partnership_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    course_ids: Mapped[list[int]] = mapped_column(sa.JSON, default=list)  # what they would like to deliver
    areas: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    days_offered: Mapped[int | None]
    in_the_room: Mapped[bool] = mapped_column(default=True)
    virtual: Mapped[bool] = mapped_column(default=True)
    train_the_trainer_on: Mapped[date | None]
    phone: Mapped[str] = mapped_column(sa.String(40), default="")
    about: Mapped[str] = mapped_column(sa.Text, default="")
    manager_name: Mapped[str] = mapped_column(sa.String(200), default="")
    manager_email: Mapped[str] = mapped_column(sa.String(254), default="")
    state: Mapped[str] = mapped_column(sa.String(10), default="waiting")
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    why: Mapped[str] = mapped_column(sa.Text, default="")  # it was declined; they read it

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id])

    @staticmethod
    def waiting_for(partnership_id: int) -> sa.Select["PoolApplication"]:
        """What still has to be decided, the oldest first."""
        waits = PoolApplication.partnership_id == partnership_id, PoolApplication.state == "waiting"
        found = sa.select(PoolApplication).where(*waits).options(joinedload(PoolApplication.person))
        return found.order_by(PoolApplication.asked_at, PoolApplication.id)


class ReleaseRequest(Base):
    """A manager was asked, by a link whose hash is kept, to release a member until a day; asking again is a new row."""

    __tablename__ = "release_request"
    __table_args__ = (
        sa.CheckConstraint("answer IN ('', 'agreed', 'declined', 'expired', 'taken back')", name="answer"),
        sa.Index(None, "member_id"),
        sa.Index(
            "uq_release_request_open",
            "member_id",
            unique=True,
            sqlite_where=sa.text("answer = ''"),
            postgresql_where=sa.text("answer = ''"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("pool_member.id"))
    manager_name: Mapped[str] = mapped_column(sa.String(200), default="")
    manager_email: Mapped[str] = mapped_column(sa.String(254))
    until_on: Mapped[date]  # what is asked for: they are released until then
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    asked_again_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(sa.String(10), default="")  # "" while they have not said
    answered_at: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(sa.Text, default="")

    member: Mapped[PoolMember] = relationship()
    asked_by: Mapped[Person | None] = relationship()
