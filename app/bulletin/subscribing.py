"""Asking for the bulletin, choosing what to hear about, and leaving it. Inside ``writing()``.

An address somebody typed gets nothing but one mail with a link; only whoever reads that mail can go on. What
happens does not depend on whether the address is known, so the form tells nobody who reads the bulletin.
"""

from datetime import datetime
from functools import cache

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.dialects import postgresql, sqlite

from ..accounts import tokens
from ..accounts.models import Person
from ..accounts.rules import network_of
from ..clock import Clock
from ..db import db, writing
from ..errors import Refused
from ..notifications import choices
from ..notifications.actions import post
from ..notifications.history import withdraw_all
from ..notifications.models import Letter, MessageChoice
from ..partnerships.models import Partnership
from .models import MESSAGE, Subscriber, SubscriberChange
from .rules import ASKED_WITHIN, ENDED_KEPT_FOR, UNCONFIRMED_KEPT_FOR, Wishes, may_ask, wishes_from

TOO_MANY = "Too many people asked for the bulletin just now, or this address was tried too often."
CONFIRM = "bulletin-confirm"
BY_FORM, BY_ACCOUNT, BY_DESK = "by the link in our mail", "signed in, on the site", "taken off by the desk"
BY_MAIL, CORRECTED = "by the link in a mail", "the address was corrected"


@cache
def signer(key: str) -> URLSafeSerializer:
    """What signs the links of mails that ask, under the installation's own key."""
    return URLSafeSerializer(key, salt="bulletin: yes, please")


def link_of(asked: SubscriberChange) -> str:
    """The path of the page on which whoever reads the mail says yes."""
    return f"/bulletin/confirm/{signer(current_app.config['SECRET_KEY']).dumps(asked.id)}"


def subscriber_at(partnership_id: int, email: str, *, now: datetime) -> Subscriber:
    """The row of an address, made when there is none."""
    connection = db.session.connection()
    insert = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(Subscriber)
    row = {"partnership_id": partnership_id, "email": email.lower(), "asked_at": now}
    db.session.execute(insert.values(row).on_conflict_do_nothing(index_elements=["partnership_id", "email"]))
    return db.session.scalars(Subscriber.at(partnership_id, email).with_for_update()).one()


def note(row: Subscriber, what: str, *, now: datetime, **more: object) -> SubscriberChange:
    """Add what happened."""
    change = SubscriberChange(subscriber_id=row.id, at=now, what=what, **more)
    db.session.add(change)
    db.session.flush()
    return change


def ask(email: str, wishes: Wishes, *, partnership: Partnership, network: str | None, now: datetime) -> None:
    """Mail an address the link with which its reader says yes. Raises Refused when too many were asked for."""
    row = subscriber_at(partnership.id, email, now=now)
    asked_from = tokens.hash_of_network(network_of(network))
    counts = SubscriberChange.asked_since(now - ASKED_WITHIN, subscriber_id=row.id, asked_from=asked_from)
    to_address, from_network, by_all = db.session.execute(counts).one()
    if not may_ask(to_address=to_address, from_network=from_network if asked_from else 0, by_all=by_all):
        raise Refused(TOO_MANY, reason="too many")
    row.asked_at = now
    asked = note(
        row, "asked", now=now, how="with the form on the site", wishes=wishes.kept(), asked_from=asked_from
    )
    post(
        CONFIRM,
        key=f"{CONFIRM}:{asked.id}",
        to_email=row.email,
        to_name="",
        partnership=partnership,
        now=now,
        about=f"bulletin-subscriber:{row.public_id}",
        expires_at=now + UNCONFIRMED_KEPT_FOR,
        secret=True,
        reason="Somebody asked with this address for the bulletin.",
        path=link_of(asked),
    )


def opened(token: str, *, now: datetime) -> tuple[Subscriber, SubscriberChange] | None:
    """Whom a link is about and what was asked with it; None for one that was not made here, or is too old."""
    try:
        asked_id = signer(current_app.config["SECRET_KEY"]).loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    asked = db.session.get(SubscriberChange, asked_id)
    if asked is None or asked.at < now - UNCONFIRMED_KEPT_FOR or is_used(asked):
        return None
    return db.session.get_one(Subscriber, asked.subscriber_id), asked


def is_used(asked: SubscriberChange) -> bool:
    """Whether its reader has left the bulletin since it was asked: an old link does not bring them back."""
    ended = sa.exists().where(
        SubscriberChange.subscriber_id == asked.subscriber_id,
        SubscriberChange.id > asked.id,
        SubscriberChange.what.in_(("unsubscribed", "removed")),
    )
    return bool(db.session.scalar(sa.select(ended)))


