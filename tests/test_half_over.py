"""A course of several sessions of which one is over: people are told of what is ahead, and of nothing that is past."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.models import Person
from app.booking import calendars
from app.booking.checks import occasion_of
from app.booking.letters import tell_booked
from app.catalogue.models import Event, EventSession
from app.catalogue.plans import SessionPlan
from app.db import db
from app.delivery import actions
from app.delivery.standing_in import cannot_come, stand_in
from app.notifications.models import Letter
from app.pool.models import EventTrainer
from app.records.actions import changing
from tests.calendar_checkers import read_with_both
from tests.factories import make_booking, make_event, make_person, make_trainer

pytestmark = pytest.mark.usefixtures("calendars_read")

NOW = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
DAY, HOURS = timedelta(days=1), timedelta(hours=3)
PAST, AHEAD, FURTHER = NOW - DAY, NOW + 5 * DAY, NOW + 9 * DAY
BOOKED = NOW - 7 * DAY


def at(*starts: datetime, venue: str = "The Hall") -> list[SessionPlan]:
    """Sessions of three hours that start then."""
    return [SessionPlan(starts_at=start, ends_at=start + HOURS, venue=venue) for start in starts]


def half_over() -> tuple[Event, str, str]:
    """A course of which yesterday's session is over and one is to come; what letters to its delegate and trainer are about."""
    event = make_event(starts=PAST)
    reschedule(event, at(PAST, AHEAD), now=BOOKED)
    booking, trainer = make_booking(event), make_trainer(event)
    with changing(event.id, now=BOOKED):
        occasion = occasion_of(event, BOOKED)
        tell_booked(booking, booking.person, occasion, now=BOOKED, promoted=False)
        db.session.execute(sa.update(Letter).values(state="sent", sent_at=BOOKED))
    return event, f"booking:{booking.public_id}", f"trainer:{trainer.public_id}"


def reschedule(event: Event, plans: Sequence[SessionPlan], *, now: datetime = NOW) -> int:
    """The whole change; how many are told."""
    by = make_person()
    with changing(event.id, now=now) as locked:
        return actions.reschedule(locked, plans, by=by, now=now).told


def told(about: str) -> list[Letter]:
    """The letters that the change brought."""
    db.session.rollback()
    wanted = sa.select(Letter).where(Letter.about == about, Letter.queued_at == NOW)
    return list(db.session.scalars(wanted.order_by(Letter.id)))


def begins(letters: Sequence[Letter]) -> list[tuple[str, datetime]]:
    """What each tells a calendar, and of which session."""
    return [(letter.calendar_method, read_with_both(letter.calendar)[0].starts_at) for letter in letters]


@pytest.mark.parametrize("changed", ["another session", "another place"])
def test_no_calendar_is_told_of_a_session_that_is_over(each_app: Flask, changed: str):
    event, *readers = half_over()
    plans = at(PAST, AHEAD, FURTHER) if changed == "another session" else at(PAST, AHEAD, venue="Town Hall")
    ahead = [("REQUEST", plan.starts_at) for plan in plans[1:]]
    assert reschedule(event, plans) == 2
    for reader in readers:
        letters = told(reader)
        assert begins(letters) == ahead
        assert "Wed 25 November" in letters[0].subject
        for letter in letters:
            assert "19 November" not in letter.text + letter.subject
            assert letter.expires_at is not None and letter.expires_at > NOW


def test_when_the_last_session_ahead_falls_away_its_readers_are_told_that(each_app: Flask):
    event, delegate, trainer = half_over()
    assert reschedule(event, at(PAST)) == 2
    for reader in (delegate, trainer):
        [letter] = told(reader)
        assert begins([letter]) == [("CANCEL", AHEAD)]
        assert "has no further session" in letter.subject
        assert "does not take place" in letter.text and "Wed 25 November" in letter.text
        assert "19 November" not in letter.text
        assert letter.expires_at == AHEAD + HOURS


def test_who_has_begun_a_course_is_not_led_to_giving_the_place_back(each_app: Flask):
    event, delegate, _ = half_over()
    reschedule(event, at(PAST, AHEAD + HOURS))
    [letter] = told(delegate)
    assert "ring the training team" in letter.text
    assert "/cancel" not in letter.text and "count as late" not in letter.text


def test_a_correction_of_what_is_over_is_kept_and_told_to_nobody(each_app: Flask):
    event, *readers = half_over()
    plans = [*at(PAST, venue="Town Hall"), *at(AHEAD)]
    assert reschedule(event, plans) == 0
    assert [told(reader) for reader in readers] == [[], []]
    places = [
        session.venue.name for session in db.session.scalars(EventSession.of(event.id)) if session.venue
    ]
    assert places == ["Town Hall", "The Hall"]


def test_who_stands_in_for_the_rest_gets_the_rest_and_who_leaves_keeps_what_they_delivered(each_app: Flask):
    event, _, leaves = half_over()
    ada, ravi = make_person(), make_person("Ravi Reserve")
    tom = db.session.scalars(sa.select(Person).where(Person.name == "Tom Trainer")).one()
    with changing(event.id, now=NOW) as locked:
        stand_in(locked, ravi, part="pool", agency_id=None, by=ada, now=NOW)
        named = db.session.scalars(sa.select(EventTrainer).where(EventTrainer.person_id == ravi.id)).one()
        about = f"trainer:{named.public_id}"
        cannot_come(locked, tom, by=ada, now=NOW)
    assert begins(told(about)) == [("REQUEST", AHEAD)]
    assert begins(told(leaves)) == [("CANCEL", AHEAD)]


def test_whose_calendar_never_had_a_course_that_has_begun_is_sent_the_rest_of_it(each_app: Flask):
    event, *_ = half_over()
    booking = make_booking(event)
    with changing(event.id, now=NOW):
        assert calendars.repeat(booking, now=NOW, by="") == 1
    [letter] = told(f"booking:{booking.public_id}")
    assert begins([letter]) == [("REQUEST", AHEAD)]
    assert letter.subject.startswith("You have a place") and "19 November" not in letter.text
