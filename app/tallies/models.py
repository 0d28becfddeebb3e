"""Each event and each module in numbers that add up (domain.md, "Tallies")."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base


class EventTally(Base):
    """One event in counts; ``counts`` has the shape that ``tallies.rules.EventCounts`` describes."""

    __tablename__ = "event_tally"
    __table_args__ = (sa.Index(None, "partnership_id", "year"),)

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"), primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    year: Mapped[int]  # calendar year in which the reporting year of the last session began
    ended_on: Mapped[date]
    counts: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    digest: Mapped[str] = mapped_column(sa.String(32))  # of the counts: what was summed from them may be kept
    written_at: Mapped[datetime]


class ModuleTally(Base):
    """One module in one month, in counts by agency and setting."""

    __tablename__ = "module_tally"
    __table_args__ = (sa.Index(None, "partnership_id", "year"),)

    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"), primary_key=True)
    month_on: Mapped[date] = mapped_column(primary_key=True)  # its first day
    year: Mapped[int]
    counts: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    digest: Mapped[str] = mapped_column(sa.String(32))  # of the counts: what was summed from them may be kept
    written_at: Mapped[datetime]
