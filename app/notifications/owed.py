"""What did not reach an address while it took no mail, and is still worth sending once it works again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ..db import db
from . import choices
from .actions import send_again, why_not_again
from .models import Letter, LetterEvent, Unreachable

OFFERED_FOR = timedelta(days=14)  # after an address works again, and for a mail that names no day of its own
# After one of these, what was written before about the same place or part no longer holds.
TELLS_ANEW = frozenset(
    {
        *("booked", "promoted", "requested", "approved-waiting", "declined", "expired", "waiting", "offer"),
        *("lapsed", "list-closed", "booking-cancelled", "moved", "moved-away", "place-given-on"),
        *("place-taken-over", "released", "event-cancelled", "event-postponed", "event-dated"),
        *("trainer-named", "trainer-released", "trainer-unpublished", "trainer-call-over"),
        *("trainer-event-cancelled", "trainer-event-postponed", "trainer-event-dated", "part-one-waived"),
    }
)
Later = aliased(Letter)
ADDRESS: Any = sa.func.lower(Letter.to_email)


def happened(*what: str) -> sa.Exists:
    """The condition that something of this happened to a letter, whenever it was."""
    return sa.exists().where(LetterEvent.letter_id == Letter.id, LetterEvent.what.in_(what))


def missed() -> sa.ColumnElement[bool]:
    """The condition that a letter did not reach the address of a mark, since it was marked, and has no copy."""
    since = LetterEvent.at >= Unreachable.since_at
    failed = Letter.state == "failed", happened("failed").where(since).correlate(Letter, Unreachable)
    returned = Letter.state == "sent", happened("came back").where(since).correlate(Letter, Unreachable)
    return sa.and_(
        Unreachable.email == ADDRESS,
        Letter.channel == "mail",
        sa.or_(sa.and_(*failed), sa.and_(*returned), Letter.id == Unreachable.letter_id),
        Letter.state.in_(("failed", "sent")),
        ~happened("copied").correlate(Letter),
    )


def told_anew() -> sa.ColumnElement[bool]:
    """The condition that a later letter to the same reader about the same takes a letter's place."""
    same = Later.about == Letter.about, Later.to_email == Letter.to_email, Later.state != "withdrawn"
    newer = Later.message.in_(TELLS_ANEW) & (Later.queued_at > Letter.queued_at)
    repeated = (Later.message == Letter.message) & (Later.queued_at > Letter.queued_at)
    return sa.exists().where(Letter.about != "", *same, sa.or_(newer, repeated)).correlate(Letter)


def owed(mark: Unreachable, partnership_id: int, *, now: datetime) -> list[Letter]:
    """What an address missed and would still be sent again, as it was written, the oldest first.

    Not what is over, was told anew since, is no longer wanted, or was sent again already.
    """
    wanted = (
        sa.select(Letter)
        .join(Unreachable, Unreachable.id == mark.id)
        .where(missed(), ~told_anew(), Letter.matching(partnership_id))
        .order_by(Letter.id)
    )
    return [letter for letter in db.session.scalars(wanted) if is_of_use(letter, now)]


def is_of_use(letter: Letter, now: datetime) -> bool:
    """Whether a letter would still be written today, as far as the outbox knows."""
    if letter.expires_at is None and letter.queued_at < now - OFFERED_FOR:
        return False
    wanted = choices.is_sent(letter.message, partnership_id=letter.partnership_id, email=letter.to_email)
    return wanted and not why_not_again(letter, now)


def of_works_again(partnership_id: int, *, now: datetime) -> sa.Select[Unreachable]:
    """The marks cleared lately of addresses that missed something, the latest first."""
    since = Unreachable.cleared_at > now - OFFERED_FOR
    some = sa.exists().where(missed(), Letter.matching(partnership_id)).correlate(Unreachable)
    return Unreachable.known(partnership_id).where(since, some).order_by(Unreachable.cleared_at.desc())


def send_owed(letters: Sequence[Letter], *, by: str, now: datetime) -> int:
    """Post a copy of each; returns how many. Inside ``writing()``."""
    return len([send_again(letter, now=now, by=by) for letter in letters])
