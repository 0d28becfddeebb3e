"""The outbox: a letter is a row in the transaction of what it tells."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, new_public_id


class Letter(Base):
    """One mail to one address, from wanted to sent. ``key`` names the intent, so nobody is told twice."""

    __tablename__ = "letter"
    __table_args__ = (
        sa.CheckConstraint(
            "state IN ('queued', 'sending', 'sent', 'failed', 'withdrawn', 'unsure')", name="state"
        ),
        sa.CheckConstraint("channel IN ('mail', 'text')", name="channel"),
        sa.Index(None, "state", "due_at"),
        sa.Index(None, "to_email"),
        sa.Index(None, "about"),
        sa.Index(None, "thread", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    key: Mapped[str] = mapped_column(sa.String(160), unique=True)
    message: Mapped[str] = mapped_column(sa.String(40))  # which message of domain.md "Messages"
    partnership_id: Mapped[int | None] = mapped_column(sa.ForeignKey("partnership.id"))
    about: Mapped[str] = mapped_column(sa.String(60), default="")  # e.g. booking:<public id>; for withdrawing
    to_email: Mapped[str] = mapped_column(sa.String(254))
    to_name: Mapped[str] = mapped_column(sa.String(200), default="")
    channel: Mapped[str] = mapped_column(
        sa.String(10), default="mail"
    )  # or "text": to the number in to_phone
    to_phone: Mapped[str] = mapped_column(sa.String(20), default="")
    reason: Mapped[str] = mapped_column(sa.String(300), default="")  # why this reader gets it, as a sentence
    thread: Mapped[str] = mapped_column(
        sa.String(120), default=""
    )  # the UID of its invite; sent in this order
    subject: Mapped[str] = mapped_column(sa.String(300))
    text: Mapped[str] = mapped_column(sa.Text)
    html: Mapped[str] = mapped_column(sa.Text, default="")
    calendar: Mapped[str] = mapped_column(sa.Text, default="")  # iCalendar text, when the letter is an invite
    calendar_method: Mapped[str] = mapped_column(sa.String(10), default="")
    headers: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    message_id: Mapped[str] = mapped_column(sa.String(200), unique=True)
    queued_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(sa.String(10), default="queued")
    owner: Mapped[str] = mapped_column(sa.String(60), default="")
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    handed_at: Mapped[datetime | None]  # in the hands of the mail server since then; empty once it answered
    expires_at: Mapped[datetime | None]  # never sent after this: nobody is told of what is over
    sent_at: Mapped[datetime | None]
    fault: Mapped[str] = mapped_column(sa.Text, default="")
    secret: Mapped[bool] = mapped_column(default=False)  # holds a sign-in link: never shown in full to staff

    @staticmethod
    def matching(
        partnership_id: int, *, who: str = "", states: Collection[str] = (), message: str = ""
    ) -> sa.ColumnElement[bool]:
        """A partnership's letters and those of the site itself, narrowed to a reader, states, a message."""
        ours = sa.or_(Letter.partnership_id == partnership_id, Letter.partnership_id.is_(None))
        found = [ours]
        if who:
            name_or_address = (Letter.to_email, Letter.to_name, Letter.to_phone)
            found.append(sa.or_(*(column.icontains(who, autoescape=True) for column in name_or_address)))
        if states:
            found.append(Letter.state.in_(states))
        if message:
            found.append(Letter.message == message)
        return sa.and_(*found)

    @staticmethod
    def rows() -> sa.Select[*tuple[Any, ...]]:
        """What a list of letters shows, newest first."""
        columns = (
            *(
                Letter.public_id,
                Letter.subject,
                Letter.to_name,
                Letter.to_email,
                Letter.message,
                Letter.state,
            ),
            *(Letter.queued_at, Letter.due_at, Letter.sent_at, Letter.tries, Letter.secret),
            *(Letter.calendar_method, Letter.channel, Letter.to_phone),
        )
        return sa.select(*columns).order_by(Letter.id.desc())

    @staticmethod
    def by_public_id(public_id: str, partnership_id: int) -> sa.Select["Letter"]:
        """One letter of a partnership or of the site itself."""
        return sa.select(Letter).where(Letter.public_id == public_id, Letter.matching(partnership_id))


