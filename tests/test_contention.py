"""Fifty people at once for the last thirty places: over HTTP, against several processes, from eight others."""

from collections import Counter
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from app.accounts.rules import Role
from app.booking.models import Booking
from app.catalogue.models import Event
from app.clock import now
from app.db import db, writing
from app.notifications.models import Letter
from app.records.actions import settle
from tests.desk_rules import Look
from tests.factories import make_booking, make_course, make_event, make_person
from tests.web_servers import gunicorn, rush, session_cookie, turmoil

PEOPLE, PLACES, CLIENTS = 50, 30, 8


def test_fifty_people_want_the_last_thirty_places(each_app: Flask):
    event = make_event(capacity=PLACES + 3)
    for _ in range(3):
        make_booking(event)
    visits = [(f"/events/{event.id}/book", session_cookie(each_app, make_person())) for _ in range(PEOPLE)]
    with gunicorn(each_app) as port:
        seen = rush(port, visits, clients=CLIENTS)
    assert {status for one in seen for status in one["statuses"]} <= {200, 303, 409}
    headings = Counter(one["heading"] for one in seen)
    assert headings.pop("You have a place") == PLACES
    # Each of the others was told a number of their own, while the rush was on.
    assert headings == {f"You are number {n} on the waiting list": 1 for n in range(1, PEOPLE - PLACES + 1)}

    db.session.rollback()
    assert db.session.get_one(Event, event.id).places_held == PLACES + 3
    states = Counter(db.session.scalars(sa.select(Booking.state).where(Booking.event_id == event.id)))
    assert states == {"booked": PLACES + 3, "waiting": PEOPLE - PLACES}
    in_line = sa.select(Booking.id).where(Booking.state == "waiting").order_by(Booking.joined_at, Booking.id)
    assert list(db.session.scalars(in_line)) == sorted(db.session.scalars(in_line))
    told = Counter(db.session.scalars(sa.select(Letter.message)))
    assert told == {"booked": PLACES, "waiting": PEOPLE - PLACES}


def test_six_clicks_of_one_person_at_once_make_one_booking(each_app: Flask):
    event = make_event()
    visits = [(f"/events/{event.id}/book", session_cookie(each_app, make_person()))] * 6
    with gunicorn(each_app) as port:
        seen = rush(port, visits, clients=2)
    assert [one["heading"] for one in seen] == ["You have a place"] * 6
    assert [one["statuses"] for one in seen] == [[200, 303, 200]] * 6
    db.session.rollback()
    assert db.session.get_one(Event, event.id).places_held == 1
    assert len(db.session.scalars(sa.select(Booking)).all()) == 1
    assert len(db.session.scalars(sa.select(Letter)).all()) == 1


def test_one_person_who_books_two_dates_of_a_course_at_once_gets_one(each_app: Flask):
    first = make_event()
    second = make_event(first.course, starts=first.starts_at + timedelta(days=30))
    cookie = session_cookie(each_app, make_person())
    with gunicorn(each_app) as port:
        seen = rush(port, [(f"/events/{event.id}/book", cookie) for event in (first, second)], clients=2)
    assert sorted(one["heading"] for one in seen) == [
        "You already have a place on this course",
        "You have a place",
    ]
    db.session.rollback()
    assert db.session.scalars(sa.select(Booking.state)).all() == ["booked"]


def test_thirty_seconds_of_booking_giving_up_and_changing_the_limit_keep_every_rule(each_app: Flask):
    course = make_course()
    starts_at = now().replace(minute=0, second=0, microsecond=0) + timedelta(days=60)
    events = [
        make_event(course, starts_at, capacity=6),
        make_event(course, starts_at + timedelta(days=28), capacity=3),
    ]
    with writing():
        for event in events:
            settle(event.id, now=now())
    people = [session_cookie(each_app, make_person()) for _ in range(24)]
    desk = session_cookie(each_app, make_person("Ada Admin", Role.ADMINISTRATOR))
    ids = [event.id for event in events]
    with gunicorn(each_app) as port:
        seen = turmoil(port, ids, people, desk, clients=CLIENTS, seconds=30)
    assert not [status for status in seen if status >= 500], seen
    db.session.rollback()
    db.session.expire_all()
    look = Look(ids)
    assert len(look.rows) > 60, "hardly anything happened"
    most = max(12, *look.nothing_is_overfilled(dict.fromkeys(ids, 12)).values())
    assert most == 12
    look.every_history_is_whole()
    look.nobody_hoards(now())
    look.promotions_are_right()
    look.tallies_are_true(now())
