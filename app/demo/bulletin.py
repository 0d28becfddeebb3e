"""The bulletin of the demonstration: some forty who asked for it, one that was sent three weeks ago, and a draft."""

from datetime import datetime, timedelta
from itertools import cycle

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from ..accounts.models import Person
from ..bulletin import composing, sending
from ..bulletin.models import MESSAGE, Bulletin, Subscriber, SubscriberChange
from ..bulletin.rules import Wishes
from ..bulletin.subscribing import BY_ACCOUNT, BY_FORM, BY_MAIL
from ..catalogue.models import Course
from ..notifications import choices
from ..notifications.models import Letter
from ..notifications.unsubscribing import token_of
from ..partnerships.models import Partnership
from ..records.bulletins import available
from .seed import chance, public_id

READERS = 36
OFFICES = ("office@scouts-trent.example", "admin@willow-nursery.example", "training@trent-housing.example")
NEW = "county-lines"
WISHES = (
    Wishes(),
    Wishes(),
    Wishes(levels=(2, 3)),
    Wishes(),
    Wishes(deliveries=("virtual",)),
    Wishes(role_group="Designated or named safeguarding lead"),
    Wishes(),
    Wishes(levels=(1, 2), deliveries=("virtual", "blended")),
)
OPENING = (
    "Autumn was busy: thank you to everybody who came, and to those who trained.\n\n"
    "Here is what has places left. If a date is full by the time you look, put your name on its list: places "
    "come free more often than you think."
)
BEFORE_SPRING = (
    "Before the spring holidays there is still room on these courses. Bring a colleague from another agency."
)


def add_bulletins(session: Session, partnership_id: int, *, by: int, now: datetime) -> None:
    """All of it, as if it had been done on the site."""
    partnership, editor = session.get_one(Partnership, partnership_id), session.get_one(Person, by)
    make_one_course_new(session, now)
    add_readers(session, partnership_id, now)
    sent_at = now - timedelta(days=21, hours=-2)
    choices.switch(partnership_id, MESSAGE, on=True, by=editor.public_id, now=sent_at - timedelta(days=9))
    send_one(session, partnership, editor, sent_at)
    draft = begin(partnership, editor, now - timedelta(days=1, hours=-3), "draft")
    draft.subject, draft.opening, draft.weeks = "Training with places left before spring", BEFORE_SPRING, 10
    draft.version = 3
    soonest = available(draft, now).dates[:1]
    draft.left_out = [found.event_id for found in soonest]
    session.flush()


def make_one_course_new(session: Session, now: datetime) -> None:
    """The programme is a year old but for one course."""
    session.execute(sa.update(Course).values(created_at=now - timedelta(days=400)))
    session.execute(
        sa.update(Course).where(Course.slug == NEW).values(created_at=now - timedelta(days=12, hours=-3))
    )


def add_readers(session: Session, partnership_id: int, now: datetime) -> None:
    """People of the programme and a few offices; some have not confirmed, some have left again."""
    people = sa.select(Person.email, Person.public_id).where(
        Person.email.like("%.example"), Person.is_guest.is_(False), Person.closed_at.is_(None)
    )
    known = [row for row in session.execute(people.order_by(Person.id)) if "@demo." not in row.email]
    draw = chance("bulletin", "readers")
    chosen = draw.sample(known, READERS)
    practitioner = session.execute(
        sa.select(Person.email, Person.public_id).where(Person.email == "practitioner@demo.example")
    ).one()
    rows = [(row.email, row.public_id) for row in (practitioner, *chosen)] + [
        (email, "") for email in OFFICES
    ]
    for number, ((email, person), wishes) in enumerate(zip(rows, cycle(WISHES), strict=False)):
        since = now - timedelta(days=200 - 4 * number, minutes=-37 * (number % 12))
        add_reader(session, partnership_id, email, person, wishes, since=since, left=number in (9, 23))
    add_asking(session, partnership_id, "someone@trent-riding.example", now - timedelta(days=2, hours=3))


def add_reader(
    session: Session,
    partnership_id: int,
    email: str,
    person: str,
    wishes: Wishes,
    *,
    since: datetime,
    left: bool,
) -> None:
    """Somebody who subscribed, and perhaps left again a month later."""
    row = Subscriber(
        public_id=public_id("subscriber", email),
        partnership_id=partnership_id,
        email=email,
        wishes=wishes.kept(),
        asked_at=since,
        confirmed_at=since,
    )
    session.add(row)
    session.flush()
    how = BY_ACCOUNT if person else BY_FORM
    note(session, row, "subscribed", since, how=how, by=person, wishes=wishes.kept())
    if left:
        row.ended_at = since + timedelta(days=31)
        note(session, row, "unsubscribed", row.ended_at, how=BY_MAIL)
        choices.choose(email, MESSAGE, wanted=False, now=row.ended_at)
    session.flush()


def add_asking(session: Session, partnership_id: int, email: str, at: datetime) -> None:
    """An address that nobody has confirmed yet."""
    row = Subscriber(
        public_id=public_id("subscriber", email), partnership_id=partnership_id, email=email, asked_at=at
    )
    session.add(row)
    session.flush()
    note(session, row, "asked", at, how="with the form on the site")
    session.flush()


def note(session: Session, row: Subscriber, what: str, at: datetime, **more: object) -> None:
    """A line of its history."""
    session.add(SubscriberChange(subscriber_id=row.id, what=what, at=at, **more))


def begin(partnership: Partnership, editor: Person, at: datetime, name: str) -> Bulletin:
    """A draft with a public id of its own."""
    bulletin = composing.begin(partnership, by=editor, now=at)
    bulletin.public_id = public_id("bulletin", name)
    return bulletin


def send_one(session: Session, partnership: Partnership, editor: Person, at: datetime) -> None:
    """The bulletin that was sent, through the same doors as on the site, and its mails, which have left."""
    bulletin = begin(partnership, editor, at - timedelta(hours=1), "sent")
    bulletin.opening = OPENING
    session.flush()
    contents = composing.contents_of(bulletin, available(bulletin, at), now=at)
    sending.approve(bulletin, contents, version=bulletin.version, at=at, by=editor, now=at)
    session.flush()
    while sending.send_slice(bulletin.id, available, now=at):
        pass
    domain = current_app.config["MAIL_FROM"].rpartition("@")[2]
    for letter in session.scalars(sa.select(Letter).where(Letter.about == bulletin.about)):
        rename(letter, public_id("letter", letter.key), domain)
        letter.state, letter.tries, letter.sent_at = "sent", 1, letter.due_at + timedelta(seconds=2)
    session.flush()


def rename(letter: Letter, name: str, domain: str) -> None:
    """Give a letter a name that is the same every time, in the links it holds too."""
    before, after = token_of(letter.public_id), token_of(name)
    letter.text, letter.html = letter.text.replace(before, after), letter.html.replace(before, after)
    letter.headers = {key: str(value).replace(before, after) for key, value in letter.headers.items()}
    letter.public_id, letter.message_id = name, f"<{name}@{domain}>"
