"""The bulletin: who asked for it, what happened to each of them, and the bulletins themselves."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base, new_public_id
from ..notifications.models import MessageChoice, Unreachable

MESSAGE = "bulletin"  # its row of message_table, and its wording


class Subscriber(Base):
    """An address that asked for the bulletin of a partnership, as things are now; its happenings say how it came.

    ``confirmed_at`` is empty until the link in the mail was used, ``ended_at`` while it is wanted.
    """

    __tablename__ = "bulletin_subscriber"
    __table_args__ = (sa.UniqueConstraint("partnership_id", "email"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    email: Mapped[str] = mapped_column(sa.String(254))  # lower case
    wishes: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)  # see rules.Wishes
    asked_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    @staticmethod
    def at(partnership_id: int, email: str) -> sa.Select["Subscriber"]:
        """The row of an address."""
        return sa.select(Subscriber).where(
            Subscriber.partnership_id == partnership_id, Subscriber.email == email.lower()
        )

    @staticmethod
    def is_active() -> sa.ColumnElement[bool]:
        """Whether it is confirmed, and nobody has ended it here."""
        return sa.and_(Subscriber.confirmed_at.is_not(None), Subscriber.ended_at.is_(None))

    @staticmethod
    def last_said() -> sa.ScalarSelect[bool]:
        """Whether its reader wants it, as they said last with the link of a mail or on their page; NULL for neither."""
        theirs = MessageChoice.email == Subscriber.email, MessageChoice.message == MESSAGE
        last = sa.select(MessageChoice.wanted).where(*theirs).order_by(MessageChoice.id.desc()).limit(1)
        return last.correlate(Subscriber).scalar_subquery()

    @staticmethod
    def said_no() -> sa.ColumnElement[bool]:
        """Whether they said last that they do not want it."""
        return sa.func.coalesce(Subscriber.last_said(), sa.true()).is_(sa.false())

    @staticmethod
    def has_said_otherwise() -> sa.ColumnElement[bool]:
        """Whether what they said last is not what stands here, so that it is to be looked at."""
        no = sa.and_(Subscriber.is_active(), Subscriber.said_no())
        yes = sa.and_(Subscriber.ended_at.is_not(None), Subscriber.last_said().is_(sa.true()))
        return sa.or_(no, yes)

    @staticmethod
    def comes_back() -> sa.ColumnElement[bool]:
        """Whether mail to the address came back, and nobody has cleared it."""
        return sa.exists().where(Unreachable.email == Subscriber.email, Unreachable.cleared_at.is_(None))

    @staticmethod
    def wanting(partnership_id: int) -> sa.ColumnElement[bool]:
        """Those who want the bulletin now, whether mail reaches them or not."""
        ours = Subscriber.partnership_id == partnership_id
        return sa.and_(ours, Subscriber.is_active(), sa.not_(Subscriber.said_no()))


class SubscriberChange(Base):
    """Something that happened to a subscription; rows are only ever added."""

    __tablename__ = "bulletin_subscriber_change"
    __table_args__ = (
        sa.CheckConstraint(
            "what IN ('asked', 'subscribed', 'changed', 'unsubscribed', 'removed')", name="what"
        ),
        sa.Index(None, "asked_from", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    subscriber_id: Mapped[int] = mapped_column(sa.ForeignKey("bulletin_subscriber.id"), index=True)
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(sa.String(20))
    how: Mapped[str] = mapped_column(sa.String(40), default="")  # in words: "with the form on the site"
    by: Mapped[str] = mapped_column(sa.String(40), default="")  # a person's public id, where one is known
    wishes: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)
    asked_from: Mapped[str] = mapped_column(sa.String(64), default="")  # keyed hash of the network address

    @staticmethod
    def of(subscriber_id: int) -> sa.Select["SubscriberChange"]:
        """What happened to one, newest first."""
        return (
            sa.select(SubscriberChange)
            .where(SubscriberChange.subscriber_id == subscriber_id)
            .order_by(SubscriberChange.id.desc())
        )

    @staticmethod
    def asked_since(since: datetime, *, subscriber_id: int, asked_from: str) -> sa.Select[int, int, int]:
        """How many mails were asked for since then: to this address, from this network, by all."""
        of_address = SubscriberChange.subscriber_id == subscriber_id
        of_network = SubscriberChange.asked_from == asked_from
        count = sa.func.count
        return sa.select(
            count(sa.case((of_address, 1))), count(sa.case((of_network, 1))), count(SubscriberChange.id)
        ).where(SubscriberChange.what == "asked", SubscriberChange.at > since)


class Bulletin(Base):
    """A bulletin from its draft to the last mail. ``version`` rises with every save.

    ``chosen`` is what its editor saw when they pressed Send; what stood in it when the first mail was written is
    kept as text and HTML, and ``dropped`` says what was left out by then, and why. ``cursor`` is the subscriber up
    to whom the mails are in the outbox: whoever goes on begins behind it.
    """

    __tablename__ = "bulletin"
    __table_args__ = (
        sa.CheckConstraint("state IN ('draft', 'queued', 'sending', 'sent', 'stopped')", name="state"),
        sa.CheckConstraint("grouped_by IN ('month', 'course', 'list')", name="grouped_by"),
        sa.CheckConstraint("weeks BETWEEN 1 AND 52", name="weeks"),
        sa.Index(None, "partnership_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(sa.String(24), unique=True, default=new_public_id)
    partnership_id: Mapped[int] = mapped_column(sa.ForeignKey("partnership.id"))
    state: Mapped[str] = mapped_column(sa.String(10), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    subject: Mapped[str] = mapped_column(sa.String(120))
    opening: Mapped[str] = mapped_column(sa.Text, default="")
    closing: Mapped[str] = mapped_column(sa.Text, default="")
    weeks: Mapped[int] = mapped_column(default=8)
    grouped_by: Mapped[str] = mapped_column(sa.String(10), default="month")
    few_first: Mapped[bool] = mapped_column(default=False)
    greets: Mapped[bool] = mapped_column(default=True)
    left_out: Mapped[list[int]] = mapped_column(sa.JSON, default=list)  # events within the weeks
    put_in: Mapped[list[int]] = mapped_column(sa.JSON, default=list)  # events after them
    ordered: Mapped[list[int]] = mapped_column(sa.JSON, default=list)  # events, as somebody has put them
    courses_left_out: Mapped[list[str]] = mapped_column(sa.JSON, default=list)  # slugs of new courses
    created_at: Mapped[datetime]
    edited_at: Mapped[datetime]
    edited_by: Mapped[str] = mapped_column(sa.String(40), default="")  # a person's public id
    send_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str] = mapped_column(sa.String(40), default="")
    chosen: Mapped[dict[str, Any]] = mapped_column(
        sa.JSON, default=dict
    )  # {"events": [ids], "courses": [slugs]}
    started_at: Mapped[datetime | None]
    cursor: Mapped[int] = mapped_column(default=0)
    posted: Mapped[int] = mapped_column(default=0)  # mails that went into the outbox
    passed_over: Mapped[int] = mapped_column(default=0)  # readers for whom nothing in it was
    dropped: Mapped[list[str]] = mapped_column(sa.JSON, default=list)  # sentences
    text: Mapped[str] = mapped_column(sa.Text, default="")
    html: Mapped[str] = mapped_column(sa.Text, default="")
    finished_at: Mapped[datetime | None]  # posted to the last reader, or stopped

    @property
    def about(self) -> str:
        """What its letters are about, for the outbox."""
        return f"bulletin:{self.public_id}"

    @staticmethod
    def of(partnership_id: int) -> sa.Select["Bulletin"]:
        """A partnership's bulletins: what is on its way or written first, then the newest."""
        rank = sa.case({"queued": 0, "sending": 0, "draft": 1}, value=Bulletin.state, else_=2)
        return (
            sa.select(Bulletin)
            .where(Bulletin.partnership_id == partnership_id)
            .order_by(
                rank, sa.func.coalesce(Bulletin.started_at, Bulletin.edited_at).desc(), Bulletin.id.desc()
            )
        )

    @staticmethod
    def to_send(now: datetime) -> sa.Select["Bulletin"]:
        """Those whose time has come, or that are on their way."""
        waits = sa.and_(Bulletin.state == "queued", Bulletin.send_at <= now)
        return sa.select(Bulletin).where(sa.or_(waits, Bulletin.state == "sending")).order_by(Bulletin.id)
