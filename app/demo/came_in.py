"""What came in by mail in the demonstration: answers to invites, a question, and a mail that came back.

They are real mails, read and taken in as any other; only their ids are those of the seed.
"""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from ..booking.checks import occasion_of
from ..booking.letters import about, tell_booked
from ..booking.models import Booking
from ..booking.rules import State
from ..catalogue.models import Event, EventSession
from ..mailbox.actions import take_in
from ..mailbox.models import IncomingMail
from ..mailbox.sorting import read
from ..notifications.calendar import uid_of
from ..notifications.models import Letter
from .letters import name_letters
from .seed import public_id

ENOUGH = 6  # bookings on the date whose calendars answer
QUESTION = """From: Rowan Blake <rowan.blake@example.org>
Message-ID: <parking-1@example.org>
Subject: Parking, and a wheelchair user
Content-Type: text/plain; charset=utf-8

Hello,

two of us would like to come in spring. Is there parking near the venue, and is the
room on the ground floor? One of us uses a wheelchair.

Rowan Blake
"""


def receive(session: Session, but: int, now: datetime) -> None:
    """Let these mails come in, in the hours before ``now``; none of them is of the practitioner to sign in as."""
    bookings = answering(session, but, now)
    if len(bookings) < ENOUGH:
        return
    comment = "I am on leave that week. Could a colleague come instead?"
    mails = [
        answer(session, bookings[0], "DECLINED", now - timedelta(hours=3), comment),
        answer(session, bookings[1], "ACCEPTED", now - timedelta(hours=5)),
        answer(session, bookings[2], "ACCEPTED", now - timedelta(hours=20)),
        QUESTION,
        returned(session, bookings[3], now - timedelta(days=1)),
    ]
    for number, mail in enumerate(reversed(mails)):
        raw = mail.encode()
        take_in(read(raw), raw, now=now - timedelta(minutes=20 * (len(mails) - number)))
    for row in session.scalars(sa.select(IncomingMail)):
        row.public_id = public_id("incoming mail", row.message_id)
    name_letters(session)


def answering(session: Session, but: int, now: datetime) -> list[Booking]:
    """Those with a place on the first date, a week ahead or more, that enough people are on."""
    places = sa.select(sa.func.count()).where(Booking.event_id == Event.id, Booking.state == State.BOOKED)
    theirs = sa.exists().where(Booking.event_id == Event.id, Booking.person_id == but)
    coming = sa.select(Event.id).where(Event.state == "published", Event.starts_at > now + timedelta(days=7))
    full_enough = coming.where(places.scalar_subquery() >= ENOUGH, ~theirs).order_by(
        Event.starts_at, Event.id
    )
    event_id = session.scalar(full_enough.limit(1))
    booked = sa.select(Booking).where(Booking.event_id == event_id, Booking.state == State.BOOKED)
    return list(session.scalars(booked.order_by(Booking.id).limit(ENOUGH)))


def answer(session: Session, booking: Booking, partstat: str, at: datetime, comment: str = "") -> str:
    """What a calendar sends when its owner answers an invite."""
    of_event = sa.select(EventSession.public_id).where(EventSession.event_id == booking.event_id)
    uid = uid_of(booking.public_id, session.scalars(of_event.order_by(EventSession.starts_at).limit(1)).one())
    person = booking.person
    said = f"COMMENT:{comment}\n" if comment else ""
    return (
        f"From: {person.name} <{person.email}>\nMessage-ID: <{public_id('answer', uid)}@mail.example>\n"
        f"Subject: {partstat.capitalize()}: Training: {booking.event.course.title}\n"
        "Content-Type: text/calendar; charset=utf-8; method=REPLY\n\n"
        f"BEGIN:VCALENDAR\nMETHOD:REPLY\nVERSION:2.0\nBEGIN:VEVENT\nUID:{uid}\nSEQUENCE:{booking.invite_sequence}\n"
        f"DTSTAMP:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}\n{said}"
        f"ATTENDEE;PARTSTAT={partstat}:mailto:{person.email}\nEND:VEVENT\nEND:VCALENDAR\n"
    )


def returned(session: Session, booking: Booking, at: datetime) -> str:
    """What a mail server sends when it has no such mailbox, about the mail that said \"you have a place\"."""
    person = booking.person
    tell_booked(booking, person, occasion_of(booking.event, at), now=at, promoted=False)
    name_letters(session)
    letter = session.scalars(
        sa.select(Letter).where(Letter.about == about(booking)).order_by(Letter.id)
    ).first()
    assert letter is not None
    letter.state, letter.sent_at, letter.tries = "sent", at, 1
    session.flush()
    return (
        "From: Mail Delivery System <mailer-daemon@mx.example>\nMessage-ID: <returned-1@mx.example>\n"
        f"To: {current_app.config['MAIL_FROM']}\nSubject: Undelivered Mail Returned to Sender\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="x"\n\n'
        "--x\nContent-Type: text/plain\n\nThe mail system could not deliver your message.\n\n"
        "--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; {person.email}\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 there is no such mailbox\n\n"
        f"--x\nContent-Type: text/rfc822-headers\n\nMessage-ID: {letter.message_id}\n\n--x--\n"
    )
