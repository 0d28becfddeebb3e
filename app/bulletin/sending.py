"""Sending a bulletin: approved by its editor, then put into the outbox a few readers at a time, by the worker.

Each slice is one short change: the readers after the ``cursor``, their letters, the cursor. A worker that dies
between two slices is gone on for by the next one, and the letters' keys keep anybody from getting it twice. Only
so many wait in the outbox at a time, due one after the other, so that nobody's sign-in code stands behind them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ..accounts.models import Person
from ..clock import Clock
from ..db import db, writing
from ..errors import Refused
from ..notifications import choices
from ..notifications.actions import withdraw
from ..notifications.models import Letter, Unreachable
from ..partnerships.models import Partnership
from .composing import GONE, arrangement_of, locked
from .letters import letter_for, post_to
from .models import MESSAGE, Bulletin, Subscriber
from .rules import Available, Contents, Wishes, as_chosen, narrowed, wishes_from

A_SLICE = 10  # readers in one change: less than a tenth of a second, so that a booking need not wait
A_MINUTE = 120  # letters that leave in a minute, and so wait in the outbox at most
STALE = timedelta(days=2)  # what could not leave by then has nothing true to tell
NOTHING = "There is nothing to announce in this bulletin, so it was not sent."
OFF = "The bulletin is switched off for this partnership. A coordinator can switch it on."
# What could be announced for a bulletin at an instant: bookings are above this floor, so it is handed in.
Announce = Callable[[Bulletin, datetime], Available]


@dataclass(frozen=True)
class Reach:
    """Whom a bulletin would reach: how many get it, for how many nothing in it is, whose mail comes back."""

    readers: int
    nothing_for: int
    unreachable: int


@dataclass(frozen=True)
class Outcome:
    """What became of the letters of a bulletin."""

    posted: int
    left: int
    waiting: int
    unsure: int
    withdrawn: int
    failed: int
    came_back: int


def reach_of(partnership_id: int, contents: Contents) -> Reach:
    """Counted from the readers there are now."""
    wanted = sa.select(Subscriber.wishes, Subscriber.comes_back()).where(Subscriber.wanting(partnership_id))
    rows = db.session.execute(wanted).all()
    known: dict[Wishes, bool] = {}
    readers = nothing = back = 0
    for kept, comes_back in rows:
        wishes = wishes_from(kept)
        if wishes not in known:
            known[wishes] = narrowed(contents, wishes).is_empty
        back += comes_back
        nothing += known[wishes] and not comes_back
        readers += not known[wishes] and not comes_back
    return Reach(readers, nothing, back)


def approve(
    bulletin: Bulletin, contents: Contents, *, version: int, at: datetime, by: Person, now: datetime
) -> None:
    """Let it leave at that instant. Raises Refused for one that was sent, or changed since, and for an empty one."""
    if locked(bulletin).state != "draft":
        raise Refused("This bulletin is on its way already. Nobody gets it twice.")
    if bulletin.version != version:
        raise Refused("Somebody has changed this bulletin since you looked at it. Look again, then send it.")
    if contents.is_empty:
        raise Refused(NOTHING)
    if not choices.is_on(bulletin.partnership_id, MESSAGE):
        raise Refused(OFF)
    bulletin.chosen = {
        "events": [found.event_id for found in contents.dates],
        "courses": [course.slug for course in contents.courses],
    }
    bulletin.state, bulletin.send_at = "queued", max(at, now)
    bulletin.approved_at, bulletin.approved_by = now, by.public_id
    bulletin.version += 1


def back_to_draft(bulletin: Bulletin, *, now: datetime) -> None:
    """Not now after all: it can be changed again. Raises Refused once the first mail was written."""
    if locked(bulletin).state != "queued":
        raise Refused(GONE)
    bulletin.state, bulletin.send_at, bulletin.approved_at, bulletin.approved_by = "draft", None, None, ""
    bulletin.version += 1
    bulletin.edited_at = now


def stop(bulletin: Bulletin, *, now: datetime) -> int:
    """Stop what has not left; returns how many mails are taken back from the outbox."""
    if locked(bulletin).state not in ("queued", "sending", "sent"):
        raise Refused("This bulletin is not on its way.")
    taken = withdraw(about=bulletin.about, now=now)
    bulletin.state, bulletin.finished_at = "stopped", now
    return taken


def outcome_of(bulletin: Bulletin) -> Outcome:
    """Counted from its letters, and from the addresses that were marked because of them."""
    states = sa.select(Letter.state, sa.func.count()).where(Letter.about == bulletin.about)
    rows = db.session.execute(states.group_by(Letter.state)).all()
    found = {str(state): int(number) for state, number in rows}
    back = (
        sa.select(sa.func.count(sa.distinct(Unreachable.email)))
        .join(Letter, Letter.id == Unreachable.letter_id)
        .where(Letter.about == bulletin.about)
    )
    return Outcome(
        posted=sum(found.values()),
        left=found.get("sent", 0),
        waiting=found.get("queued", 0) + found.get("sending", 0),
        unsure=found.get("unsure", 0),
        withdrawn=found.get("withdrawn", 0),
        failed=found.get("failed", 0),
        came_back=db.session.scalar(back) or 0,
    )


def due(clock: Clock, announce: Announce) -> None:
    """Send what is to be sent: each bulletin a few slices further."""
    for bulletin_id in db.session.scalars(Bulletin.to_send(clock()).with_only_columns(Bulletin.id)).all():
        while send_slice(bulletin_id, announce, now=clock()):
            pass


def send_slice(bulletin_id: int, announce: Announce, *, now: datetime) -> bool:
    """The next readers of a bulletin; whether there is more to do right now."""
    bulletin = db.session.get_one(Bulletin, bulletin_id, populate_existing=True)
    if not choices.is_on(bulletin.partnership_id, MESSAGE):
        return False
    available = announce(bulletin, now)
    with writing():
        if locked(bulletin).state not in ("queued", "sending"):
            return False
        contents, dropped = as_chosen(available, arrangement_of(bulletin), bulletin.chosen)
        if bulletin.state == "queued":
            start(bulletin, contents, now=now)
        bulletin.dropped = list(dict.fromkeys([*bulletin.dropped, *dropped]))
        waiting = number_waiting(bulletin)
        rows = next_readers(bulletin, limit=min(A_SLICE, A_MINUTE - waiting)) if waiting < A_MINUTE else []
        post_all(bulletin, contents, rows, first=waiting, now=now)
        if rows:
            bulletin.cursor = rows[-1].id
        elif waiting < A_MINUTE:
            bulletin.state, bulletin.finished_at = "sent", now
        return bool(rows)


def start(bulletin: Bulletin, contents: Contents, *, now: datetime) -> None:
    """From here on it is sent; what a reader of everything gets is kept to be looked at."""
    bulletin.state, bulletin.started_at = "sending", now
    partnership = db.session.get_one(Partnership, bulletin.partnership_id)
    written = letter_for(bulletin, contents, Wishes(), partnership, now=now)
    bulletin.text, bulletin.html = written.text, written.html


def number_waiting(bulletin: Bulletin) -> int:
    """How many of its letters have not left yet."""
    waiting = sa.select(sa.func.count()).where(
        Letter.about == bulletin.about, Letter.state.in_(("queued", "sending"))
    )
    return db.session.scalar(waiting) or 0


def next_readers(bulletin: Bulletin, *, limit: int) -> Sequence[Any]:
    """Who comes next: those after the cursor who wanted it when it started, with their name where one is known."""
    columns = (Subscriber.id, Subscriber.public_id, Subscriber.email, Subscriber.wishes, Person.name)
    wanted = (
        sa.select(*columns)
        .outerjoin(Person, Person.email == Subscriber.email)
        .where(
            Subscriber.wanting(bulletin.partnership_id),
            sa.not_(Subscriber.comes_back()),
            Subscriber.confirmed_at <= bulletin.started_at,
            Subscriber.id > bulletin.cursor,
        )
    )
    return db.session.execute(wanted.order_by(Subscriber.id).limit(limit)).all()


def post_all(
    bulletin: Bulletin, contents: Contents, rows: Iterable[Any], *, first: int, now: datetime
) -> None:
    """Put the letters of a slice into the outbox, each due a moment after the one before."""
    partnership = db.session.get_one(Partnership, bulletin.partnership_id)
    pace, posted, passed_over = timedelta(minutes=1) / A_MINUTE, 0, 0
    for place, row in enumerate(rows, first):
        wishes = wishes_from(row.wishes)
        if narrowed(contents, wishes).is_empty:
            passed_over += 1
            continue
        posted += post_to(
            bulletin,
            contents,
            wishes,
            partnership,
            key=f"{bulletin.about}:{row.public_id}",
            email=row.email,
            name=row.name or "",
            now=now,
            due_at=now + place * pace,
            expires_at=now + STALE,
        )
    bulletin.posted += posted
    bulletin.passed_over += passed_over
