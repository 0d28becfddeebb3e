"""The switch that stops all sending: a row each time somebody stops it or lets it go on; the newest holds."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ..db import db
from ..errors import Refused
from .message_table import BY_KEY
from .models import Letter, MailSwitch


@dataclass(frozen=True)
class Pause:
    """A time in which nothing left: since when, because of what, and until when (None: it lasts)."""

    since: datetime
    why: str
    by: str
    until: datetime | None = None

    def overlaps(self, since: datetime, until: datetime | None) -> bool:
        """Whether it held back what waited in that time."""
        return (until is None or self.since < until) and (self.until is None or self.until > since)


def not_paused() -> sa.ColumnElement[bool]:
    """The condition that letters may leave, for the statements that let one leave."""
    newest = sa.select(MailSwitch.paused).order_by(MailSwitch.id.desc()).limit(1).scalar_subquery()
    return ~sa.func.coalesce(newest, sa.false())


def paused_now() -> MailSwitch | None:
    """Who stopped all sending, when and why; None while it goes on."""
    newest = db.session.scalar(sa.select(MailSwitch).order_by(MailSwitch.id.desc()).limit(1))
    return newest if newest and newest.paused else None


def pause(*, by: str, why: str, now: datetime) -> None:
    """Stop all sending; ``by`` is a person's public id, "" for the command. Inside ``writing()``."""
    if paused_now():
        raise Refused("Mail is stopped already.")
    db.session.add(MailSwitch(paused=True, at=now, by=by, why=" ".join(why.split())))
    db.session.flush()


def resume(*, by: str, now: datetime) -> None:
    """Let letters leave again; what is over by now is withdrawn as its turn comes. Inside ``writing()``."""
    if not paused_now():
        raise Refused("Mail is not stopped.")
    db.session.add(MailSwitch(paused=False, at=now, by=by))
    db.session.flush()


def pauses() -> list[Pause]:
    """Every time in which nothing left, oldest first; there are few."""
    found: list[Pause] = []
    since: MailSwitch | None = None
    for row in db.session.scalars(sa.select(MailSwitch).order_by(MailSwitch.id)):
        if row.paused:
            since = since or row
        elif since:
            found.append(Pause(since.at, since.why, since.by, row.at))
            since = None
    return [*found, Pause(since.at, since.why, since.by)] if since else found


def number_waiting(now: datetime) -> tuple[int, int]:
    """How many letters would leave now if they might, and how many of them are sign-in mails."""
    sign_in = Letter.message.in_(BY_KEY["sign-in"].wordings)
    waiting = sa.select(sa.func.count(), sa.func.count(sa.case((sign_in, 1))))
    due = Letter.state.in_(("queued", "sending")), Letter.due_at <= now
    over = sa.and_(Letter.expires_at.is_not(None), Letter.expires_at <= now)
    everything, for_sign_in = db.session.execute(waiting.where(*due, ~over)).one()
    return everything, for_sign_in
