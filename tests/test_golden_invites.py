"""Invites and one mail, byte for byte as they were when somebody last looked at them.

What changed on purpose is renewed by ``RENEW_GOLDEN=1 python -m pytest tests/test_golden_invites.py`` and read in
the difference before it is committed.
"""

import email
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import policy
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from app.accounts.models import Person
from app.accounts.rules import Role
from app.booking import actions as booking_actions
from app.booking import letters
from app.booking.checks import occasion_of
from app.booking.models import Booking
from app.catalogue.models import Event, EventSession, Venue
from app.catalogue.plans import SessionPlan
from app.db import db
from app.delivery import actions
from app.delivery.standing_in import stand_in
from app.notifications.letters import mime
from app.notifications.models import Letter
from app.pool.models import EventTrainer
from app.records.actions import changing
from tests.browser import CheckedClient
from tests.calendar_checkers import read_with_both
from tests.calendar_laws import let_mail_leave
from tests.factories import add, make_booking, make_course, make_event, make_person

GOLDEN = Path(__file__).with_name("golden")
NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
JULY = datetime(2027, 7, 6, 8, 30, tzinfo=UTC)
HOURS = timedelta(hours=3)


@pytest.fixture(autouse=True)
def stamp(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The instant every one of them is written at, on an installation that reads its mailbox."""
    monkeypatch.setitem(app.config, "MAILBOX", "folder")
    with time_machine.travel(NOW, tick=False):
        yield


def compare(name: str, found: bytes) -> None:
    """Hold what was written against the file of that name (or renew it)."""
    file = GOLDEN / name
    if os.environ.get("RENEW_GOLDEN") == "1":
        file.write_bytes(found)
    assert found == file.read_bytes(), f"tests/golden/{name} differs: {__doc__}"


def compare_invite(name: str, text: str) -> None:
    """The same for a calendar, which both readers accept too."""
    assert read_with_both(text)
    compare(f"{name}.ics", text.encode())


def event_called(name: str, *starts: datetime, venue: Venue | None = None) -> Event:
    """An event whose ids are known beforehand."""
    course = make_course("Sexual abuse: children, young people; and “families”")
    event = make_event(course, starts[0], join_token=f"event-{name}")
    first = db.session.scalars(EventSession.of(event.id)).one()
    with changing(event.id, now=NOW):
        for number, start in enumerate(starts, 1):
            session = first if number == 1 else EventSession(event_id=event.id)
            session.public_id, session.venue = f"session-{number}-{name}", venue
            session.starts_at, session.ends_at = start, start + HOURS
            db.session.add(session)
        event.ends_at = starts[-1] + HOURS
    db.session.rollback()
    return event


def booked(event: Event, name: str) -> Booking:
    """Siân's booking, told with its invite."""
    sian = make_person("Siân “Sunny” O'Neill, née Hughes", email="sian.oneill@northshire.example")
    booking = make_booking(event, sian, public_id=f"booking-{name}", made_at=NOW)
    with changing(event.id, now=NOW):
        letters.tell_booked(booking, sian, occasion_of(event, NOW), now=NOW, promoted=False)
    return booking


def calendars(about: str) -> list[str]:
    """The invites about something, in order."""
    db.session.rollback()
    wanted = sa.select(Letter.calendar).where(Letter.about == about, Letter.calendar != "")
    return list(db.session.scalars(wanted.order_by(Letter.id)))


def ada() -> Person:
    """Who changes it."""
    return make_person("Ada Administrator", Role.ADMINISTRATOR)


def test_one_booking_from_its_invite_to_its_end():
    event, by = event_called("online", JULY), ada()
    booking = booked(event, "online")
    let_mail_leave(NOW)
    later = NOW + timedelta(hours=1)
    with changing(event.id, now=later) as locked:
        plan = SessionPlan(starts_at=JULY + timedelta(days=120), ends_at=JULY + timedelta(days=120) + HOURS)
        actions.reschedule(locked, [plan], by=by, now=later)
    let_mail_leave(later + timedelta(hours=1))
    with changing(event.id, now=later):
        booking_actions.cancel(booking, by=by, now=later + timedelta(hours=1))
    for name, text in zip(("request", "update", "cancel"), calendars("booking:booking-online"), strict=True):
        compare_invite(name, text)


def test_a_course_of_three_sessions():
    hall = add(
        Venue(name="Hill House; the “Long” Room", address="1 High Street,\nNorthtown", postcode="NS1 2AB")
    )
    weekly = [JULY + timedelta(weeks=week) for week in range(3)]
    booked(event_called("three", *weekly, venue=hall), "three")
    for number, text in enumerate(calendars("booking:booking-three"), 1):
        compare_invite(f"three-sessions-{number}", text)


def test_a_trainer():
    event, by, tom = event_called("trainer", JULY), ada(), make_person("Tom Trainer", Role.TRAINER)
    with changing(event.id, now=NOW) as locked:
        stand_in(locked, tom, part="pool", agency_id=None, by=by, now=NOW)
    with changing(event.id, now=NOW):
        db.session.scalars(sa.select(EventTrainer)).one().public_id = "trainer-tom"
        stand_in(event, tom, part="pool", agency_id=None, by=by, now=NOW)
    compare_invite("trainer", calendars("trainer:trainer-tom")[0])


def test_a_file_to_add_by_hand(client: CheckedClient):
    weekly = [JULY + timedelta(weeks=week) for week in range(2)]
    booking = booked(event_called("file", *weekly), "file")
    answer = client.sign_in(booking.person).get(f"/bookings/{booking.public_id}/calendar.ics")
    compare_invite("publish", answer.get_data(as_text=True))


def a_mail() -> bytes:
    """An invite as it is sent, with the boundaries that chance chose called by number."""
    booked(event_called("mail", JULY), "mail")
    db.session.rollback()
    letter = db.session.scalars(sa.select(Letter)).one()
    db.session.expunge(letter)
    fixed = {"text": "You have a place: “Neglect”\n", "html": "<p>You have a place: “Neglect”</p>\n"}
    for name, value in fixed.items() | {"message_id": "<letter@roundtable.example>"}.items():
        setattr(letter, name, value)
    sent = mime(letter).as_bytes()
    for number, boundary in enumerate(re.findall(rb'boundary="([^"]+)"', sent), 1):
        sent = sent.replace(boundary, b"boundary-%d" % number)
    return sent


def test_a_mail():
    compare("invite.eml", a_mail())


def test_the_mail_is_shaped_as_mail_clients_need_it():
    sent = a_mail()
    mail = email.message_from_bytes(sent, policy=policy.default)
    assert mail.get_content_type() == "multipart/mixed"
    alternatives, file = mail.iter_parts()
    assert alternatives.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in alternatives.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    invites = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    assert len(invites) == 1 and invites[0].get_content_disposition() is None
    assert invites[0].get_param("method") == "REQUEST" and invites[0].get_param("charset") == "utf-8"
    body = invites[0].get_content()
    assert "\r\nMETHOD:REQUEST\r\n" in body
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "invite.ics")
    assert file.get_content().decode() == body
    assert max(sent) < 128 and max(map(len, sent.split(b"\r\n"))) <= 998