def subscribe(row: Subscriber, wishes: Wishes, *, how: str, now: datetime, by: str = "") -> None:
    """The address wants the bulletin from now on, or another part of it."""
    catch_up(row, now=now)
    active = row.confirmed_at is not None and row.ended_at is None
    if not active:
        row.confirmed_at, row.ended_at = now, None
    if not active or row.wishes != wishes.kept():
        row.wishes = wishes.kept()
        note(row, "changed" if active else "subscribed", now=now, how=how, by=by, wishes=row.wishes)
    if not choices.wants(row.email, MESSAGE):
        choices.choose(row.email, MESSAGE, wanted=True, now=now)


def end(row: Subscriber, *, how: str, now: datetime, by: str = "", what: str = "unsubscribed") -> bool:
    """The address gets no bulletin any more, not even the one that is on its way; False when it got none before."""
    catch_up(row, now=now)
    if row.ended_at is not None or row.confirmed_at is None:
        return False
    row.ended_at = now
    note(row, what, now=now, how=how, by=by)
    if choices.wants(row.email, MESSAGE):
        choices.choose(row.email, MESSAGE, wanted=False, now=now)
    take_back(row.email, now=now)
    return True


def take_back(email: str, *, now: datetime) -> None:
    """Withdraw the bulletins that wait to leave for an address."""
    theirs = sa.and_(Letter.to_email == email, Letter.message == MESSAGE)
    withdraw_all(theirs, at=now, why="Its reader has unsubscribed.")


def catch_up(row: Subscriber, *, now: datetime) -> None:
    """Write down what its reader said with the link of a mail, which knows addresses and not this list.

    Whoever left so may come back so; who left here, or was taken off, may not.
    """
    if row.confirmed_at is None:
        return
    newest = sa.select(MessageChoice).where(
        MessageChoice.email == row.email, MessageChoice.message == MESSAGE
    )
    last = db.session.scalar(newest.order_by(MessageChoice.id.desc()).limit(1))
    if last is None:
        return
    if not last.wanted and row.ended_at is None:
        row.ended_at = last.at
        note(row, "unsubscribed", now=last.at, how=BY_MAIL)
        take_back(row.email, now=now)
    elif last.wanted and row.ended_at is not None and last.at >= row.ended_at and left_by_mail(row):
        row.ended_at = None
        note(row, "subscribed", now=last.at, how=BY_MAIL, wishes=row.wishes)


def left_by_mail(row: Subscriber) -> bool:
    """Whether the last that happened to it was that its reader left with the link of a mail."""
    last = db.session.scalar(SubscriberChange.of(row.id).where(SubscriberChange.what != "asked").limit(1))
    return last is not None and (last.what, last.how) == ("unsubscribed", BY_MAIL)


def is_wanted(row: Subscriber) -> bool:
    """Whether this address gets the bulletin at present."""
    wanting = sa.select(Subscriber.id).where(Subscriber.id == row.id, Subscriber.wanting(row.partnership_id))
    return db.session.scalar(wanting) is not None


def subscription_of(person: Person, partnership_id: int) -> Subscriber | None:
    """What a person's address is subscribed to; None when it is not."""
    if not person.email:
        return None
    mine = Subscriber.at(partnership_id, person.email).where(Subscriber.wanting(partnership_id))
    return db.session.scalar(mine)


def due(clock: Clock) -> None:
    """What the clock starts: write down who left by a mail's link, and forget what is no longer needed."""
    with writing():
        for row in db.session.scalars(sa.select(Subscriber).where(Subscriber.has_said_otherwise())).all():
            catch_up(row, now=clock())
    with writing():
        forget(clock())


def forget(now: datetime) -> None:
    """Forget addresses that never confirmed, those that ended long ago, and from where requests came."""
    never = sa.and_(Subscriber.confirmed_at.is_(None), Subscriber.asked_at < now - UNCONFIRMED_KEPT_FOR)
    gone = sa.select(Subscriber.id).where(sa.or_(never, Subscriber.ended_at < now - ENDED_KEPT_FOR))
    theirs = SubscriberChange.subscriber_id.in_(gone)
    db.session.execute(sa.delete(SubscriberChange).where(theirs).execution_options(synchronize_session=False))
    db.session.execute(sa.delete(Subscriber).where(Subscriber.id.in_(gone)))
    old = sa.and_(SubscriberChange.asked_from != "", SubscriberChange.at < now - UNCONFIRMED_KEPT_FOR)
    db.session.execute(sa.update(SubscriberChange).where(old).values(asked_from=""))


def follow(before: str, email: str, *, now: datetime) -> None:
    """Bring what an address is subscribed to along to its reader's new one, in every partnership."""
    if before == email:
        return
    theirs = sa.select(Subscriber).where(Subscriber.email == before, Subscriber.is_active())
    for row in db.session.scalars(theirs).all():
        catch_up(row, now=now)
        if row.ended_at is None:
            row.ended_at = now
            note(row, "unsubscribed", now=now, how=CORRECTED)
            moved = subscriber_at(row.partnership_id, email, now=now)
            subscribe(moved, wishes_from(row.wishes), how=CORRECTED, now=now)
