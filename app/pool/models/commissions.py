"""What commissioned experts were commissioned for, and at which fee."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...catalogue.models import Event
from ...db import Base, new_public_id
from .members import PoolMember


class Commission(Base):
    """A contract with somebody from outside: its reference, the fee, who agreed it, when it was paid."""

    __tablename__ = "commission"
    __table_args__ = (
        sa.CheckConstraint("fee_pence >= 0", name="fee_pence"),
        sa.CheckConstraint("paid_on IS NULL OR called_off_on IS NULL", name="paid_or_called_off"),
        sa.Index(None, "member_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    member_id: Mapped[int] = mapped_column(sa.ForeignKey("pool_member.id"))
    reference: Mapped[str] = mapped_column(sa.String(60))  # the partnership's own, of the contract
    fee_pence: Mapped[int]
    for_what: Mapped[str] = mapped_column(sa.Text, default="")  # days and work, in words
    agreed_by: Mapped[str] = mapped_column(sa.String(200))
    agreed_on: Mapped[date]  # the reporting year of the fee is this day's
    paid_on: Mapped[date | None]
    called_off_on: Mapped[date | None]  # nothing is owed any more
    entered_at: Mapped[datetime]
    entered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    member: Mapped[PoolMember] = relationship()
    events: Mapped[list[Event]] = relationship(secondary="commission_event", order_by=Event.starts_at)

    @staticmethod
    def of(member_ids: list[int]) -> sa.Select["Commission"]:
        """The contracts with somebody, the newest first."""
        wanted = sa.select(Commission).where(Commission.member_id.in_(member_ids))
        return wanted.order_by(Commission.agreed_on.desc(), Commission.id.desc())


class CommissionEvent(Base):
    """A date that a contract is for."""

    __tablename__ = "commission_event"
    __table_args__ = (sa.Index(None, "event_id"),)

    commission_id: Mapped[int] = mapped_column(sa.ForeignKey("commission.id"), primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), primary_key=True)
