"""Observations of delivery: what went well, and what was agreed. For the trainer, the observer and the coordinator."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship, selectinload

from ...accounts.models import Person
from ...catalogue.models import Event
from ...db import Base, new_public_id


class Observation(Base):
    """Somebody watched a trainer deliver an event, and they talked about it afterwards."""

    __tablename__ = "observation"
    __table_args__ = (
        sa.CheckConstraint("observer_id <> trainer_id", name="two_people"),
        sa.UniqueConstraint("event_id", "trainer_id", "observer_id"),
        sa.Index(None, "trainer_id"),
        sa.Index(None, "observer_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    trainer_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    observer_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    went_well: Mapped[str] = mapped_column(sa.Text)
    written_at: Mapped[datetime]
    written_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    event: Mapped[Event] = relationship()
    trainer: Mapped[Person] = relationship(foreign_keys=[trainer_id])
    observer: Mapped[Person] = relationship(foreign_keys=[observer_id])
    points: Mapped[list["AgreedPoint"]] = relationship(
        order_by="AgreedPoint.id", back_populates="observation"
    )

    @staticmethod
    def of_partnership(partnership_id: int) -> sa.Select["Observation"]:
        """Everything observed on a partnership's events, the newest event first, with who and what was agreed."""
        wanted = sa.select(Observation).join(Event, Event.id == Observation.event_id)
        with_all = (
            joinedload(Observation.event).joinedload(Event.course),
            joinedload(Observation.trainer),
            joinedload(Observation.observer),
            selectinload(Observation.points),
        )
        mine = wanted.where(Event.host_id == partnership_id).options(*with_all)
        return mine.order_by(Event.ends_at.desc(), Observation.id.desc())

    @staticmethod
    def about_or_by(person_id: int) -> sa.ColumnElement[bool]:
        """The condition that somebody was observed, or observed."""
        return sa.or_(Observation.trainer_id == person_id, Observation.observer_id == person_id)


class AgreedPoint(Base):
    """One thing the two agreed on, perhaps by a day; done when one of them says so."""

    __tablename__ = "agreed_point"
    __table_args__ = (sa.Index(None, "observation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    observation_id: Mapped[int] = mapped_column(sa.ForeignKey("observation.id"))
    text: Mapped[str] = mapped_column(sa.Text)
    by_on: Mapped[date | None]
    done_at: Mapped[datetime | None]
    done_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    observation: Mapped[Observation] = relationship(back_populates="points")
