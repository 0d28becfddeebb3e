"""What a calendar is answered that asks for its feed: another answer exactly when something in it is another."""

from collections.abc import Callable, Mapping

import pytest
import sqlalchemy as sa
from flask import Flask
from time_machine import travel

from app.accounts.feeds import make_feed
from app.accounts.models import Person
from app.booking.models import Booking
from app.catalogue.models import Course, Event, EventChange, Venue
from app.catalogue.rules import Search
from app.db import db, writing
from app.delivery.standing_in import cannot_come
from app.raw_rows import Question
from app.records.actions import changing
from app.web.feeds import kept
from tests.factories import (
    make_booking,
    make_course,
    make_event,
    make_partnership,
    make_person,
    make_trainer,
)
from tests.feeds import (
    DAY,
    JANUARY,
    MINUTES,
    NOW,
    ada,
    at,
    book,
    call_off,
    cancel,
    delivered_entries,
    mine,
    postpone,
    programme_of,
    reschedule,
)
from tests.statements import count_statements


def retitle(event: Event) -> None:
    """As a course file that was loaded anew does it: nothing says when."""
    with writing():
        db.session.get_one(Course, event.course_id).title = "Neglect, revised"


def rename_hall(event: Event) -> None:
    """Nothing says when a venue got another name."""
    with writing():
        db.session.scalars(sa.select(Venue)).one().name = "Hill House"


def add_sam(event: Event) -> None:
    """A trainer's calendar tells how many are booked."""
    book(event, make_person("Sam Other"), now=NOW + MINUTES)


def give_up(event: Event) -> None:
    """Priya's place."""
    cancel(
        db.session.scalars(sa.select(Booking).where(Booking.event_id == event.id)).one(), now=NOW + MINUTES
    )


def let_go(event: Event) -> None:
    """The trainer cannot come."""
    tom = db.session.scalars(sa.select(Person).where(Person.name == "Tom Trainer")).one()
    with changing(event.id, now=NOW + MINUTES) as locked:
        cannot_come(locked, tom, by=ada(), now=NOW + MINUTES)


def hide(event: Event) -> None:
    """The course is taken out of the programme."""
    with writing():
        db.session.get_one(Course, event.course_id).published = False


EVERYWHERE = {"mine", "delivering", "programme"}

WHAT_CHANGES = (
    (retitle, EVERYWHERE),
    (rename_hall, EVERYWHERE),
    (lambda event: reschedule(event, at(JANUARY + DAY, venue="Dunston Hall"), now=NOW + MINUTES), EVERYWHERE),
    (lambda event: postpone(event, now=NOW + MINUTES), EVERYWHERE),
    (lambda event: call_off(event, now=NOW + MINUTES), EVERYWHERE),
    (add_sam, {"delivering"}),
    (give_up, {"mine", "delivering"}),
    (let_go, {"delivering"}),
    (hide, {"programme"}),
)


@pytest.mark.parametrize(("change", "whose"), WHAT_CHANGES)
def test_whatever_changes_what_a_calendar_holds_changes_the_answer_at_once_and_nothing_else_does(
    each_app: Flask, change: Callable[[Event], None], whose: set[str]
):
    priya, tom, event = (
        make_person("Priya Practitioner"),
        make_person("Tom Trainer"),
        make_event(make_course("Neglect")),
    )
    reschedule(event, at(JANUARY, venue="Dunston Hall"), now=NOW - DAY)
    make_trainer(event, tom)
    book(event, priya)
    with writing():
        tokens = {
            "mine": make_feed(priya, "mine", now=NOW),
            "delivering": make_feed(tom, "delivering", now=NOW),
        }
    paths = {name: f"/calendar/{token}.ics" for name, token in tokens.items()} | {
        "programme": "/programme.ics"
    }
    with travel(NOW + 2 * MINUTES, tick=False):
        before, again = asked(each_app, paths), asked(each_app, paths)
        change(event)
        after = asked(each_app, paths)
        kept.clear()
        assert asked(each_app, paths) == after  # as if it had never been asked before
    assert before == again
    assert {name for name in paths if before[name] != after[name]} == whose
    for name in whose:
        assert before[name][0] != after[name][0], "another ETag too"


def asked(app: Flask, paths: Mapping[str, str]) -> dict[str, tuple[str, str, bytes]]:
    """What calendars are answered."""
    answers = {name: app.test_client().get(path) for name, path in paths.items()}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {name: (a.headers["ETag"], a.headers["Last-Modified"], a.data) for name, a in answers.items()}


def test_a_venue_that_gets_its_old_name_back_has_it_in_calendars_too(each_app: Flask):
    make_partnership()
    event = make_event()
    reschedule(event, at(JANUARY, venue="Dunston Hall"), now=NOW)
    found = []
    with travel(NOW + MINUTES, tick=False):
        for name in ("Dunston Hall", "Hill House", "Dunston Hall"):
            with writing():
                db.session.scalars(sa.select(Venue)).one().name = name
            found.append(asked(each_app, {"programme": "/programme.ics"})["programme"])
            assert name.encode() in found[-1][2]
    assert found[0] == found[2]


def test_so_many_statements_read_each_calendar_however_much_is_in_it(each_app: Flask):
    priya = make_person("Priya Practitioner")
    counted = []
    for round_ in range(2):
        for number in range(1 + 20 * round_):
            event = make_event(make_course(f"Course {round_} {number}"), JANUARY + number * DAY)
            make_booking(event, priya)
            make_trainer(event, priya)
        host, whose = make_partnership().id, db.session.get_one(Person, priya.id)
        with count_statements() as statements:
            entries = (
                mine(whose),
                delivered_entries(whose, NOW),
                programme_of(host, Search(), now=NOW),
            )
        counted.append(len(statements))
    assert [len(found) for found in entries] == [22, 22, 22]
    assert counted == [7, 7]


def test_what_was_read_as_the_database_has_it_becomes_the_values_that_the_models_have(each_app: Flask):
    event = make_event(starts=JANUARY)
    reschedule(event, at(JANUARY + DAY), now=NOW)
    select = sa.select(
        Event.id, Event.starts_at, Event.headcount_only.label("heads"), EventChange.was, EventChange.at
    ).join(EventChange, EventChange.event_id == Event.id)
    wanted = [row._asdict() for row in db.session.execute(select.where(Event.id == event.id))]
    found = Question(select.where(Event.id == sa.bindparam("one"))).ask(one=event.id)
    assert [vars(row) for row in found.rows()] == wanted != []
