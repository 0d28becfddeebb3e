"""One due thing at a time: several workers at once, a fault in one event, a worker that dies in the middle."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event as events
from sqlalchemy.engine import Connection

from app.booking.models import Booking
from app.catalogue.models import Event
from app.clock import from_london, stopped_at
from app.db import db, writing
from app.notifications import choices
from app.notifications.models import Letter
from app.records import due as records
from app.records.due import due
from app.records.turns import in_turn
from tests.at_once import at_once, release
from tests.factories import make_booking, make_course, make_event, make_partnership, make_person
from tests.mail import SmtpServer
from tests.statements import count_statements
from tests.test_worker import Workers

STARTS = from_london(date(2026, 12, 18), clock_time(9, 30))
# By then joining details are due to everybody; nobody of these has had them.
NOW = from_london(date(2026, 12, 16), clock_time(12))


def dates(count: int, each: int = 2) -> list[int]:
    """So many dates with people to tell, by id."""
    course, people = make_course(), [make_person() for _ in range(each)]
    found = []
    for number in range(count):
        event = make_event(course, starts=STARTS + timedelta(minutes=number))
        for person in people:
            make_booking(event, person, made_at=NOW - timedelta(days=20))
        found.append(event.id)
    return found


def letters() -> Counter[str]:
    """How many letters there are about each booking."""
    db.session.rollback()
    return Counter(db.session.scalars(sa.select(Letter.about)))


def bookings() -> Counter[str]:
    """One letter about each booking."""
    return Counter(f"booking:{public_id}" for public_id in db.session.scalars(sa.select(Booking.public_id)))


@contextmanager
def count_changes() -> Iterator[list[int]]:
    """The transactions that took the write lock inside the block."""
    found: list[int] = []

    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("write_tx"):
            found.append(id(connection))

    events.listen(db.engine, "begin", begin)
    try:
        yield found
    finally:
        events.remove(db.engine, "begin", begin)


def test_each_event_is_a_transaction_of_its_own_and_as_many_statements_whether_many_are_due_or_few(
    each_app: Flask,
):
    statements = []
    for count in (2, 12):
        dates(count)
        with count_changes() as changes, count_statements() as said:
            due(stopped_at(NOW))
        # The links to the questions before, then the letters: two short changes for each date.
        assert len(changes) == 2 * count
        statements.append(len(said) / count)
    assert letters() == bookings()
    assert statements[1] <= statements[0]


def test_two_workers_at_the_same_minute_write_each_letter_once(each_app: Flask):
    dates(8)
    release()

    def work() -> None:
        due(stopped_at(NOW))

    assert at_once(each_app, work, work) == ["", ""]
    assert letters() == bookings()


def test_reminders_too_are_written_once_by_two_workers(each_app: Flask):
    with writing():
        choices.switch(make_partnership().id, "reminder", on=True, by="", now=NOW - timedelta(days=60))
    dates(6)
    due(stopped_at(NOW - timedelta(days=1)))
    with writing() as session:
        session.execute(sa.update(Letter).values(state="sent", sent_at=NOW - timedelta(days=1)))
    release()

    def work() -> None:
        due(stopped_at(from_london(date(2026, 12, 17), clock_time(10))))

    at_once(each_app, work, work)
    assert letters() == bookings() + bookings()


def test_two_worker_processes_send_each_letter_once(each_app: Flask, smtp_server: SmtpServer):
    dates(10)
    release()
    force = Workers(each_app, smtp_server, "--once", "--at", NOW.isoformat())
    force.env["DEMONSTRATION"] = "1"  # which allows a time
    try:
        force.start(2)
        codes = [process.wait(90) for process in force.running]
    finally:
        force.kill()
        said = force.gone()
    assert codes == [0, 0], said
    assert letters() == bookings()
    assert len({mail.message_id for mail in smtp_server.mails}) == len(smtp_server.mails) == 20


def test_a_worker_killed_in_the_middle_leaves_the_rest_for_the_next(each_app: Flask, smtp_server: SmtpServer):
    dates(60)
    release()
    force = Workers(each_app, smtp_server, "--once", "--at", NOW.isoformat())
    force.env["DEMONSTRATION"] = "1"
    try:
        force.start(1)
        deadline = time.monotonic() + 60
        while not letters() and time.monotonic() < deadline:
            time.sleep(0.02)
        force.kill()
        force.gone()
        done = len(letters())
        assert 0 < done < 120, "it was killed in the middle"
        force.start(1)
        assert force.running[0].wait(90) == 0
    finally:
        force.kill()
        force.gone()
    assert letters() == bookings()


def test_a_fault_in_one_event_keeps_no_other_waiting_and_is_said(app: Flask, monkeypatch: pytest.MonkeyPatch):
    ids = dates(3)
    usual = records.tell

    def tell(event: Event, now: datetime) -> None:
        usual(event, now)
        if event.id == ids[0]:
            raise ValueError("its wording is broken")

    monkeypatch.setattr(records, "tell", tell)
    with pytest.raises(ValueError, match="broken"):
        due(stopped_at(NOW))
    left = bookings() - letters()
    assert len(left) == 2, "of the broken one nothing was kept"
    monkeypatch.setattr(records, "tell", usual)
    due(stopped_at(NOW))
    assert letters() == bookings()


def test_an_event_that_is_gone_is_passed_over(app: Flask):
    ids, seen = dates(1), list[Any]()
    in_turn([ids[0] + 1, *ids], stopped_at(NOW), lambda event, now: seen.append((event.id, now)))
    assert seen == [(ids[0], NOW)]


def test_what_is_switched_off_is_not_looked_for_and_locks_nothing(app: Flask):
    dates(3)
    due(stopped_at(NOW - timedelta(days=8)))  # the links to the questions before are there
    for key in ("joining", "evaluate", "follow-up"):
        with writing():
            choices.switch(make_partnership().id, key, on=False, by="", now=NOW)
    with count_changes() as changes:
        due(stopped_at(NOW))
    assert changes == []
    assert letters() == Counter()