class LetterEvent(Base):
    """What happened to a letter, beside what its own row says (written, sent); never overwritten."""

    __tablename__ = "letter_event"
    __table_args__ = (sa.Index(None, "letter_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(sa.ForeignKey("letter.id"))
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(sa.String(20))  # a word of history.WORDS
    detail: Mapped[str] = mapped_column(sa.Text, default="")
    by: Mapped[str] = mapped_column(sa.String(40), default="")  # a person's public id; "" for the worker


class MailSwitch(Base):
    """Somebody stopped all sending, or let it go on; the newest row holds."""

    __tablename__ = "mail_switch"

    id: Mapped[int] = mapped_column(primary_key=True)
    paused: Mapped[bool]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(sa.String(40), default="")  # a person's public id; "" for the command
    why: Mapped[str] = mapped_column(sa.Text, default="")


class MessageSwitch(Base):
    """A partnership switched a message of ``message_table`` on or off; the newest row holds."""

    __tablename__ = "message_switch"
    __table_args__ = (sa.Index(None, "partnership_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    message: Mapped[str] = mapped_column(sa.String(40))
    on: Mapped[bool]
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(sa.String(40), default="")  # a person's public id


class MessageChoice(Base):
    """A reader wants an optional message or not; the newest row holds."""

    __tablename__ = "message_choice"
    __table_args__ = (sa.Index(None, "email", "message"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254))  # lower case
    message: Mapped[str] = mapped_column(sa.String(40))
    wanted: Mapped[bool]
    at: Mapped[datetime]


class WordingVersion(Base):
    """A wording as a partnership has it, from then on; the newest row of a wording holds."""

    __tablename__ = "wording_version"
    __table_args__ = (sa.Index(None, "partnership_id", "wording"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    wording: Mapped[str] = mapped_column(sa.String(40))
    as_shipped: Mapped[bool] = mapped_column(default=False)  # back to what ships, whatever that will be
    subject: Mapped[str] = mapped_column(sa.Text, default="")
    text: Mapped[str] = mapped_column(sa.Text, default="")
    shipped: Mapped[str] = mapped_column(
        sa.String(64), default=""
    )  # which shipped text was there then: its hash
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(sa.String(40), default="")  # a person's public id


class WordingFault(Base):
    """A version could not be filled in when a letter was to be written; the shipped text went out instead."""

    __tablename__ = "wording_fault"
    __table_args__ = (sa.UniqueConstraint("version_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(sa.ForeignKey("wording_version.id"))
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(sa.Text)


class Unreachable(Base):
    """An address whose mail came back, until somebody says that it works again."""

    __tablename__ = "unreachable"
    __table_args__ = (sa.Index(None, "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254))  # lower case
    since_at: Mapped[datetime]
    why: Mapped[str] = mapped_column(sa.Text, default="")  # what the mail server said
    letter_id: Mapped[int | None] = mapped_column(sa.ForeignKey("letter.id"))
    cleared_at: Mapped[datetime | None]

    @staticmethod
    def marked(partnership_id: int) -> sa.Select["Unreachable"]:
        """The addresses that are marked, where a partnership's letter came back (or nobody knows whose)."""
        return Unreachable.known(partnership_id).where(Unreachable.cleared_at.is_(None))

    @staticmethod
    def known(partnership_id: int) -> sa.Select["Unreachable"]:
        """The same with those that work again."""
        ours = Letter.partnership_id.is_(None) | (Letter.partnership_id == partnership_id)
        return sa.select(Unreachable).outerjoin(Letter, Letter.id == Unreachable.letter_id).where(ours)


class DueJob(Base):
    """Something the clock starts once per period; the unique key keeps two workers from both doing it."""

    __tablename__ = "due_job"
    __table_args__ = (sa.UniqueConstraint("name", "period"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(60))
    period: Mapped[str] = mapped_column(sa.String(40))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
