"""An administrator takes a place back because part 1 is not done; never while evidence waits, never when waived."""

import pytest
import sqlalchemy as sa
from flask import Flask

from app.accounts.rules import Role
from app.booking.models import Booking, BookingChange, RequirementWaiver
from app.booking.rules import State
from app.booking.taking_back import take_back
from app.catalogue.models import Course
from app.db import db
from app.errors import Refused
from app.notifications.models import Letter
from app.records.actions import changing
from tests.browser import CheckedClient
from tests.conftest import TODAY
from tests.factories import add, make_booking, make_completion, make_event, make_evidence, make_person
from tests.test_course_desk_pages import mistakes
from tests.test_waiving import part_1, with_part_one

pytestmark = pytest.mark.usefixtures("today")


def state_of(booking: Booking) -> str:
    """What the booking is now."""
    db.session.rollback()
    return db.session.scalars(sa.select(Booking.state).where(Booking.id == booking.id)).one()


def test_an_administrator_takes_a_place_back_with_a_reason_and_whoever_waits_has_it(
    app: Flask, client: CheckedClient
):
    event = make_event(with_part_one(), capacity=1)
    priya, vera = make_person("Priya Shah"), make_person("Vera Dunn")
    booking, next_one = make_booking(event, priya), make_booking(event, vera, State.WAITING)
    ada = client.sign_in(make_person("Ada", Role.ADMINISTRATOR))
    path = ada.page(f"/bookings/{booking.public_id}").link("take the place back")
    page = ada.page(path)
    assert page.heading == "Take Priya Shah\u2019s place back?"
    assert "The place goes to the first of 1 person who waits and can take it." in page.text
    assert mistakes(ada.send(path, button="Take the place back", status=422)) == [
        "Say why the place is taken back"
    ]
    page = ada.send(path, button="Take the place back", why="We rang twice about part 1.")
    assert "The place was taken back, and Priya Shah is told why." in page.text
    assert (state_of(booking), state_of(next_one)) == (State.RELEASED, State.BOOKED)
    change = db.session.scalars(
        sa.select(BookingChange).where(BookingChange.to_state == State.RELEASED)
    ).one()
    assert change.why == "We rang twice about part 1" and change.by is not None and not change.late
    letter = db.session.scalars(sa.select(Letter).where(Letter.message == "released")).one()
    assert letter.to_email == priya.email and "We rang twice about part 1" in letter.text
    assert "can be taken back" in ada.page(path).text  # a second time there is no place


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("evidence", "A certificate waits to be checked"),
        ("waiver", "Nothing is missing"),
        ("done", "Nothing is missing"),
        ("waits", "Only a place"),
        ("no reason", "Say why"),
    ],
)
def test_a_place_is_never_taken_back_while_evidence_waits_when_waived_or_without_a_reason(
    each_app: Flask, what: str, sentence: str
):
    course: Course = with_part_one()
    event, priya, ada = make_event(course), make_person(), make_person("Ada", Role.ADMINISTRATOR)
    booking = make_booking(event, priya, State.WAITING if what == "waits" else State.BOOKED)
    if what == "evidence":
        make_evidence(priya, part_1())
    if what == "done":
        make_completion(priya, part_1())
    if what == "waiver":
        add(RequirementWaiver(person_id=priya.id, event_id=event.id, at=TODAY, by_id=ada.id, why="Yes"))
    why = " " if what == "no reason" else "Part 1 is missing"
    with pytest.raises(Refused, match=sentence), changing(event.id, now=TODAY):
        take_back(booking, by=ada, now=TODAY, why=why)
    assert state_of(booking) != State.RELEASED
