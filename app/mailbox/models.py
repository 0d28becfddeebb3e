"""What came in by mail, what was done with it, and what people's calendars answered."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from ..accounts.models import Person
from ..booking.models import Booking
from ..catalogue.models import Event
from ..db import Base, new_public_id
from ..notifications.models import Letter
from .rules import KINDS, PARTSTATS


class IncomingMail(Base):
    """A mail that came in: what it was, what was done, and whether a person still has to look at it."""

    __tablename__ = "incoming_mail"
    __table_args__ = (
        sa.CheckConstraint("kind IN ({})".format(", ".join(f"'{kind}'" for kind in KINDS)), name="kind"),
        sa.CheckConstraint("state IN ('open', 'done')", name="state"),
        sa.Index(None, "state", "received_at"),
        sa.Index(None, "booking_id"),
        sa.Index(None, "event_id"),
        sa.Index(None, "person_id"),
        sa.Index(None, "letter_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    message_id: Mapped[str] = mapped_column(
        sa.String(255), unique=True
    )  # against replay; a fingerprint without one
    received_at: Mapped[datetime]
    from_email: Mapped[str] = mapped_column(sa.String(255), default="")
    from_name: Mapped[str] = mapped_column(sa.String(200), default="")
    subject: Mapped[str] = mapped_column(sa.String(300), default="")
    text: Mapped[str] = mapped_column(sa.Text, default="")  # what it says, as plain text
    kind: Mapped[str] = mapped_column(sa.String(12))
    uid: Mapped[str] = mapped_column(sa.String(255), default="")
    partstat: Mapped[str] = mapped_column(sa.String(20), default="")
    sequence: Mapped[int | None]
    did: Mapped[str] = mapped_column(sa.String(12))
    why: Mapped[str] = mapped_column(sa.Text, default="")
    partnership_id: Mapped[int | None] = mapped_column(sa.ForeignKey("partnership.id"))  # none: everybody's
    booking_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking.id"))
    event_id: Mapped[int | None] = mapped_column(sa.ForeignKey("event.id"))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))  # whose it is, where known
    letter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letter.id"))  # that came back
    state: Mapped[str] = mapped_column(sa.String(5))
    settled_at: Mapped[datetime | None]
    settled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    # The mail itself, only as long as somebody has to look at it.
    raw: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)

    booking: Mapped[Booking | None] = relationship()
    event: Mapped[Event | None] = relationship()
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    settled_by: Mapped[Person | None] = relationship(foreign_keys=[settled_by_id])
    letter: Mapped[Letter | None] = relationship()

    @staticmethod
    def of(partnership_id: int) -> sa.ColumnElement[bool]:
        """The condition that a mail is a partnership's, or nobody knows whose."""
        return sa.or_(IncomingMail.partnership_id == partnership_id, IncomingMail.partnership_id.is_(None))

    @staticmethod
    def by_public_id(public_id: str, partnership_id: int) -> sa.Select["IncomingMail"]:
        """One mail of a partnership."""
        return sa.select(IncomingMail).where(
            IncomingMail.public_id == public_id, IncomingMail.of(partnership_id)
        )


class InviteReply(Base):
    """What a calendar answered to one invite: of a booking, or of a person who delivers the event.

    Of the rows about an invite's newest SEQUENCE the one with the newest ``stamp`` holds. ``kept`` is not from a
    calendar: the person said on our page that they keep the place.
    """

    __tablename__ = "invite_reply"
    __table_args__ = (
        sa.CheckConstraint(
            "partstat IN ({})".format(", ".join(f"'{p}'" for p in PARTSTATS)), name="partstat"
        ),
        sa.Index(None, "booking_id", "session"),
        sa.Index(None, "event_id", "person_id"),
        sa.Index(None, "person_id"),
        sa.Index(None, "mail_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    mail_id: Mapped[int | None] = mapped_column(sa.ForeignKey("incoming_mail.id"))
    event_id: Mapped[int] = mapped_column(sa.ForeignKey("event.id"))
    booking_id: Mapped[int | None] = mapped_column(sa.ForeignKey("booking.id"))  # none: they deliver it
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    session: Mapped[str] = mapped_column(sa.String(24))  # its public id
    partstat: Mapped[str] = mapped_column(sa.String(12))
    sequence: Mapped[int]  # of the invite it answers
    stamp: Mapped[datetime]  # when it was answered, by the calendar's clock
    comment: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[datetime]

    @staticmethod
    def newest() -> sa.ColumnElement[bool]:
        """The condition that no newer answer to the same invite, of the same or a later sequence, is there."""
        other = aliased(InviteReply)
        mine = InviteReply
        later = sa.or_(
            other.sequence > mine.sequence,
            sa.and_(
                other.sequence == mine.sequence,
                sa.or_(other.stamp > mine.stamp, sa.and_(other.stamp == mine.stamp, other.id > mine.id)),
            ),
        )
        same = sa.and_(
            other.event_id == mine.event_id,
            other.person_id == mine.person_id,
            other.booking_id.is_not_distinct_from(mine.booking_id),
            other.session == mine.session,
        )
        return ~sa.exists().where(same, later)


class MailboxState(Base):
    """How it stands with the mailbox: one row, there while it is away or was once."""

    __tablename__ = "mailbox_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    away_since_at: Mapped[datetime | None]
    tried_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)  # since it is away
    fault: Mapped[str] = mapped_column(sa.Text, default="")

    @staticmethod
    def the_one() -> sa.Select["MailboxState"]:
        """The row, if there is one."""
        return sa.select(MailboxState).order_by(MailboxState.id).limit(1)
