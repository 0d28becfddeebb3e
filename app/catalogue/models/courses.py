"""Courses: what is taught, what they ask for, and what counts as the same."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ...db import Base


class Course(Base):
    """An entry of the catalogue: what is taught, to whom, at which level."""

    __tablename__ = "course"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('core', 'subject', 'seminar', 'e-learning', 'forum')", name="kind"),
        sa.CheckConstraint(
            "delivery IN ('classroom', 'virtual', 'blended', 'e-learning', 'external')", name="delivery"
        ),
        sa.CheckConstraint("level IS NULL OR level BETWEEN 1 AND 4", name="level"),
        sa.CheckConstraint("approval IN ('', 'confirm', 'manager', 'lead')", name="approval"),
        sa.CheckConstraint("part_one IN ('chase', 'release')", name="part_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    title: Mapped[str] = mapped_column(sa.String(200))
    other_names: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    kind: Mapped[str] = mapped_column(sa.String(20))
    delivery: Mapped[str] = mapped_column(sa.String(20))
    level: Mapped[int | None]
    summary: Mapped[str] = mapped_column(sa.Text, default="")
    description: Mapped[str] = mapped_column(sa.Text, default="")  # CommonMark without HTML
    outcomes: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    audience: Mapped[str] = mapped_column(sa.Text, default="")
    audience_groups: Mapped[list[str]] = mapped_column(sa.JSON, default=list)  # role groups; empty = all
    do_first: Mapped[str] = mapped_column(sa.Text, default="")
    content_note: Mapped[str] = mapped_column(
        sa.Text, default="", server_default=""
    )  # what may be hard to hear
    minutes: Mapped[int | None]
    provider: Mapped[str] = mapped_column(sa.String(200), default="")
    provider_url: Mapped[str] = mapped_column(sa.String(500), default="")
    joining: Mapped[str] = mapped_column(sa.String(200), default="")
    themes: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    certificate_waits_for_after: Mapped[bool] = mapped_column(default=True)
    # Who has to agree before somebody is booked: "" nobody; see booking.approval_rules for the others.
    approval: Mapped[str] = mapped_column(sa.String(10), default="", server_default="")
    copies_manager: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # What happens at the deadline to a place whose required course is not done.
    part_one: Mapped[str] = mapped_column(sa.String(10), default="chase", server_default="chase")
    several_places: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    refresh_every_months: Mapped[int | None]  # how long it lasts once completed; None: for good
    # When who came has completed it (partnerships.outcome_rules); None: as the partnership has it.
    outcome_rule: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    learning_points: Mapped[list[str]] = mapped_column(
        sa.JSON, default=list, server_default=sa.text("'[]'")
    )  # for its trainers to weave in
    published: Mapped[bool] = mapped_column(default=True)
    # Lower-case text of everything a search looks at.
    search_text: Mapped[str] = mapped_column(sa.Text, default="")
    # sha256 of the course file it was last loaded from; "" when it was made on the site.
    loaded_hash: Mapped[str] = mapped_column(sa.String(64), default="")
    edited_at: Mapped[datetime | None]  # when it was last edited on the site
    created_at: Mapped[datetime]

    @staticmethod
    def offered_by(partnership_id: int) -> sa.Select["Course"]:
        """The courses of a partnership's programme, by title; drafts included."""
        return (
            sa.select(Course)
            .join(CourseOffer, CourseOffer.course_id == Course.id)
            .where(CourseOffer.partnership_id == partnership_id)
            .order_by(Course.title)
        )


class CourseOffer(Base):
    """A course in the programme of a partnership."""

    __tablename__ = "course_offer"

    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"), primary_key=True)

    course: Mapped[Course] = relationship()


class CourseRequirement(Base):
    """A course that comes before another."""

    __tablename__ = "course_requirement"
    __table_args__ = (
        sa.CheckConstraint("strength IN ('to book', 'by a deadline', 'advised')", name="strength"),
    )

    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    required_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    strength: Mapped[str] = mapped_column(sa.String(20))

    required: Mapped[Course] = relationship(foreign_keys=[required_id])

    @staticmethod
    def of(course_id: "int | sa.BindParameter[Any]") -> sa.Select[str, str, str, str]:
        """What comes before a course: slug, title, kind and strength, the strongest first."""
        order = sa.case({"to book": 0, "by a deadline": 1}, value=CourseRequirement.strength, else_=2)
        return (
            sa.select(Course.slug, Course.title, Course.kind, CourseRequirement.strength)
            .join(Course, Course.id == CourseRequirement.required_id)
            .where(CourseRequirement.course_id == course_id)
            .order_by(order, Course.title)
        )


class CourseEquivalent(Base):
    """Another course that counts as this one where this one is required."""

    __tablename__ = "course_equivalent"

    course_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)
    equivalent_id: Mapped[int] = mapped_column(sa.ForeignKey("course.id"), primary_key=True)

    equivalent: Mapped[Course] = relationship(foreign_keys=[equivalent_id])

    @staticmethod
    def of(course_id: int) -> sa.Select[str]:
        """The slugs of the courses that count as one."""
        return (
            sa.select(Course.slug)
            .join(CourseEquivalent, CourseEquivalent.equivalent_id == Course.id)
            .where(CourseEquivalent.course_id == course_id)
        )
