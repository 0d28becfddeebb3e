"""Secret addresses of people's calendars: made, made anew, ended."""

from datetime import datetime

import sqlalchemy as sa

from ..db import db
from .models import CalendarFeed, Person
from .tokens import hash_of_feed, new_token


def make_feed(person: Person, kind: str, *, now: datetime) -> str:
    """Give a person an address for that kind of calendar; returns its token, which nobody can look up later.

    The address they had before is ended.
    """
    end_feed(person, kind, now=now)
    token = new_token()
    db.session.add(CalendarFeed(person_id=person.id, kind=kind, token_hash=hash_of_feed(token), made_at=now))
    return token


def end_feed(person: Person, kind: str, *, now: datetime) -> None:
    """No calendar reads that address any more. The person's row is locked, so that two pages end one after the other."""
    db.session.execute(sa.select(Person.id).where(Person.id == person.id).with_for_update())
    mine = CalendarFeed.open_of(person.id).where(CalendarFeed.kind == kind)
    for feed in db.session.scalars(mine):
        feed.ended_at = now
    db.session.flush()
