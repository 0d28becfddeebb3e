"""Who learns online: modules taken up and completed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import Agency, Person, Setting
from ..catalogue.models import Course
from ..db import Base


class ModuleTake(Base):
    """A person took up a module: begun, once per person, module and reporting year.

    ``course`` is the catalogue's entry of kind e-learning. Agency, setting, sector and role group are those of
    the day it was begun. ``year`` is the calendar year in which the reporting year began.
    """

    __tablename__ = "module_take"
    of_an_event = True
    __table_args__ = (
        sa.UniqueConstraint("person_id", "course_id", "year"),
        sa.CheckConstraint("how IN ('module', 'earlier system')", name="how"),
        sa.CheckConstraint("completed_at IS NULL OR completed_at >= begun_at", name="order"),
        sa.Index(None, "course_id", "begun_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"))
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    year: Mapped[int]
    agency_id: Mapped[int] = mapped_column(sa.ForeignKey("agency.id"))
    setting_id: Mapped[int | None] = mapped_column(sa.ForeignKey("setting.id"))
    sector: Mapped[str] = mapped_column(sa.String(80), default="")
    role_group: Mapped[str] = mapped_column(sa.String(60), default="")
    begun_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    how: Mapped[str] = mapped_column(sa.String(20), default="module")

    person: Mapped[Person] = relationship()
    course: Mapped[Course] = relationship()
    agency: Mapped[Agency] = relationship()
    setting: Mapped[Setting | None] = relationship()
