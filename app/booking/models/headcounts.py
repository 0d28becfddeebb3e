"""Organisations that send numbers to a headcount-only event."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...accounts.models import Agency, Setting
from ...db import Base, new_public_id


class Headcount(Base):
    """An organisation on a headcount-only event: its numbers, no accounts."""

    __tablename__ = "headcount"
    of_an_event = True
    __table_args__ = (sa.UniqueConstraint("event_id", "organisation"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), index=True)
    organisation: Mapped[str] = mapped_column(sa.String(200))
    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agency.id"))
    setting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("setting.id"))
    sector: Mapped[str] = mapped_column(sa.String(80), default="")
    expected: Mapped[int]
    booked_on: Mapped[date]
    token: Mapped[str] = mapped_column(
        sa.String(24), unique=True, default=new_public_id
    )  # to change or cancel
    contact_name: Mapped[str] = mapped_column(sa.String(200), default="", server_default="")
    contact_email: Mapped[str] = mapped_column(sa.String(254), default="", server_default="")
    needs: Mapped[str] = mapped_column(
        sa.Text, default="", server_default=""
    )  # access needs of the group; wiped 30 days after
    sent_at: Mapped[datetime | None]  # when their numbers were sent last; None for those of before
    sent_from: Mapped[str] = mapped_column(
        sa.String(64), default="", server_default=""
    )  # keyed hash of the network, to count by
    cancelled_at: Mapped[datetime | None]

    agency: Mapped[Agency] = relationship()
    setting: Mapped[Setting | None] = relationship()
