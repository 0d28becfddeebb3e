"""What tests of the bulletin share: readers, dates, a bulletin that is written and one that is sent."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from app.accounts.models import Person
from app.bulletin import composing, sending
from app.bulletin.models import MESSAGE, Bulletin, Subscriber, SubscriberChange
from app.bulletin.rules import Wishes
from app.catalogue.models import Event
from app.clock import stopped_at
from app.db import db, writing
from app.notifications import choices
from app.notifications.models import Letter
from app.records.bulletins import available, due
from tests.conftest import TODAY
from tests.factories import add, make_course, make_event, make_partnership, make_person


def make_subscriber(email: str, wishes: Wishes | None = None, **given: object) -> Subscriber:
    """Somebody who asked for the bulletin a month ago and confirmed it."""
    since = TODAY - timedelta(days=30)
    usual = {
        "partnership_id": make_partnership().id,
        "email": email,
        "asked_at": since,
        "confirmed_at": since,
    }
    row = add(Subscriber(**{**usual, "wishes": (wishes or Wishes()).kept(), **given}))
    add(SubscriberChange(subscriber_id=row.id, at=since, what="subscribed", wishes=row.wishes))
    return row


def make_date(title: str = "Neglect", *, days: float = 20, **given: Any) -> Event:
    """A date of a course of that name, so many days ahead."""
    course = {name: given.pop(name) for name in ("level", "delivery", "audience_groups") if name in given}
    return make_event(make_course(title, **course), starts=TODAY + timedelta(days=days), **given)


def make_bulletin(**given: object) -> Bulletin:
    """A draft of Ada's."""
    ada = db.session.scalar(sa.select(Person).where(Person.name == "Ada Admin")) or make_person("Ada Admin")
    with writing():
        found = composing.begin(make_partnership(), by=ada, now=TODAY)
        for name, value in given.items():
            setattr(found, name, value)
    return found


def switch_on() -> None:
    """The partnership sends bulletins."""
    with writing():
        choices.switch(make_partnership().id, MESSAGE, on=True, by="", now=TODAY)


def approve(bulletin: Bulletin, at: datetime = TODAY) -> None:
    """Its editor has pressed Send."""
    ada = db.session.scalars(sa.select(Person).where(Person.public_id == bulletin.edited_by)).one()
    with writing():
        contents = composing.contents_of(bulletin, available(bulletin, TODAY), now=TODAY)
        sending.approve(bulletin, contents, version=bulletin.version, at=at, by=ada, now=TODAY)


def work(at: datetime = TODAY) -> None:
    """The clock's minute."""
    due(stopped_at(at))


def letters(message: str = MESSAGE) -> list[Letter]:
    """The mails there are, by reader."""
    db.session.expire_all()
    wanted = sa.select(Letter).where(Letter.message == message).order_by(Letter.to_email, Letter.id)
    return list(db.session.scalars(wanted))


def leave(number: int | None = None, at: datetime = TODAY) -> None:
    """So many of the waiting mails (or all) leave."""
    waiting = (
        sa.select(Letter.id).where(Letter.state == "queued").order_by(Letter.due_at, Letter.id).limit(number)
    )
    with writing():
        ids = db.session.scalars(waiting).all()
        db.session.execute(sa.update(Letter).where(Letter.id.in_(ids)).values(state="sent", sent_at=at))
