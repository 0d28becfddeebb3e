"""What came in by mail, as lines of the desk."""

from collections.abc import Iterator
from datetime import datetime

from ...db import db
from ...mailbox import listing
from ...web.filters import plural
from .lines import SOON, Line


def lines_of(partnership_id: int, now: datetime) -> Iterator[Line]:
    """Refusals in calendars, a trainer's first; mails that wait for an answer; a mailbox that is away."""
    read = db.session.execute
    for row in read(listing.trainers_declined(partnership_id, now)):
        yield Line(
            rank=0 if row.starts_at - now < SOON else 1,
            when=row.starts_at,
            what=f"{row.name} declined to deliver {row.title} in their calendar",
            why="Nothing was changed. The date may have no trainer.",
            button="See who can",
            href=f"/events/{row.id}/trainer-ill",
        )
    number, _, first = read(listing.number_declined(partnership_id, now)).one()
    if number:
        yield people_declined(number, first, now)
    number, since = read(listing.number_to_see_to(partnership_id)).one()
    if number:
        yield to_see_to(number, since)
    away = db.session.scalar(listing.away(now))
    if away and away.away_since_at:
        yield Line(
            rank=1,
            when=away.away_since_at,
            what="The mailbox cannot be read",
            why="Answers to invites and mails that came back wait in it. No mail to people waits for it.",
            button="See why",
            href="/mailbox",
            word="Since",
        )


def people_declined(number: int, first: datetime, now: datetime) -> Line:
    """People whose calendar said no and who have not released the place."""
    who, holds = ("person", "holds") if number == 1 else ("people", "hold")
    return Line(
        rank=1 if first - now < SOON else 2,
        when=first,
        what=f"{number:,} {who} declined in their calendar and still {holds} a place",
        why="Each was asked whether to release it. A call may settle it.",
        button="See who",
        href="/mailbox?show=declined",
        word="First date:",
    )


def to_see_to(number: int, since: datetime) -> Line:
    """Mails that only a person can answer."""
    return Line(
        rank=2,
        when=since,
        what=f"{plural(number, 'mail waits', 'mails wait')} for somebody to read {'it' if number == 1 else 'them'}",
        why="Questions, and answers to invites that nobody could match.",
        button="Read it" if number == 1 else "Read them",
        href="/mailbox",
        word="Since",
    )
