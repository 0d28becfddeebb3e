"""Telling a calendar once more what it was last told: the same SEQUENCE, so that one which has it changes nothing.

For delegates and trainers alike; who may ask for it, and of what, they know. Nothing commits.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from ..db import db
from ..errors import Refused
from .actions import send_again
from .heard import NOTHING, Heard, last_words
from .models import Letter

GONE_OUT = ("sent", "failed")
AGAIN_AFTER = timedelta(minutes=10)  # so often may a person ask for their invite


def last_told(abouts: Collection[str]) -> dict[str, list[Heard]]:
    """The last word to the calendars behind these about each session, the first session first."""
    words = last_words(abouts)
    return {
        about: sorted(words.get(about, NOTHING).last.values(), key=lambda heard: heard.said.starts_at)
        for about in abouts
    }


def to_repeat(told: Sequence[Heard], *, there: bool, now: datetime) -> list[Heard]:
    """Of the last words those that still matter and are not on their way.

    ``there``: what is to be in the calendar and is not over; else what was taken out of it.
    """
    wanted = [heard for heard in told if heard.is_there == there and heard.said.ends_at > now]
    return [heard for heard in wanted if heard.state in GONE_OUT]


def refuse_so_soon(about: str, now: datetime) -> None:
    """Refuse somebody who asks within ten minutes of the last mail with an invite."""
    mine = Letter.about == about, Letter.calendar != "", Letter.state != "withdrawn"
    last = db.session.scalar(sa.select(sa.func.max(Letter.queued_at)).where(*mine))
    if last is not None and now - last < AGAIN_AFTER:
        raise Refused(
            "Your invite was sent a few minutes ago. Look for it in your mail, also among the unwanted; "
            "ten minutes after it you can have it sent again."
        )


def repeat(told: Sequence[Heard], *, to_email: str, now: datetime, by: str) -> int:
    """Send these once more, to today's address; returns how many mails."""
    names = [heard.letter for heard in told]
    letters = db.session.scalars(sa.select(Letter).where(Letter.public_id.in_(names)).order_by(Letter.id))
    return len([send_again(one, to_email=to_email, now=now, by=by) for one in letters.all()])
