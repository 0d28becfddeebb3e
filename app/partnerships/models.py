"""Partnerships and their dated settings."""

from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base


class Partnership(Base):
    """A safeguarding children partnership that runs a programme here."""

    __tablename__ = "partnership"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(60), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    short_name: Mapped[str] = mapped_column(sa.String(40))
    contact_email: Mapped[str] = mapped_column(sa.String(254), default="")
    contact_phone: Mapped[str] = mapped_column(sa.String(40), default="")

    @staticmethod
    @cache
    def by_slug(slug: str) -> sa.Select["Partnership"]:
        """The partnership of that name in addresses and settings."""
        return sa.select(Partnership).where(Partnership.slug == slug)

    @staticmethod
    @cache
    def first() -> sa.Select["Partnership"]:
        """The partnership a site serves when its setting names none."""
        return sa.select(Partnership).order_by(Partnership.id).limit(1)


class PartnershipSetting(Base):
    """A rule's number or a label, from a day on. The newest that has begun holds."""

    __tablename__ = "partnership_setting"
    __table_args__ = (sa.UniqueConstraint("partnership_id", "key", "from_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    key: Mapped[str] = mapped_column(sa.String(60))
    value: Mapped[Any] = mapped_column(sa.JSON)
    from_on: Mapped[date]
    set_by: Mapped[str] = mapped_column(sa.String(40), default="")
    set_at: Mapped[datetime]

    @staticmethod
    def on(key: str, partnership_id: Any, day: Any) -> sa.ScalarSelect[Any]:
        """The value of one setting on a day, beside other columns; NULL where nobody has set it."""
        held = PartnershipSetting.partnership_id == partnership_id, PartnershipSetting.from_on <= day
        wanted = sa.select(PartnershipSetting.value).where(PartnershipSetting.key == key, *held)
        return wanted.order_by(PartnershipSetting.from_on.desc()).limit(1).scalar_subquery()

    @staticmethod
    def held_on(partnership_id: int, day: date) -> sa.Select["PartnershipSetting"]:
        """All settings that have begun by that day, oldest first (so that the last of a key holds)."""
        return (
            sa.select(PartnershipSetting)
            .where(PartnershipSetting.partnership_id == partnership_id, PartnershipSetting.from_on <= day)
            .order_by(PartnershipSetting.from_on)
        )
