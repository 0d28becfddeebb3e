"""Files and links of events and courses; whether an event is recorded, and who agrees to it."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from ..accounts.models import Person
from ..booking.models import Booking
from ..catalogue.models import Course, Event
from ..db import Base, new_public_id


class Material(Base):
    """A file or a link for those on one event, or on every event of a course that a partnership holds.

    Removed, it keeps its title and who had it there from when to when; the file and the address are gone. Nothing of
    an event's tally follows from it, so it does not change inside ``changing(event)``.
    """

    __tablename__ = "material"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('file', 'link', 'recording')", name="kind"),
        sa.CheckConstraint("shown IN ('booking', 'before', 'after')", name="shown"),
        sa.CheckConstraint("(event_id IS NULL) <> (course_id IS NULL)", name="of_one"),
        sa.CheckConstraint("kind <> 'recording' OR until_on IS NOT NULL", name="expires"),
        sa.CheckConstraint("working_days >= 0", name="working_days"),
        sa.Index(None, "event_id"),
        sa.Index(None, "course_id", "partnership_id"),
        sa.Index(None, "until_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event.id"))
    course_id: Mapped[int | None] = mapped_column(sa.ForeignKey("course.id"))
    kind: Mapped[str] = mapped_column(sa.String(10))
    title: Mapped[str] = mapped_column(sa.String(200))
    url: Mapped[str] = mapped_column(sa.String(800), default="")
    file_name: Mapped[str] = mapped_column(sa.String(120), default="")
    file_type: Mapped[str] = mapped_column(sa.String(100), default="")
    file_size: Mapped[int] = mapped_column(default=0)
    file: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    shown: Mapped[str] = mapped_column(sa.String(10))
    working_days: Mapped[int] = mapped_column(default=0)  # before the start, where it is shown "before"
    only_who_came: Mapped[bool] = mapped_column(default=False)
    until_on: Mapped[date | None]  # the last day on which it is shown
    added_at: Mapped[datetime]
    added_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    removed_at: Mapped[datetime | None]
    removed_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # None: the clock

    event: Mapped[Event | None] = relationship()
    course: Mapped[Course | None] = relationship()
    added_by: Mapped[Person | None] = relationship(foreign_keys=[added_by_id])

    @staticmethod
    def for_event(event_id: int) -> sa.Select["Material"]:
        """What there is for an event, its course's materials included, the oldest first; never the files."""
        return (
            sa.select(Material)
            .join(Event, sa.or_(Material.event_id == Event.id, Material.of_course_of(Event)))
            .where(Event.id == event_id, Material.removed_at.is_(None))
            .options(joinedload(Material.added_by))
            .order_by(Material.id)
        )

    @staticmethod
    def of_course_of(event: type[Event]) -> sa.ColumnElement[bool]:
        """The condition that it is there for every event of the course that its partnership holds."""
        return sa.and_(Material.course_id == event.course_id, Material.partnership_id == event.host_id)

    @staticmethod
    def of_course(course_id: int, partnership_id: int) -> sa.Select["Material"]:
        """What is there for every date of a course."""
        return (
            sa.select(Material)
            .where(
                Material.course_id == course_id,
                Material.partnership_id == partnership_id,
                Material.removed_at.is_(None),
            )
            .options(joinedload(Material.added_by))
            .order_by(Material.id)
        )

    @staticmethod
    def by_public_id(public_id: str) -> sa.Select["Material"]:
        """The material of that name in addresses, while it is there."""
        return sa.select(Material).where(Material.public_id == public_id, Material.removed_at.is_(None))


class RecordingNotice(Base):
    """What was said about recording an event; the newest holds."""

    __tablename__ = "recording_notice"
    of_an_event = True
    __table_args__ = (
        sa.CheckConstraint(
            "NOT recorded OR (what_for <> '' AND seen_by <> '' AND until_on IS NOT NULL)", name="complete"
        ),
        sa.Index(None, "event_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    recorded: Mapped[bool]
    what_for: Mapped[str] = mapped_column(sa.String(300), default="")
    seen_by: Mapped[str] = mapped_column(sa.String(300), default="")
    until_on: Mapped[date | None]  # the last day on which it is kept
    said_at: Mapped[datetime]
    said_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    @staticmethod
    def newest(event_id: int) -> sa.Select["RecordingNotice"]:
        """What holds for an event."""
        return (
            sa.select(RecordingNotice)
            .where(RecordingNotice.event_id == event_id)
            .order_by(RecordingNotice.id.desc())
            .limit(1)
        )


class RecordingConsent(Base):
    """Somebody on an event said whether they agree to what its notice says; the newest holds."""

    __tablename__ = "recording_consent"
    of_an_event = True
    __table_args__ = (sa.Index(None, "booking_id"), sa.Index(None, "notice_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    booking_id: Mapped[int] = mapped_column(sa.ForeignKey("booking.id"))
    notice_id: Mapped[int] = mapped_column(sa.ForeignKey("recording_notice.id"))
    agrees: Mapped[bool]
    said_at: Mapped[datetime]
    said_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))

    booking: Mapped[Booking] = relationship()

    @staticmethod
    def of(booking_id: int, notice_id: int) -> sa.Select["RecordingConsent"]:
        """What somebody said last of a notice."""
        return (
            sa.select(RecordingConsent)
            .where(RecordingConsent.booking_id == booking_id, RecordingConsent.notice_id == notice_id)
            .order_by(RecordingConsent.id.desc())
            .limit(1)
        )
