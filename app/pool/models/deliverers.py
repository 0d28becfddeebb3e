"""Who delivers an event, who did and no longer does, and who was asked to."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from ...accounts.models import Agency, Person
from ...catalogue.models import Event
from ...db import Base, new_public_id
from ..rules import ALIVE, DELIVERING, DELIVERY_PARTS, TRAINS

PARTS = ", ".join(f"'{part}'" for part in DELIVERY_PARTS)


class EventTrainer(Base):
    """A person who delivers an event, and as what."""

    __tablename__ = "event_trainer"
    of_an_event = True
    __table_args__ = (
        sa.UniqueConstraint("event_id", "person_id"),
        sa.CheckConstraint("part IN ('pool', 'expert', 'guest speaker', 'host')", name="part"),
        sa.CheckConstraint(f"delivers_as IN ({PARTS})", name="delivers_as"),
        sa.CheckConstraint("delivery_minutes >= 0 AND travel_minutes >= 0", name="minutes"),
        sa.Index(None, "person_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id"))  # of the day; none for experts
    part: Mapped[str] = mapped_column(sa.String(20))
    confirmed_at: Mapped[datetime | None]
    # Of the pool and of experts: in which part. Who observes is there and does not deliver.
    delivers_as: Mapped[str] = mapped_column(sa.String(10), default="lead", server_default="lead")
    preparation_minutes: Mapped[int] = mapped_column(default=0)
    delivery_minutes: Mapped[int | None]  # None: as long as the sessions are
    travel_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    # Names their sessions in their calendar; nobody else's has it.
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    # Rises with every invite they get for it; SEQUENCE in the calendar.
    invite_sequence: Mapped[int] = mapped_column(default=0, server_default="0")

    event: Mapped[Event] = relationship()
    person: Mapped[Person] = relationship()
    agency: Mapped[Agency | None] = relationship()

    @staticmethod
    def trains() -> sa.ColumnElement[bool]:
        """The condition that somebody delivers: not who observes, speaks as a guest or hosts the virtual room."""
        return sa.and_(EventTrainer.part.in_(TRAINS), EventTrainer.delivers_as.in_(DELIVERING))


class TrainerReleased(Base):
    """Somebody no longer delivers an event, and what their calendar knew of it: it is told for a while that it is off."""

    __tablename__ = "trainer_released"
    of_an_event = True
    __table_args__ = (sa.Index(None, "event_id"), sa.Index(None, "person_id", "at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
    trainer: Mapped[str] = mapped_column(sa.String(24), unique=True)  # the ``public_id`` they had on it
    invite_sequence: Mapped[int]
    # Each as (session, start, end, place, number, of).
    sessions: Mapped[Any] = mapped_column(sa.JSON)


class TrainerCall(Base):
    """Somebody was asked to deliver an event, by a link whose hash is kept; asking once more is another row."""

    __tablename__ = "trainer_call"
    of_an_event = True
    __table_args__ = (
        sa.CheckConstraint("part IN ('pool', 'expert')", name="part"),
        sa.CheckConstraint(
            "answer IN ('', 'yes', 'waits', 'reserve', 'no', 'taken back', 'filled', 'called off', 'too late')",
            name="answer",
        ),
        sa.CheckConstraint(f"delivers_as IN ({PARTS})", name="delivers_as"),
        sa.CheckConstraint("confirmed_by IN ('at once', 'desk')", name="confirmed_by"),
        sa.Index(None, "event_id"),
        sa.Index(None, "person_id"),
        sa.Index(
            "uq_trainer_call_alive",
            "event_id",
            "person_id",
            unique=True,
            sqlite_where=sa.text("answer IN ('', 'waits', 'reserve')"),
            postgresql_where=sa.text("answer IN ('', 'waits', 'reserve')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    part: Mapped[str] = mapped_column(sa.String(20))
    delivers_as: Mapped[str] = mapped_column(sa.String(10), default="lead", server_default="lead")
    confirmed_by: Mapped[str] = mapped_column(sa.String(10), default="at once", server_default="at once")
    closes_at: Mapped[datetime | None]  # until when they can answer; None: until it begins
    again_at: Mapped[datetime | None]  # when they are asked once more, if they have not answered
    asked_again_at: Mapped[datetime | None]
    asked_why: Mapped[str] = mapped_column(sa.Text, default="", server_default="")  # though not eligible
    maybe_at: Mapped[datetime | None]  # when they said maybe; the call stays open
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    asked_at: Mapped[datetime]
    asked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    answer: Mapped[str] = mapped_column(sa.String(10), default="")  # "" while they have not said
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # None: they, by the link
    why: Mapped[str] = mapped_column(sa.Text, default="")

    event: Mapped[Event] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])

    @staticmethod
    def of(event_id: int) -> sa.Select["TrainerCall"]:
        """Everybody who was asked about an event, the first first."""
        calls = sa.select(TrainerCall).where(TrainerCall.event_id == event_id)
        return calls.options(joinedload(TrainerCall.person)).order_by(TrainerCall.id)

    @staticmethod
    def alive_for(event_id: int) -> sa.Select["TrainerCall"]:
        """Of these, who has not answered yet, whose yes waits, and who is a reserve."""
        return TrainerCall.of(event_id).where(TrainerCall.answer.in_(ALIVE))


class TrainerNeed(Base):
    """What an event needs, other than the partnership's setting says; saying it anew is another row."""

    __tablename__ = "trainer_need"
    of_an_event = True
    __table_args__ = (
        sa.CheckConstraint("trainers >= 1", name="trainers"),
        sa.CheckConstraint("leads >= 0 AND leads <= trainers", name="leads"),
        sa.CheckConstraint("agencies >= 1 AND agencies <= trainers", name="agencies"),
        sa.Index(None, "event_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    trainers: Mapped[int]  # how many in all
    leads: Mapped[int]  # of them, who lead
    agencies: Mapped[int]  # from how many agencies they are to come
    set_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    set_at: Mapped[datetime]


class TrainerChange(Base):
    """Somebody left an event, came to it as a reserve, or stands in for another: who, when, by whom, and why."""

    __tablename__ = "trainer_change"
    of_an_event = True
    __table_args__ = (
        sa.CheckConstraint("went_id IS NOT NULL OR came_id IS NOT NULL", name="somebody"),
        sa.Index(None, "event_id"),
        sa.Index(None, "went_id"),
        sa.Index(None, "came_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))  # themselves, or somebody at the desk
    went_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    came_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    why: Mapped[str] = mapped_column(sa.Text, default="")

    went: Mapped[Person | None] = relationship(foreign_keys=[went_id])
    came: Mapped[Person | None] = relationship(foreign_keys=[came_id])
    by: Mapped[Person] = relationship(foreign_keys=[by_id])

    @staticmethod
    def of(event_id: int) -> sa.Select["TrainerChange"]:
        """What changed about who delivers an event, the newest first."""
        changes = sa.select(TrainerChange).where(TrainerChange.event_id == event_id)
        people = (
            joinedload(TrainerChange.went),
            joinedload(TrainerChange.came),
            joinedload(TrainerChange.by),
        )
        return changes.options(*people).order_by(TrainerChange.id.desc())
