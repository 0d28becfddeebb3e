"""What people add to the figures in the annual report: commentary and chosen comments."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..catalogue.models import Course
from ..db import Base
from ..evaluation.models import Answer


class ReportPassage(Base):
    """A passage of the training section in people's words: for a course, or for a part of the section."""

    __tablename__ = "report_passage"
    __table_args__ = (sa.UniqueConstraint("partnership_id", "year", "part", "course_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    year: Mapped[int]
    part: Mapped[str] = mapped_column(sa.String(30))  # introduction | course | priorities
    course_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course.id"))
    text: Mapped[str] = mapped_column(sa.Text)
    written_at: Mapped[datetime]
    written_by: Mapped[str] = mapped_column(sa.String(40), default="")

    course: Mapped[Course | None] = relationship()


class ReportComment(Base):
    """A released comment chosen for the report of a year."""

    __tablename__ = "report_comment"

    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[int] = mapped_column(sa.ForeignKey("answer.id"), primary_key=True)
    chosen_at: Mapped[datetime]
    chosen_by: Mapped[str] = mapped_column(sa.String(40), default="")

    answer: Mapped[Answer] = relationship()
