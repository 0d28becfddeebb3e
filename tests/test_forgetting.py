"""What is kept for the day only is wiped 30 days after it."""

from datetime import timedelta

import sqlalchemy as sa
from flask import Flask

from app.attendance.breakout_models import Breakout, BreakoutPlace
from app.attendance.breakouts import make
from app.booking.models import Booking
from app.clock import stopped_at
from app.db import db
from app.records import forgetting
from app.records.actions import changing
from tests.conftest import TODAY
from tests.factories import make_booking, make_event


def said() -> list[tuple[str, str]]:
    """Needs and mobile numbers that are still there, oldest booking first."""
    db.session.rollback()
    rows = db.session.execute(sa.select(Booking.needs, Booking.mobile).order_by(Booking.id)).all()
    return [tuple(row) for row in rows]


def test_breakout_groups_are_forgotten_with_them(app: Flask):
    old, fresh = make_event(starts=TODAY - timedelta(days=40)), make_event(starts=TODAY - timedelta(days=20))
    for event in (old, fresh):
        booking = make_booking(event)
        with changing(event, now=TODAY) as locked:
            make(locked, groups=1, seed=1, by=booking.person, now=TODAY)
    forgetting.due(stopped_at(TODAY))
    db.session.rollback()
    assert db.session.scalars(sa.select(Breakout.event_id)).all() == [fresh.id]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(BreakoutPlace)) == 1


def test_needs_and_mobile_numbers_are_wiped_thirty_days_after_the_last_session(each_app: Flask):
    old = make_event(starts=TODAY - timedelta(days=40))
    fresh = make_event(old.course, TODAY - timedelta(days=20))
    for event in (old, fresh):
        make_booking(event, needs="A ramp", mobile="07700 900123")
    forgetting.due(stopped_at(TODAY))
    assert said() == [("", ""), ("A ramp", "07700 900123")]
    forgetting.due(stopped_at(TODAY + timedelta(days=10, hours=4)))
    assert said() == [("", ""), ("", "")]
