"""Whether a message is sent at all: what the partnership switched on or off, and what a reader does not want."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from ..db import db
from ..errors import Refused
from .history import withdraw_all
from .message_table import BY_KEY, BY_WORDING, MESSAGES, Message
from .models import Letter, MessageChoice, MessageSwitch
from .unreachable import is_unreachable

# Since when a message is sent that nobody ever switched.
FROM_THE_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


def is_on(partnership_id: int | None, key: str) -> bool:
    """Whether a partnership sends a message: as it was switched last, else as it is at first."""
    message = BY_KEY[key]
    if message.always or partnership_id is None:
        return True
    return switches(partnership_id).get(key, message.on)


def switches(partnership_id: int) -> dict[str, bool]:
    """What a partnership has switched, by message; asked once per session, for every letter needs it."""
    known: dict[int, dict[str, bool]] = db.session.info.setdefault("switches", {})
    if partnership_id not in known:
        wanted = sa.select(MessageSwitch.message, MessageSwitch.on).order_by(MessageSwitch.id)
        rows = db.session.execute(wanted.where(MessageSwitch.partnership_id == partnership_id))
        known[partnership_id] = {row.message: row.on for row in rows}
    return known[partnership_id]


def on_since(partnership_id: int, key: str) -> datetime | None:
    """Since when a partnership sends a message without a break; None while it does not.

    What had its time before is not sent afterwards: who switches a reminder on today reminds nobody of yesterday.
    """
    if not is_on(partnership_id, key):
        return None
    since = FROM_THE_FIRST if BY_KEY[key].on else None
    wanted = sa.select(MessageSwitch.on, MessageSwitch.at).order_by(MessageSwitch.id)
    mine = (MessageSwitch.partnership_id == partnership_id, MessageSwitch.message == key)
    for row in db.session.execute(wanted.where(*mine)):
        since = (since or row.at) if row.on else None
    return since or FROM_THE_FIRST


def switch(partnership_id: int, key: str, *, on: bool, by: str, now: datetime) -> None:
    """Switch a message on or off for a partnership; ``by`` is a person's public id. Inside ``writing()``."""
    if BY_KEY[key].always:
        raise Refused("This message cannot be switched off: it is sent only to those who ask for it.")
    row = MessageSwitch(partnership_id=partnership_id, message=key, on=on, at=now, by=by)
    db.session.add(row)
    db.session.info.pop("switches", None)


def wants(email: str, key: str) -> bool:
    """Whether a reader takes a message: yes, unless they said otherwise about one that is optional."""
    if not BY_KEY[key].optional:
        return True
    last = sa.select(MessageChoice.wanted).where(
        MessageChoice.email == email.lower(), MessageChoice.message == key
    )
    return db.session.scalar(last.order_by(MessageChoice.id.desc()).limit(1)) is not False


def unwanted(email: sa.SQLColumnExpression[Any], key: str) -> sa.ColumnElement[bool]:
    """The condition that the reader of an address does not take a message: the same as ``wants``, for many."""
    if not BY_KEY[key].optional:
        return sa.false()
    last = sa.select(MessageChoice.wanted).where(MessageChoice.email == email, MessageChoice.message == key)
    newest = last.order_by(MessageChoice.id.desc()).limit(1).correlate_except(MessageChoice)
    return sa.func.coalesce(newest.scalar_subquery(), sa.true()).is_(sa.false())


def refusing(emails: Collection[str], key: str) -> set[str]:
    """Those of these addresses whose readers do not take a message."""
    if not BY_KEY[key].optional:
        return set()
    rows = sa.select(MessageChoice.email, MessageChoice.wanted).where(MessageChoice.message == key)
    said = dict(db.session.execute(rows.order_by(MessageChoice.id)).all())
    return {email for email in emails if said.get(email.lower()) is False}


def choose(email: str, key: str, *, wanted: bool, now: datetime) -> None:
    """Write down that a reader does (not) want an optional message. Inside ``writing()``.

    What waits to leave for who does not is withdrawn: mail may be stopped for a day, and nobody is to hear after a no.
    """
    if not BY_KEY[key].optional:
        raise Refused("This message cannot be switched off: it holds what you need to take part.")
    db.session.add(MessageChoice(email=email.lower(), message=key, wanted=wanted, at=now))
    if not wanted:
        theirs = sa.func.lower(Letter.to_email) == email.lower(), Letter.message.in_(BY_KEY[key].wordings)
        withdraw_all(sa.and_(*theirs), at=now, why="Its reader does not want these mails.")


def follow(before: str, email: str, *, now: datetime) -> None:
    """Bring a reader's choices along to their new address. Inside ``writing()``."""
    for message in MESSAGES:
        if message.optional and wants(before, message.key) != wants(email, message.key):
            choose(email, message.key, wanted=wants(before, message.key), now=now)


def is_sent(wording: str, *, partnership_id: int | None, email: str) -> bool:
    """Whether a letter of this wording goes to this reader: an optional one not to where mail comes back."""
    message: Message = BY_WORDING[wording]
    if not is_on(partnership_id, message.key):
        return False
    return not message.optional or (wants(email, message.key) and not is_unreachable(email))
