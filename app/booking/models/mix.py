"""Who shares an event's places: caps, places kept for some, and places an agency's lead holds without names."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...accounts.models import Agency, Person, Setting, Team
from ...catalogue.models import Event
from ...db import Base, new_public_id


class MixRule(Base):
    """A cap on the places of an agency, setting or sector, or places kept for one.

    Without a target a cap holds for each agency (or setting, or sector) alike.
    """

    __tablename__ = "mix_rule"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('cap', 'kept')", name="kind"),
        sa.CheckConstraint("of IN ('agency', 'setting', 'sector')", name="of"),
        sa.CheckConstraint("places >= 0", name="places"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(10))
    of: Mapped[str] = mapped_column(sa.String(10))
    agency_id: Mapped[int | None] = mapped_column(sa.ForeignKey("agency.id"))
    setting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("setting.id"))
    sector: Mapped[str] = mapped_column(sa.String(80), default="")
    places: Mapped[int]
    until_at: Mapped[datetime | None]  # from then on it no longer holds

    agency: Mapped[Agency | None] = relationship()
    setting: Mapped[Setting | None] = relationship()


class Nomination(Base):
    """Places a lead holds for their people; ``places`` have no name yet and count as held (trigger)."""

    __tablename__ = "nomination"
    of_an_event = True
    __table_args__ = (
        sa.CheckConstraint("places >= 0", name="places"),
        sa.CheckConstraint("asked >= 1", name="asked"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), index=True)
    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agency.id"), index=True)
    setting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("setting.id"))
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("team.id"))
    asked: Mapped[int]
    places: Mapped[int]
    made_at: Mapped[datetime]
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    name_by_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]  # all named, given back, or run out

    event: Mapped[Event] = relationship()
    agency: Mapped[Agency] = relationship()
    setting: Mapped[Setting | None] = relationship()
    team: Mapped[Team | None] = relationship()
    by: Mapped[Person] = relationship()

    @staticmethod
    def of_unit(
        event_id: int, agency_id: int, setting_id: int | None, team_id: int | None
    ) -> sa.ColumnElement[bool]:
        """The condition that places on an event are for exactly that agency, setting or team."""
        return sa.and_(
            Nomination.event_id == event_id,
            Nomination.agency_id == agency_id,
            Nomination.setting_id.is_not_distinct_from(setting_id),
            Nomination.team_id.is_not_distinct_from(team_id),
        )
